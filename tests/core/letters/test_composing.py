"""A letter as it leaves is what the library reads back, whatever stands in it."""

import email
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from eak_core.letters.composing import compose
from eak_core.letters.mail import mail_transport
from eak_core.letters.message import Claimed
from tests.core.letters.sink import Sink

SENDER = '"Mairie d’Évry, service" <culture@mairie.example>'


def read(sender: str = SENDER, **payload: Any) -> EmailMessage:
    given = {"to": "reader@example.org", "subject": "Bonjour", "text": "Bonjour.\n", **payload}
    content = compose(Claimed(7, "key", "mail", given), sender, "site.example").content
    assert max(len(line) for line in content.split(b"\r\n")) < 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    found = email.message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    assert found.defects == []
    return found


@pytest.mark.parametrize(
    "subject",
    [
        "Bonjour",
        "L’été : « où aller ? » – une très longue question sur ce que l’on fera, ou non, dehors",
        "word " * 200,
        "é" * 300,
        "=?utf-8?q?not_encoded?=",
        "a: b; c, <d> (e)",
    ],
)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    assert read(subject=subject)["Subject"] == subject.strip()


@pytest.mark.parametrize("subject", ["a\r\nBcc: b@example.org", "a\nb", "a\x00b", "a\u2028Bcc: x"])
def test_nothing_in_a_subject_becomes_a_header(subject: str) -> None:
    mail = read(subject=subject)
    assert mail["Bcc"] is None
    assert len(mail["Subject"].splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour.\n",
        "À bientôt !\n\n.\n..\nFrom here\n",
        "=3D = =\n\ttab \n trailing \n",
        "x" * 5_000 + "\n",
        "é" * 5_000 + "\n",
        "nul \x00 and\x0bmore\n",
        "",
        "no end",
        "old\rends\r\nall kinds\n",
    ],
)
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    expected = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    found = read(text=text).get_content().replace("\r\n", "\n")
    assert found.rstrip("\n") == expected.rstrip("\n")


def test_html_stands_beside_the_text() -> None:
    mail = read(text="Bonjour.\n", html="<p>Bonjour à tous&nbsp;!</p>")
    assert mail.get_content_type() == "multipart/alternative"
    kinds = {part.get_content_type(): part.get_content() for part in mail.iter_parts()}
    assert list(kinds) == ["text/plain", "text/html"], "the best comes last"
    assert kinds["text/html"].strip() == "<p>Bonjour à tous&nbsp;!</p>"


def test_it_says_who_it_is_from_and_that_no_person_wrote_it() -> None:
    mail = read()
    assert mail["From"].addresses[0].display_name == "Mairie d’Évry, service"
    assert mail["From"].addresses[0].addr_spec == "culture@mairie.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == read(text="Other")["Message-ID"]
    assert mail["Date"].datetime is not None
    assert mail["List-Unsubscribe"] is None


def test_a_list_says_what_it_is_and_how_a_program_ends_it() -> None:
    stop = "https://site.example/compte/courriels/arreter/" + "x" * 300
    mail = read(list="voting.reminders", stop=stop)
    assert mail["List-Id"] == "<reminders.voting.site.example>"
    assert mail["List-Unsubscribe"] == f"<{stop}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_what_cannot_be_delivered_returns_to_the_address_for_that(
    sink: Sink, tmp_path: Any
) -> None:
    payload = {"to": "reader@example.org", "subject": "A", "text": "B"}
    for bounces, expected in (("", "a@b.example"), ("retours@b.example", "retours@b.example")):
        transport = mail_transport(
            sink.url, folder=tmp_path, sender="A <a@b.example>", domain="b.example", bounces=bounces
        )
        transport(Claimed(1, "key", "mail", payload))
        assert sink.senders[-1] == expected
        assert sink.received[-1]["From"] == "A <a@b.example>"
