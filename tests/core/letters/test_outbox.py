"""The outbox: at least once, never two senders of one message, the same Message-ID (T30, T31)."""

import email
import errno
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from eak_core import clock as platform_clock
from eak_core.db import read_session, write_session
from eak_core.errors import Misconfigured
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.letters import outbox
from eak_core.letters.mail import mail_transport
from eak_core.letters.message import Claimed, Unreachable
from eak_core.letters.models import OutboxMessage, TransportPause
from eak_core.letters.sending import Outbox
from tests.core.events.probe import MakeApp
from tests.core.letters.sink import Sink


def queue(app: Flask, key: str = "welcome:1", **fields: str) -> bool:
    given = {"to": "reader@example.org", "subject": "Bienvenue à l’été", "text": "Bonjour."}
    with write_session(app) as session:
        return outbox.enqueue_mail(session, dedupe_key=key, **{**given, **fields})  # type: ignore[arg-type]


def message(app: Flask) -> OutboxMessage:
    with read_session(app) as session:
        return session.scalars(select(OutboxMessage)).one()


def later(app: Flask, **delta: float) -> None:
    """Let the pause before the next try be over."""
    with write_session(app) as session:
        for waiting in session.scalars(select(OutboxMessage)):
            if waiting.next_attempt_at is not None:
                waiting.next_attempt_at = platform_clock.now() - timedelta(seconds=1)


def test_a_mail_leaves_once_and_its_text_is_wiped(smtp_app: Flask, sink: Sink) -> None:
    assert queue(smtp_app)
    assert not queue(smtp_app), "the same key was queued twice"
    assert Outbox(smtp_app).send_due() == 1
    assert Outbox(smtp_app).send_due() == 0
    (mail,) = sink.received
    assert mail["To"] == "reader@example.org"
    assert mail["Subject"] == "Bienvenue à l’été"
    sent = message(smtp_app)
    assert sent.done_at is not None
    assert "reader" not in sent.payload


def test_a_header_cannot_be_smuggled_in_through_the_subject(smtp_app: Flask, sink: Sink) -> None:
    queue(smtp_app, subject="Hello\r\nBcc: everybody@example.org")
    Outbox(smtp_app).send_due()
    assert sink.received[0]["Bcc"] is None


def test_a_domain_with_accents_leaves_in_ascii(smtp_app: Flask, sink: Sink) -> None:
    queue(smtp_app, to="marie@mairie-évry.example")
    assert Outbox(smtp_app).send_due() == 1
    assert sink.received[0]["To"] == "marie@xn--mairie-vry-h7a.example"
    assert sink.recipients == ["marie@xn--mairie-vry-h7a.example"]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "address",
    [
        "éva@example.org",
        "=?utf-8?q?victim=40evil.example?=@example.org",
        # Python takes it for no encoded word; who is laxer on its way might.
        "=?zoe?=@example.org",
        "a@example.org, b@example.org",
        "a@example.org (b)",
        "a@example.org\r\nBcc: b@example.org",
        "nobody",
        "a@" + "é" * 70 + ".example",
    ],
)
def test_an_address_that_no_server_takes_is_given_up_at_once_and_said(
    smtp_app: Flask, sink: Sink, address: str
) -> None:
    """The sink speaks no SMTPUTF8."""
    queue(smtp_app, to=address)
    assert Outbox(smtp_app).send_due() == 0
    assert sink.recipients == []
    given_up = message(smtp_app)
    assert given_up.next_attempt_at is None
    assert "Undeliverable" in str(given_up.error)


def test_the_sender_may_have_a_domain_with_accents(sink: Sink, tmp_path: Path) -> None:
    transport = mail_transport(
        sink.url, folder=tmp_path, sender="Mairie d’Évry <eak@mairie-évry.example>", domain="x.org"
    )
    payload = {"to": "reader@example.org", "subject": "A", "text": "B"}
    transport(Claimed(1, "key", "mail", payload, 1))
    assert "<eak@xn--mairie-vry-h7a.example>" in sink.received[0]["From"]


def test_two_senders_never_both_win(make_app: MakeApp) -> None:
    """T30."""
    app = make_app()
    sent: list[int] = []
    app.extensions["eak_transports"] = {"mail": lambda claimed: sent.append(claimed.id)}
    for number in range(10):
        queue(app, f"welcome:{number}")
    senders = [threading.Thread(target=Outbox(app).send_due) for _ in range(4)]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join()
    assert sorted(sent) == sorted(set(sent))
    assert len(sent) == 10


