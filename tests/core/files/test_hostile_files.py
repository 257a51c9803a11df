"""Files that are not what they seem, too much, or half of something: refused or made harmless."""

import errno
import os
import sqlite3
import zipfile
from io import BytesIO
from typing import Any

import pytest
from flask import Request
from PIL import Image
from sqlalchemy.exc import OperationalError

from eak_core.db import Session
from eak_core.files import attaching, copies
from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.uploads import Upload, a_document, a_picture, picture
from eak_core.web.open_data import downloads
from tests.core.files.bombs import blank_png
from tests.core.files.sending import (
    PAGE,
    addresses,
    describe_all,
    events,
    files,
    kept,
    submit,
)
from tests.proposing import begin

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'


class Full(BytesIO):
    """A file on a disk that has no room left."""

    def write(self, _content: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def zipped(head: bytes) -> bytes:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a", "b")
    return head + archive.getvalue()


REFUSED = {
    "an SVG": (SVG, "SVG"),
    "an SVG with a byte-order mark": (b"\xef\xbb\xbf <svg onload=x>", "SVG"),
    "HTML": (b"<!doctype html><script>alert(1)</script>", "les documents PDF sont acceptés"),
    "an office document": (zipped(b""), "PDF"),
    "a HEIC picture": (b"\0\0\0\x18ftypheic" + bytes(64), "HEIC"),
    "nothing": (b"", "vide"),
    "a PDF that is an archive": (zipped(b"%PDF-1.7\n%%EOF\n"), "archive"),
    "half a PDF": (b"%PDF-1.7\n" + bytes(5_000), "endommagé"),
    "half a picture": (picture(640, 480, form="PNG")[:-400], "endommagée"),
    "only the head of a picture": (picture()[:30], "endommagée"),
    "50 megapixels": (blank_png(10_000, 5_000), "50 mégapixels"),
    "a bomb": (blank_png(30_000, 7_000), "trop grande"),
}


def test_what_is_not_taken_is_refused_with_a_sentence_and_nothing_of_it_is_kept(
    site: Site, author: Browser
) -> None:
    place = f"{begin(author)}/ecrire/lieu"
    form = author.read(place).form("/lieu")
    for what, (content, said) in REFUSED.items():
        several = [a_picture(), Upload("photo.png", content)]
        answer = author.post(place, data=form.filled({"files": several}))
        assert answer.status_code == 422, what
        assert "« photo » – " in answer.text.replace("\u00a0", " "), what
        assert said in answer.text, what
        assert (files(site), kept(site), events(site)) == ([], [], []), what


def test_a_picture_that_is_a_page_too_is_drawn_anew_and_no_longer_one(
    site: Site, author: Browser
) -> None:
    script = b"<script>alert(document.domain)</script>"
    polyglot = picture(form="GIF", comment=b"GIF89a/*" + script) + b"*/=1;" + script
    submit(author, files=[Upload("photo.html", polyglot)])
    describe_all(author, site)
    for address in addresses(site.browser().get(PAGE).text):
        answer = site.browser().get(address)
        assert answer.content_type in {"image/webp", "image/jpeg"}
        assert b"script" not in answer.data


def test_a_document_with_a_program_can_only_be_downloaded(site: Site, author: Browser) -> None:
    script = b"1 0 obj <</S /JavaScript /JS (app.alert\\(1\\))>> <script>alert(1)</script>"
    submit(author, files=[a_document("plan.html", script)])
    page = site.browser().get(PAGE).text
    assert "PDF, 1 ko, à télécharger" in page.replace("\u202f", " ")
    (address,) = addresses(page)
    answer = site.browser().get(address)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="plan.pdf"')
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_name_is_shown_without_what_it_could_do_and_never_made_a_path(
    site: Site, author: Browser
) -> None:
    submit(author, files=[a_document("../../../etc/pass\u202ewd.exe")])
    (file,) = files(site)
    assert file.name == "passwd.pdf"
    assert kept(site) == [f"{file.token[:2]}/{file.token}/document.pdf"]
    (address,) = addresses(site.browser().get(PAGE).text)
    assert 'filename="passwd.pdf"' in site.browser().get(address).headers["Content-Disposition"]


def test_ten_at_once_are_taken_and_eleven_are_refused(site: Site, author: Browser) -> None:
    colours = [f"#0000{number:02x}" for number in range(11)]
    several = [
        a_picture("photo.png", colour=colour, width=8, height=8, form="PNG") for colour in colours
    ]
    answer = submit(author, files=several)
    assert answer.status_code == 422
    assert "10 fichiers" in answer.text
    assert kept(site) == []
    answer = submit(author, files=several[:10])
    assert len(files(site)) == 10
    # One more on another day is one too many as well.
    again = author.submit(answer.location, "/fichiers", files=[several[10]],
                          **{f"alt_{n}": "Blue" for n in range(1, 11)})  # fmt: skip
    assert again.status_code == 422
    assert len(files(site)) == 10
    assert len(kept(site)) == 20


def test_where_and_by_whom_a_picture_was_taken_is_gone_and_it_stands_upright(
    site: Site, author: Browser
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of Camille"
    exif.get_ifd(0x8825)[2] = (48.9, 2.2, 0.0)
    taken = picture(800, 400, exif=exif.tobytes(), comment=b"A secret", xmp=b"<x:xmpmeta/>")
    assert b"Camille" in taken
    submit(author, files=[Upload("photo.jpg", taken)])
    describe_all(author, site)
    for address in addresses(site.browser().get(PAGE).text):
        content = site.browser().get(address).data
        shown = Image.open(BytesIO(content))
        assert shown.height == 2 * shown.width
        assert not dict(shown.getexif())
        for trace in (b"Camille", b"secret", b"xmpmeta", b"Exif"):
            assert trace not in content


def test_where_the_disk_fills_in_the_middle_a_sentence_says_so_and_nothing_is_half_kept(
    site: Site, author: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, written = os.fsync, []

    def fsync(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    place = f"{begin(author)}/ecrire/lieu"
    form = author.read(place).form("/lieu")
    # The document is whole then, and of the picture the first of two sizes.
    sent = form.filled({"files": [a_document(), a_picture()]})
    monkeypatch.setattr(os, "fsync", fsync)
    answer = author.post(place, data=sent)
    assert answer.status_code == 422
    assert "plus de place" in answer.text
    assert (files(site), kept(site), events(site)) == ([], [], [])


def test_where_the_disk_fills_while_a_form_arrives_a_sentence_says_so(
    site: Site, author: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"{begin(author)}/ecrire/lieu"
    form = author.read(place).form("/lieu")
    sent = form.filled({"files": [a_picture()]})
    monkeypatch.setattr(Request, "_get_file_stream", lambda *_args, **_named: Full())
    answer = author.post(place, data=sent)
    assert answer.status_code == 503
    assert "plus de place" in answer.text
    assert answer.headers["Retry-After"] == "60"
    assert (files(site), kept(site), events(site)) == ([], [], [])


def test_where_the_disk_fills_while_a_file_is_made_a_sentence_says_so(
    author: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = author.read("/compte/mes-donnees").form("/mes-donnees")
    asked = form.filled({"password": PASSWORD})
    monkeypatch.setattr(copies, "TemporaryFile", Full)
    answer = author.post("/compte/mes-donnees", data=asked)
    assert answer.status_code == 503
    assert "disque de ce site est plein" in answer.text
    monkeypatch.setattr(downloads, "SpooledTemporaryFile", lambda _most: Full())
    answer = author.get("/culture/idees.csv")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"


@pytest.mark.parametrize(
    "said",
    [{"sqlite_errorcode": sqlite3.SQLITE_FULL}, {"sqlstate": "53100"}],
    ids=["sqlite", "postgresql"],
)
def test_where_the_disk_of_the_database_fills_a_sentence_says_so_and_no_file_is_left(
    site: Site, author: Browser, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any]
) -> None:
    def flush(_session: Session, *_args: Any, **_named: Any) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        for name, value in said.items():
            setattr(error, name, value)
        raise OperationalError("INSERT", {}, error)

    place = f"{begin(author)}/ecrire/lieu"
    form = author.read(place).form("/lieu")
    sent = form.filled({"files": [a_document(), a_picture()]})
    monkeypatch.setattr(attaching, "insert_once", flush)
    answer = author.post(place, data=sent)
    assert answer.status_code == 503
    assert "disque de ce site est plein" in answer.text
    assert (files(site), kept(site), events(site)) == ([], [], [])


def test_files_of_a_form_that_is_refused_are_asked_for_again_by_their_names(
    site: Site, author: Browser
) -> None:
    place = f"{begin(author)}/ecrire/lieu"
    sent = author.read(place).form("/lieu").filled({"files": [a_document("Le plan.pdf")]})
    answer = author.post(place, data={**sent, "communes": ["99999"]})
    assert answer.status_code == 422
    assert "Le plan" in answer.text
    assert kept(site) == []
    field = next(each for each in Page(answer.text).controls if each.name == "files")
    assert field.attributes["accept"].startswith("image/jpeg")
    assert "multiple" in field.attributes
