"""The same of a folder and of a store that speaks S3: a real server, on this machine."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eak_core.api import attach_files, remove_files, stage_file
from eak_core.config import load
from eak_core.errors import Misconfigured
from eak_core.files import upkeep
from eak_core.files.errors import StorageTrouble
from eak_core.files.inspection import compare
from eak_core.files.room import room_of
from eak_core.files.storage import Storage, open_storage
from eak_core.kit.testing.site import SECRET
from eak_core.kit.testing.sites import Sites
from eak_core.kit.testing.uploads import a_document, picture
from tests.core.files.sending import files

KEY = "00/" + "0" * 32 + "/960.webp"


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The address of a bucket of moto's server, which lives as long as this module's tests."""
    boto3 = pytest.importorskip("boto3")
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id="key",
        aws_secret_access_key="se/cret",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="eak")
    yield f"s3+http://key:se%2Fcret@{host}:{port}/eak"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def url(request: pytest.FixtureRequest) -> str | None:
    """The setting ``files_url`` of each kind, with a place of its own for each test."""
    if request.param == "folder":
        return None
    address = request.getfixturevalue("store")
    return f"{address}/{abs(hash(request.node.name))}"


@pytest.fixture
def storage(url: str | None, tmp_path: Path) -> Storage:
    return open_storage(load(tmp_path, secret_key=SECRET, files_url=url))


def test_what_was_put_is_got_listed_and_deleted(storage: Storage) -> None:
    assert storage.get(KEY) is None
    assert list(storage.listed()) == []
    storage.put(KEY, b"\0content", "image/webp")
    assert storage.get(KEY) == b"\0content"
    (entry,) = storage.listed()
    assert (entry.key, entry.size) == (KEY, 8)
    assert abs(entry.modified_at - datetime.now(UTC)) < timedelta(minutes=1)
    storage.delete([KEY, KEY.replace("960", "480")])
    assert list(storage.listed()) == []


def test_a_place_is_told_without_its_secret(storage: Storage) -> None:
    assert "cret" not in storage.place


@pytest.mark.parametrize("database", ["sqlite"])
def test_files_are_attached_served_and_swept(sites: Sites, url: str | None, database: str) -> None:
    site = sites.make((), files_url=url)
    idea, author = site.submit(), site.people.actor(site.people.citizen)
    with site.writing() as session:
        staged = [stage_file(picture(600, 400), alt="A shelf"), stage_file(a_document().content)]
        first, _second = attach_files(
            session, author, site.service, "ideas", f"idea:{idea.id}", staged
        )
        left = stage_file(picture(colour="red"))
    drawn, document = files(site)
    page = f"/culture/fichiers/{document.token}/document.pdf"
    assert site.browser().get(page).data == a_document().content
    shown = site.browser().get(f"/culture/fichiers/{drawn.token}/960.webp")
    assert (shown.status_code, shown.content_type) == (200, "image/webp")
    with site.writing() as session:
        remove_files(session, author, site.service, [first])
    assert site.browser().get(f"/culture/fichiers/{drawn.token}/960.webp").status_code == 404
    with site.reading() as session:
        storage = room_of().storage
        found = compare(session, storage)
        assert (found.files, found.lacking, found.forgotten) == (1, (), len(left.keys))
        later = datetime.now(UTC) + timedelta(minutes=1)
        assert upkeep.sweep(storage, {document.token}, later) == len(left.keys)
        assert compare(session, storage).forgotten == 0


def test_a_store_that_does_not_answer_is_told_in_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eak_core.files.storage import s3

    monkeypatch.setattr(s3, "TRIES", 1)
    away = open_storage(
        load(tmp_path, secret_key=SECRET, files_url="s3+http://k:topsecret@127.0.0.1:1/eak")
    )
    with pytest.raises(StorageTrouble):
        away.put(KEY, b"", "image/webp")
    assert "127.0.0.1:1" in caplog.text
    assert "topsecret" not in caplog.text


@pytest.mark.parametrize("url", ["s3://", "s3://host", "http://host/bucket", "/srv/files"])
def test_an_address_that_names_no_store_is_refused_by_name(tmp_path: Path, url: str) -> None:
    with pytest.raises(Misconfigured, match="files_url"):
        load(tmp_path, secret_key=SECRET, files_url=url)


@pytest.mark.parametrize("key", ["../x", "/etc/passwd", "a//b", "a/./b", "a\\..\\b", "a\0"])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    storage = open_storage(load(tmp_path, secret_key=SECRET))
    with pytest.raises(ValueError, match="no key"):
        storage.get(key)
    with pytest.raises(ValueError, match="no key"):
        storage.put(key, b"", "image/webp")
    with pytest.raises(ValueError, match="no key"):
        storage.delete([key])


def test_the_folder_is_its_owners_alone(tmp_path: Path) -> None:
    open_storage(load(tmp_path, secret_key=SECRET)).put(KEY, b"x", "image/webp")
    for path in (tmp_path / "files").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("largest_picture", -1), ("largest_document", 64_000_001), ("files_per_person", -1)],
)
def test_a_limit_that_could_not_hold_is_refused_by_name(
    tmp_path: Path, name: str, value: int
) -> None:
    with pytest.raises(Misconfigured, match=name):
        load(tmp_path, secret_key=SECRET, **{name: value})