def test_a_sender_that_dies_after_the_dialogue_sends_one_duplicate_with_the_same_id(
    smtp_app: Flask, sink: Sink
) -> None:
    """T31: what a death leaves behind is a message that is claimed and not done."""
    queue(smtp_app)
    real = smtp_app.extensions["eak_transports"]["mail"]

    class Death(BaseException):
        """Stands for the end of the process."""

    def send_and_die(claimed: Claimed) -> None:
        real(claimed)
        raise Death

    smtp_app.extensions["eak_transports"] = {"mail": send_and_die}
    with pytest.raises(Death):
        Outbox(smtp_app).send_due()
    smtp_app.extensions["eak_transports"] = {"mail": real}
    assert Outbox(smtp_app).send_due() == 0, "it is claimed until its lease ends"
    later(smtp_app)
    assert Outbox(smtp_app).send_due() == 1
    first, second = sink.received
    assert first["Message-ID"] == second["Message-ID"]


def test_what_a_server_refuses_again_and_again_is_given_up_after_five_days(
    app: Flask, clock: FrozenClock
) -> None:
    def refuse(claimed: Claimed) -> None:
        raise ValueError("not now")

    app.extensions["eak_transports"] = {"mail": refuse}
    queue(app)
    clock.advance(days=30)  # on a copy that was held
    for _third_of_a_day in range(3 * 5):
        Outbox(app).send_due()
        assert message(app).next_attempt_at is not None
        clock.advance(hours=8)
        later(app)
    Outbox(app).send_due()
    waiting = message(app)
    assert waiting.next_attempt_at is None
    assert not waiting.refused
    assert waiting.error is not None
    assert "not now" in waiting.error
    with write_session(app) as session:
        outbox.retry(session, waiting.id)
    Outbox(app).send_due()
    assert message(app).next_attempt_at is not None, "its five days begin anew"
    app.extensions["eak_transports"] = {"mail": lambda claimed: None}
    later(app)
    assert Outbox(app).send_due() == 1


def test_a_server_that_is_away_for_a_week_loses_no_letter_and_is_not_asked_for_each(
    app: Flask, clock: FrozenClock
) -> None:
    asked: list[str] = []
    away = [True]

    def connect(claimed: Claimed) -> None:
        asked.append(claimed.key)
        if away[0]:
            raise Unreachable("nobody there")

    app.extensions["eak_transports"] = {"mail": connect, "call": lambda claimed: None}
    for number in range(50):
        queue(app, f"welcome:{number}")
    with write_session(app) as session:
        outbox.enqueue(session, kind="call", payload={}, dedupe_key="call")
    assert Outbox(app).send_due() == 1, "another way out is open"
    assert Outbox(app).send_due() == 0
    assert len(asked) == 1
    for _ in range(20):
        clock.advance(seconds=301)
        assert Outbox(app).send_due() == 0
    assert len(asked) == 21
    clock.advance(days=7)
    away[0] = False
    assert Outbox(app).send_due() == 50
    with read_session(app) as session:
        assert session.scalars(select(TransportPause)).all() == []
        assert max(session.scalars(select(OutboxMessage.attempts))) == 0, "nobody was refused"


def test_somebody_who_asks_for_it_ends_a_pause(app: Flask, clock: FrozenClock) -> None:
    def away(claimed: Claimed) -> None:
        raise Unreachable("nobody there")

    app.extensions["eak_transports"] = {"mail": away}
    queue(app)
    for _ in range(8):
        clock.advance(seconds=301)
        Outbox(app).send_due()
    app.extensions["eak_transports"] = {"mail": lambda claimed: None}
    assert Outbox(app).send_due() == 0
    with write_session(app) as session:
        outbox.retry(session)
    assert Outbox(app).send_due() == 1


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1?tls=none", "smtps://127.0.0.1:1"])
def test_a_server_that_does_not_answer_is_no_fault_of_a_letter(tmp_path: Path, url: str) -> None:
    transport = mail_transport(url, folder=tmp_path, sender="a@b.example", domain="b.example")
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        transport(Claimed(1, "k", "mail", {"to": "c@d.example", "subject": "", "text": ""}, 1))


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_server_that_closes_is_no_fault_of_a_letter(smtp_app: Flask, sink: Sink) -> None:
    sink.sender = "421 closing"
    queue(smtp_app)
    Outbox(smtp_app).send_due()
    with read_session(smtp_app) as session:
        assert session.scalars(select(TransportPause.kind)).all() == ["mail"]
    assert message(smtp_app).attempts == 0


def test_a_full_disk_is_no_fault_of_a_letter_that_becomes_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    transport = mail_transport(None, folder=tmp_path, sender="a@b.example", domain="b.example")
    with pytest.raises(Unreachable, match="No space"):
        transport(Claimed(1, "k", "mail", {"to": "c@d.example", "subject": "", "text": ""}, 1))


