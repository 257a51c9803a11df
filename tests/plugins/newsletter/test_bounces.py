"""Mail that comes back: what it says, of which letter, and what follows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.letters.mail import mail_transport
from eak_newsletter.bounces.reading import kind_of
from eak_newsletter.bounces.rules import Kind, verdict
from eak_newsletter.bounces.tables import Returned
from eak_newsletter.bounces.taking import Taken, take
from eak_newsletter.deliveries import queueing, return_address
from eak_newsletter.deliveries.return_address import address, delivery_of, recipients_of
from tests.core.letters.sink import Sink, serving
from tests.plugins.newsletter.conftest import Letters, Readers

AT = datetime(2026, 3, 1, tzinfo=UTC)
KEY = b"k" * 32


def report(to: str = "x@b.example", status: str = "5.1.1", action: str = "failed") -> str:
    return (
        f"From: MAILER-DAEMON@mx.example\nTo: {to}\nSubject: Undelivered\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nIt did not get there.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; ada@example.org\nAction: {action}\nStatus: {status}\n\n"
        "--b--\n"
    )


COMPLAINT = (
    "From: fbl@mx.example\nTo: {to}\nSubject: Complaint\n"
    'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
    "--b\nContent-Type: text/plain\n\nThis is a complaint.\n"
    "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\n--b--\n"
)
ON_HOLIDAY = (
    "From: ada@example.org\nTo: {to}\nSubject: Absente\nAuto-Submitted: auto-replied\n\n"
    "Je suis en congé : Status: 5.1.1\n"
)
# As qmail says it, which knows no report.
IN_WORDS = (
    "From: MAILER-DAEMON@mx.example\nTo: x@b.example\nSubject: failure notice\n\n"
    "Hi. This is the qmail-send program at mx.example.\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
    "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
    "<ada@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
    "--- Below this line is a copy of the message.\n\nSubject: La lettre\n"
)


def parsed(text: str) -> Message:
    return message_from_string(text)


def test_what_a_mail_that_came_back_says() -> None:
    assert kind_of(parsed(report())) == "hard"
    assert kind_of(parsed(report(status="4.2.2"))) == "soft"
    assert kind_of(parsed(report(status="5.1.1", action="delayed"))) == "soft"
    assert kind_of(parsed(report(status="2.0.0", action="relayed"))) is None
    assert kind_of(parsed(COMPLAINT.format(to="x@b.example"))) == "complaint"
    assert kind_of(parsed(ON_HOLIDAY.format(to="x@b.example"))) is None
    assert kind_of(parsed("From: a@example.org\n\nHello, 5.1.1!\n")) is None
    # One recipient of several is enough, and the worse one counts.
    both = report().replace("Status: 5.1.1", "Status: 4.4.1\n\nAction: failed\nStatus: 5.2.1")
    assert kind_of(parsed(both)) == "hard"
    assert kind_of(parsed(IN_WORDS)) == "hard"
    # Who is away quotes what they got, and may quote that.
    assert kind_of(parsed(f"Auto-Submitted: auto-replied\n{IN_WORDS}")) is None


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("returned", "follows"),
    [
        ([], None),
        ([("hard", 0 * DAY)], "suspended"),
        ([("soft", 0 * DAY), ("soft", 20 * DAY)], None),
        ([("soft", 0 * DAY), ("soft", 1 * DAY), ("soft", 14 * DAY - timedelta(seconds=1))], None),
        ([("soft", 0 * DAY), ("soft", 1 * DAY), ("soft", 14 * DAY)], "suspended"),
        # The first and the last, in whichever order they were taken in.
        ([("soft", 14 * DAY), ("soft", 0 * DAY), ("soft", 1 * DAY)], "suspended"),
        ([("soft", 0 * DAY), ("soft", 20 * DAY), ("hard", 21 * DAY)], "suspended"),
        ([("complaint", 0 * DAY)], "complained"),
        ([("hard", 0 * DAY), ("complaint", 1 * DAY)], "complained"),
        ([("complaint", 0 * DAY), ("soft", 1 * DAY)], "complained"),
    ],
)
def test_when_a_mailbox_is_left_alone(
    returned: list[tuple[Kind, timedelta]], follows: str | None
) -> None:
    assert verdict([(kind, AT + after) for kind, after in returned]) == follows


def test_an_address_says_which_letter_it_was_and_nobody_else_can_write_it() -> None:
    for number in (1, 35, 36, 10**12):
        signed = address("retours@b.example", KEY, number)
        assert len(signed.partition("@")[0]) <= 64
        assert delivery_of(KEY, ["other@b.example", signed]) == number
        assert delivery_of(KEY, [signed.upper()]) == number
        assert delivery_of(b"x" * 32, [signed]) is None
    assert delivery_of(KEY, ["retours+n1-aaaaaaaaaaaaaaaa@b.example"]) is None
    assert address("", KEY, 1) == ""
    mail = parsed(f"To: Somebody <{signed}>\nDelivered-To: x@b.example\n\n")
    assert delivery_of(KEY, recipients_of(mail)) == 10**12


@pytest.fixture
def sink(site: Site) -> Iterator[Sink]:
    with serving() as found:
        config = site.app.extensions["eak_config"]
        site.app.extensions["eak_config"] = replace(config, mail_bounces="retours@b.example")
        site.app.extensions["eak_transports"]["mail"] = mail_transport(
            found.url, folder=Path(), sender="EAK <eak@b.example>", domain="b.example"
        )
        yield found


def came_back(site: Site, mail: str) -> Taken:
    with site.app.app_context(), site.writing() as session:
        return take(session, mail.encode())


def test_a_letter_that_comes_back_for_good_ends_the_subscription_once(
    letters: Letters, readers: Readers, sink: Sink
) -> None:
    site = letters.site
    readers.take("ada@example.org")
    readers.take("bob@example.org")
    with site.app.app_context():
        waiting = address("retours@b.example", return_address.signing_key(), 1)
    issue = letters.ready()
    queueing.fill(site.app, issue)
    assert came_back(site, report(waiting)) == "unknown", "it was never sent"
    letters.send(issue)
    to = {str(mail["To"]): sender for mail, sender in zip(sink.received, sink.senders, strict=True)}
    mailbox = str(to["ada@example.org"])
    assert mailbox.startswith("retours+n")
    forged = mailbox.replace("-", "-a")
    for mail in (report(forged), report("retours@b.example"), "", "nonsense\n\n"):
        assert came_back(site, mail) == "unknown"
    assert came_back(site, ON_HOLIDAY.format(to=mailbox)) == "nothing"
    assert readers.standing("ada@example.org") == "active"
    for _time in range(2):
        assert came_back(site, report(mailbox)) == "hard"
    assert readers.standing("ada@example.org") == "suspended"
    assert readers.standing("bob@example.org") == "active"
    assert came_back(site, COMPLAINT.format(to=to["bob@example.org"])) == "complaint"
    assert readers.standing("bob@example.org") == "stopped"
    with site.reading() as session:
        assert len(session.scalars(select(Returned)).all()) == 2
    letters.send(letters.ready())
    assert len(sink.received) == 2


def test_a_mailbox_that_is_full_for_weeks_is_left_alone_and_a_new_agreement_counts_anew(
    letters: Letters, readers: Readers, sink: Sink, clock: FrozenClock
) -> None:
    readers.take("ada@example.org")
    for _week in range(3):
        assert readers.standing("ada@example.org") == "active"
        letters.send(letters.ready())
        came_back(letters.site, report(str(sink.senders[-1]), "4.2.2"))
        clock.advance(days=8)
    assert readers.standing("ada@example.org") == "suspended"
    readers.take("ada@example.org")
    letters.send(letters.ready())
    came_back(letters.site, report(str(sink.senders[-1]), "4.2.2"))
    assert readers.standing("ada@example.org") == "active"
