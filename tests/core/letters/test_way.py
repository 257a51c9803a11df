"""The way to the mail server for who keeps an account of their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from eak_core.api import Claimed, NoSuchMailbox, mail_way
from eak_core.letters.mail import mail_transport
from tests.core.letters.sink import Sink, serving


@pytest.fixture
def sink() -> Iterator[Sink]:
    with serving() as found:
        yield found


def application(url: str | None, folder: Path) -> Flask:
    app = Flask(__name__)
    way = mail_transport(url, folder=folder, sender="a@b.example", domain="b.example")
    app.extensions["eak_transports"] = {"mail": way}
    return app


def letter(number: int, **more: Any) -> Claimed:
    payload = {"to": f"r{number}@example.org", "subject": "S", "text": "T", **more}
    return Claimed(number, f"k{number}", "mail", payload)


def test_letters_leave_through_one_connection_each_from_its_own_address(
    sink: Sink, tmp_path: Path
) -> None:
    with mail_way(application(sink.url, tmp_path)) as way:
        for number in range(3):
            way(letter(number, bounces=f"b{number}@b.example"))
        sink.answers["r9@example.org"] = "550 5.1.1 nobody"
        with pytest.raises(NoSuchMailbox):
            way(letter(9))
    assert (len(sink.received), sink.connections) == (3, 1)
    assert sink.senders == ["b0@b.example", "b1@b.example", "b2@b.example"]


def test_what_must_not_leave_after_all_does_not_and_the_next_one_does(
    sink: Sink, tmp_path: Path
) -> None:
    answers = iter([None, KeyError("not written"), None])

    def ask() -> None:
        if (error := next(answers)) is not None:
            raise error

    transport = mail_transport(sink.url, folder=tmp_path, sender="a@b.example", domain="b.example")
    with transport.kept_open(ask) as way:  # type: ignore[attr-defined]  # that of SMTP
        way(letter(1))
        with pytest.raises(KeyError):
            way(letter(2))
        way(letter(3))
    assert [str(mail["To"]) for mail in sink.received] == ["r1@example.org", "r3@example.org"]


def test_a_body_that_was_written_beforehand_leaves_as_it_is(tmp_path: Path) -> None:
    body = b"Content-Type: text/plain\r\n\r\nWritten once.\r\n"
    with mail_way(application(None, tmp_path)) as way:
        way(letter(1, body=body))
    [file] = tmp_path.glob("*.eml")
    assert file.read_bytes().endswith(b"\r\nMIME-Version: 1.0\r\n" + body)
