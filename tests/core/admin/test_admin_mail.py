"""The administrators’ screens of mail: what waits, what was given up, what stands in files."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from eak_core import clock
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.letters.claiming import GIVE_UP_AFTER
from eak_core.letters.mail import FileTransport
from eak_core.letters.message import Claimed
from eak_core.letters.models import OutboxMessage
from eak_core.letters.sending import Outbox
from tests.core.desk import one, queue, signed_in, token_of

Count = Callable[[], AbstractContextManager[Queries]]


def test_addresses_are_shown_while_mail_waits_and_never_afterwards(
    site: Site, administrator: Browser
) -> None:
    with site.writing() as session:
        queue(session)
    assert "camille@example.org" in administrator.get("/admin/courriels/").text
    site.drain()
    page = administrator.get("/admin/courriels/?lang=en").text
    assert "camille@example.org" not in page
    assert "Nothing waits." in page


def test_a_message_that_was_given_up_is_tried_again(site: Site, administrator: Browser) -> None:
    def away(message: Claimed) -> None:
        raise ValueError("nobody there")

    kept = site.app.extensions["eak_transports"]["mail"]
    site.app.extensions["eak_transports"]["mail"] = away
    with site.writing() as session:
        queue(session)
        session.execute(update(OutboxMessage).values(trying_since=clock.now() - GIVE_UP_AFTER))
    Outbox(site.app).send_due()
    page = administrator.get("/admin/courriels/?lang=en").text
    assert "nobody there" in page
    assert "No more tries" in page
    assert "1 message was given up" in administrator.get("/admin/?lang=en").text
    site.app.extensions["eak_transports"]["mail"] = kept
    assert administrator.submit("/admin/courriels/", "/reessayer").status_code == 302
    site.drain()
    assert [each.to for each in site.sent] == ["camille@example.org"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_message_on_its_way_is_not_sent_twice_by_a_retry(
    site: Site, administrator: Browser
) -> None:
    with site.writing() as session:
        queue(session)
        session.execute(text("UPDATE outbox SET attempts = 1"))
    before = one(site, OutboxMessage).next_attempt_at
    data = {"csrf_token": token_of(administrator)}
    administrator.post("/admin/courriels/1/reessayer", data=data)
    administrator.post("/admin/courriels/reessayer", data=data)
    assert one(site, OutboxMessage).next_attempt_at == before


@pytest.mark.parametrize("database", ["sqlite"])
def test_mail_in_files_is_read_on_a_page_and_its_html_never_acts(
    site: Site, administrator: Browser
) -> None:
    folder = site.app.extensions["eak_config"].mail_folder
    site.app.extensions["eak_transports"]["mail"] = FileTransport(
        folder, "EAK <nobody@localhost>", "localhost"
    )
    with site.writing() as session:
        queue(
            session,
            subject="Été <script>1</script>",
            text="Bonjour <b>à tous</b>,\nhttp://localhost/compte/x?token=a&b=c\n",
            html='<p>Bonjour</p><script>alert(1)</script><img src="http://evil.example/x.png">',
        )
    site.drain()
    index = administrator.get("/admin/courriels/boite").text
    assert "Été &lt;script&gt;1" in index
    page = administrator.get("/admin/courriels/boite/1").text
    assert "camille@example.org" in page
    assert "Bonjour &lt;b&gt;à tous" in page
    assert 'href="http://localhost/compte/x?token=a&amp;b=c"' in page
    assert "<script>alert" not in page
    assert '<img src="http://evil' not in page
    assert "&lt;script&gt;alert(1)" in page, "the source is there for who wants to see it"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_broken_file_does_not_break_the_page(site: Site, administrator: Browser) -> None:
    folder: Path = site.app.extensions["eak_config"].mail_folder
    folder.mkdir()
    (folder / "00000001.eml").write_bytes(b"\xff\xfe\0garbage\r\n\r\n\xe9")
    (folder / "00000002.eml").write_bytes(
        b"Subject: =?utf-9?q?x?=\r\nDate: never\r\n"
        b"Content-Type: text/plain; charset=nonsense\r\n\r\nna\xefve\r\n"
    )
    (folder / "notes.txt").write_text("no mail")
    assert administrator.get("/admin/courriels/boite").status_code == 200
    assert administrator.get("/admin/courriels/boite/1").status_code == 200
    assert administrator.get("/admin/courriels/boite/2").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
def test_where_a_server_sends_mail_there_are_no_files_to_read(sites: Any) -> None:
    site = sites.make([], mail_url="smtp://127.0.0.1:9")
    browser = signed_in(site, site.people.administrator)
    assert browser.get("/admin/courriels/").status_code == 200
    assert browser.get("/admin/courriels/boite").status_code == 404