@pytest.mark.parametrize("hours", [1, -1])
def test_a_sender_whose_clock_is_wrong_sends_nothing_and_says_so(
    app: Flask, hours: int, caplog: pytest.LogCaptureFixture
) -> None:
    app.extensions["eak_transports"] = {"mail": lambda claimed: None}
    with platform_clock.wrong(timedelta(hours=hours - 2)):
        queue(app)
    with platform_clock.wrong(timedelta(hours=hours)):
        assert Outbox(app).send_due() == 0
    assert "3600 seconds" not in caplog.text
    assert "60 minutes" in caplog.text
    assert message(app).attempts == 0
    later(app)
    assert Outbox(app).send_due() == 1


def test_what_left_is_remembered_for_ninety_days(app: Flask, clock: FrozenClock) -> None:
    app.extensions["eak_transports"] = {"mail": lambda claimed: None}
    queue(app, "sent")
    Outbox(app).send_due()
    queue(app, "given up")
    queue(app, "waiting")
    with write_session(app) as session:
        given_up = session.scalars(
            select(OutboxMessage).where(OutboxMessage.dedupe_key == "given up")
        ).one()
        given_up.next_attempt_at = None
    for days, left in ((90, 3), (1, 1)):
        clock.advance(days=days)
        with write_session(app) as session:
            outbox.forget_old(session)
        with read_session(app) as session:
            assert len(session.scalars(select(OutboxMessage.id)).all()) == left


@pytest.mark.parametrize(("answer", "final"), [("550 no such user", True), ("451 later", False)])
def test_a_refusal_for_good_is_not_tried_again(
    smtp_app: Flask, sink: Sink, answer: str, final: bool
) -> None:
    sink.recipient = answer
    queue(smtp_app)
    assert Outbox(smtp_app).send_due() == 0
    waiting = message(smtp_app)
    assert (waiting.next_attempt_at is None) is final
    assert waiting.refused is final


def test_without_a_server_mails_become_files(app: Flask, tmp_path: Path) -> None:
    app.extensions["eak_transports"] = {
        "mail": mail_transport(None, folder=tmp_path / "mail", sender="a@b.example", domain="b")
    }
    queue(app, html="<p>Bonjour.</p>")
    Outbox(app).send_due()
    (file,) = (tmp_path / "mail").iterdir()
    mail = email.message_from_bytes(file.read_bytes())
    assert mail.get_content_type() == "multipart/alternative"


def test_a_mail_of_a_transaction_that_rolls_back_is_never_sent(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), write_session(app) as session:
        outbox.enqueue_mail(session, to="a@b.example", subject="x", text="y", dedupe_key="k")
        raise ZeroDivisionError
    assert Outbox(app).send_due() == 0


def test_a_wrong_mail_address_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="mail_url"):
        mail_transport("http://mail.example", folder=tmp_path, sender="a@b.example", domain="b")


@pytest.mark.parametrize("asked", ["tls=no", "tls=None", "tls=starttls&tls=none", "tls=required"])
def test_nothing_but_the_word_for_it_leaves_a_server_without_tls(
    tmp_path: Path, asked: str
) -> None:
    """A slip in the setting would send the password and all mail in the clear."""
    with pytest.raises(Misconfigured, match="mail_url"):
        mail_transport(
            f"smtp://user:password@mail.example?{asked}",
            folder=tmp_path,
            sender="a@b.example",
            domain="b",
        )


@pytest.mark.parametrize("url", [None, "smtp://mail.example"])
@pytest.mark.parametrize(
    "sender",
    [
        "",
        "EAK",
        "EAK <>",
        "Équipe <équipe@b.example>",
        "Innovation, 92 <a@b.example>",
        "Innovation: 92 <a@b.example>",
        "a@b.example, c@d.example",
        "=?utf-8?q?c=40d.org?= <a@b.example>",
        f"{'x' * 1000} <a@b.example>",
    ],
)
def test_a_sender_that_no_mail_can_have_is_refused_by_name(
    tmp_path: Path, url: str | None, sender: str
) -> None:
    with pytest.raises(Misconfigured, match="mail_sender"):
        mail_transport(url, folder=tmp_path, sender=sender, domain="b")


@pytest.mark.parametrize("bounces", ["é@b.example", "a,c@b.example", "a;c@b.example"])
def test_an_address_that_no_mail_can_return_to_is_refused_by_name(
    tmp_path: Path, bounces: str
) -> None:
    with pytest.raises(Misconfigured, match="mail_bounces"):
        mail_transport(
            "smtp://mail.example",
            folder=tmp_path,
            sender="a@b.example",
            domain="b",
            bounces=bounces,
        )
