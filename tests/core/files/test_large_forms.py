"""How much a form may send: little, and more where files are asked for and somebody is known."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.kit.testing.uploads import Upload, a_document
from eak_core.serving.front import Front
from eak_core.web import uploads
from eak_core.web.uploads import HEARD_UPLOAD, MAX_BODY, largest_for
from tests.core.files.sending import files, submit
from tests.proposing import begin

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PLACE = "/culture/idees/1/ecrire/lieu"
LARGE = a_document(words=bytes(2 * MAX_BODY))


def test_a_document_of_two_megabytes_is_taken_where_it_is_asked_for(
    site: Site, author: Browser
) -> None:
    assert submit(author, files=[LARGE]).status_code == 302
    assert [file.size for file in files(site)] == [len(LARGE.content)]


def test_no_other_form_takes_so_much(author: Browser) -> None:
    answer = author.post("/culture/idees/1/retirer", data={"files": [(_io(LARGE), "a.pdf")]})
    assert answer.status_code == 413


def test_nobody_sends_so_much_who_has_not_signed_in(site: Site, service: Any) -> None:
    visitor = site.browser()
    visitor.read("/culture/")
    answer = visitor.post(PLACE, data={"files": [(_io(LARGE), "a.pdf")]})
    assert answer.status_code == 413
    assert "plus connecté" in answer.text


def test_a_form_of_more_than_all_files_together_is_refused(
    author: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD", MAX_BODY + 1)
    assert submit(author, files=[LARGE]).status_code == 413


def test_a_file_that_is_larger_than_its_kind_may_be_is_refused_with_the_limit(
    site: Site, author: Browser
) -> None:
    content = a_document(words=bytes(10_100_000)).content
    answer = submit(author, files=[Upload("plan.pdf", content)])
    assert answer.status_code == 422
    assert "10\u202fMo" in answer.text
    assert files(site) == []


class Scope:
    method, path, query_string, scheme, http_version = "POST", PLACE, "", "http", "1.1"
    server, client = "127.0.0.1:8000", "192.0.2.7:51234"

    def __init__(self, **headers: str) -> None:
        self.headers = {"host": "localhost", **headers}


class Connection:
    """What granian gives of a body in four parts, and how many of them were taken."""

    def __init__(self) -> None:
        self.taken = 0
        self.status = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(4):
            self.taken += 1
            yield bytes(MAX_BODY // 2)

    def response_bytes(self, status: int, _headers: Any, _body: bytes) -> None:
        self.status = status


@pytest.mark.parametrize("stated", [True, False])
def test_the_front_keeps_what_the_form_may_send_and_of_others_nothing_or_little(
    site: Site, author: Browser, stated: bool
) -> None:
    cookie = author.get_cookie("eak")
    assert cookie is not None
    length = {"content-length": str(2 * MAX_BODY)} if stated else {}
    known, unknown, forged, huge = Connection(), Connection(), Connection(), Connection()
    headers = {"content-type": "multipart/form-data; boundary=x", **length}

    async def ask() -> None:
        front = Front(site.app, largest=MAX_BODY, largest_for=largest_for(site.app))
        for connection, held in (
            (known, {"cookie": f"eak={cookie.value}"}),
            (unknown, {}),
            (forged, {"cookie": f"eak={cookie.value[:-9]}forgedxyz"}),
        ):
            await front.__rsgi__(Scope(**headers, **held), connection)
        stating = {**headers, "content-length": str(HEARD_UPLOAD + 1)}
        await front.__rsgi__(Scope(**stating), huge)

    asyncio.run(ask())
    assert known.taken == 4
    # What is stated is heard to its end, so that the refusal is read; else it is cut.
    assert unknown.taken == forged.taken == (4 if stated else 3)
    assert unknown.status == forged.status == huge.status == 413
    assert huge.taken == 0


def _io(upload: Upload) -> BytesIO:
    return BytesIO(upload.content)


def test_whoever_sends_files_again_and_again_is_slowed_down_and_loses_nothing_of_the_text(
    sites: Sites,
) -> None:
    site = sites.make((), rate_limits=True)
    assert site.service
    author = site.browser()
    author.sign_in(site.people.citizen)
    begin(author)
    form = author.read(PLACE).form("/lieu")
    answers = []
    for _ in range(21):
        sent = form.filled({"communes": ["92050"], "files": [Upload("drawing.svg", b"<svg/>")]})
        answers.append(author.post(PLACE, data=sent))
    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert Page(answers[-1].text).form("/lieu").filled({})["communes"] == ["92050"]
