"""Files in a folder of the instance, which its owner alone may read."""

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from eak_core.db.trouble import is_full
from eak_core.files.errors import StorageTrouble
from eak_core.files.storage.types import Entry
from eak_core.i18n import _l

logger = logging.getLogger("eak.files")


class FolderStorage:
    """The storage in ``folder``, which is made when the first file comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.place = str(folder)

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Write a draft, wait until the disk has it, and give it its name."""
        target = self._path(key)
        with _told():
            for folder in (self._folder, *reversed(target.relative_to(self._folder).parents[:-1])):
                # Each by itself: those that are made on the way to another get the usual rights.
                (self._folder / folder).mkdir(mode=0o700, exist_ok=True)
            descriptor, name = tempfile.mkstemp(".part", ".", target.parent)
            try:
                with os.fdopen(descriptor, "wb") as draft:
                    draft.write(content)
                    draft.flush()
                    os.fsync(draft.fileno())
                Path(name).replace(target)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            _sync(target.parent)

    def get(self, key: str) -> bytes | None:
        """What is in the file; None where there is none."""
        with _told():
            try:
                return self._path(key).read_bytes()
            except FileNotFoundError:
                return None

    def delete(self, keys: Iterable[str]) -> None:
        """Delete files, and the folders that they leave empty."""
        with _told():
            for key in keys:
                path = self._path(key)
                path.unlink(missing_ok=True)
                with suppress(OSError):
                    path.parent.rmdir()

    def listed(self) -> Iterator[Entry]:
        """Every file below the folder."""
        with _told():
            for parent, _folders, names in os.walk(self._folder):
                for name in names:
                    path = Path(parent, name)
                    try:
                        found = path.stat()
                    except FileNotFoundError:
                        continue
                    modified = datetime.fromtimestamp(found.st_mtime, UTC)
                    yield Entry(path.relative_to(self._folder).as_posix(), found.st_size, modified)

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if not all(parts) or {".", ".."} & set(parts) or "\\" in key or "\0" in key:
            raise ValueError(f"{key!r} is no key of a storage")
        return self._folder.joinpath(*parts)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told() -> Iterator[None]:
    """What the system refuses, logged for operators and in a sentence for people."""
    try:
        yield
    except OSError as error:
        logger.error("The folder of files failed: %s", error)  # noqa: TRY400  # no trace is needed
        if is_full(error):
            raise StorageTrouble(
                _l("There is no room for files left on this site at the moment. Try again later.")
            ) from error
        raise StorageTrouble(
            _l("Files cannot be kept or read at the moment. Try again later.")
        ) from error
