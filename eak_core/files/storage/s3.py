"""Files in a store that speaks S3: Amazon's, or one of the many that answer alike.

boto3 comes with the extra ``eak-core[s3]`` and is imported only where such a store is named.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from eak_core.errors import Misconfigured
from eak_core.files.errors import StorageTrouble
from eak_core.files.storage.types import Entry
from eak_core.i18n import _l

logger = logging.getLogger("eak.files")

#: In seconds; somebody waits for the page meanwhile.
CONNECT_SECONDS = 3
READ_SECONDS = 15
TRIES = 3


class S3Storage:
    """The storage that ``url`` names: ``s3://key:secret@host/bucket/prefix?region=fr-par``, or with
    ``s3+http`` one that is reached without TLS. Without a key, boto3 looks for one where it always
    does: in the environment, and in what the machine is given."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._endpoint = f"{'http' if parts.scheme == 's3+http' else 'https'}://{parts.hostname}"
        if parts.port:
            self._endpoint += f":{parts.port}"
        self._key = unquote(parts.username) if parts.username else None
        self._secret = unquote(parts.password) if parts.password else None
        self._bucket, _slash, prefix = parts.path.strip("/").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._region = parse_qs(parts.query).get("region", ["us-east-1"])[0]
        self.place = f"{parts.scheme}://{parts.hostname}/{self._bucket}/{self._prefix}"
        try:
            import boto3  # noqa: F401  # an extra; whether it is there is asked at start
        except ImportError as error:
            raise Misconfigured(
                "The setting “files_url” names a store that speaks S3, for which boto3 is missing:"
                " install eak-core[s3]."
            ) from error

    @cached_property
    def _client(self) -> Any:
        # Made at first use, in the process that uses it: connections do not survive a fork.
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client(
            "s3",
            endpoint_url=self._endpoint,
            aws_access_key_id=self._key,
            aws_secret_access_key=self._secret,
            region_name=self._region,
            config=Config(
                signature_version="s3v4",
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": TRIES, "mode": "standard"},
                # Many stores have the bucket in the path alone, and not the newer checksums.
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Send ``content``; the store shows it once it has all of it."""
        with _told():
            self._client.put_object(
                Bucket=self._bucket, Key=self._prefix + key, Body=content, ContentType=media_type
            )

    def get(self, key: str) -> bytes | None:
        """What the store has; None where it has nothing."""
        with _told():
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
            except self._client.exceptions.NoSuchKey:
                return None
            content: bytes = answer["Body"].read()
            return content

    def delete(self, keys: Iterable[str]) -> None:
        """Delete one after the other: not every store knows how to delete many at once."""
        with _told():
            for key in keys:
                self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key)

    def listed(self) -> Iterator[Entry]:
        """All that stands below the prefix."""
        with _told():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
                for each in page.get("Contents", ()):
                    key = each["Key"].removeprefix(self._prefix)
                    yield Entry(key, each["Size"], each["LastModified"])


@contextmanager
def _told() -> Iterator[None]:
    """What the store refuses or does not answer, logged for operators."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        logger.error("The store of files failed: %s", error)  # noqa: TRY400  # no trace is needed
        raise StorageTrouble(
            _l("Files cannot be kept or read at the moment. Try again later.")
        ) from error
