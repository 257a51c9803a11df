"""Sending to a mail server that takes, refuses, waits and falls silent: nobody twice, nobody
forgotten, and what cannot be known is said to be unknown."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from eak_core.api import Actor, is_at_work, soft_commits
from eak_core.clock import now
from eak_core.db.alive import at_work
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.letters.mail import mail_transport
from eak_core.letters.models import Lane
from eak_core.letters.outbox import enqueue_mail
from eak_core.letters.suppression import EVERY_LIST, suppress
from eak_core.moderation.decisions import hide
from eak_core.plugins.per_service.settings import configure as configure_plugin
from eak_core.services.directory import archive_service
from eak_core.services.models import Service
from eak_newsletter.deliveries import claiming, queueing, running, senders
from eak_newsletter.deliveries.claiming import FIRST_PAUSE
from eak_newsletter.deliveries.senders import SENDER
from eak_newsletter.deliveries.tables import Delivery, Sender
from eak_newsletter.deliveries.unknown import unknown_of
from eak_newsletter.issues.tables import Issue
from eak_newsletter.readers import importing, leaving
from eak_newsletter.readers.subscribing import Wishes
from tests.core.letters.sink import Sink, serving
from tests.plugins.newsletter.conftest import Letters, Readers

on_sqlite = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def sink(site: Site) -> Iterator[Sink]:
    with serving() as found:
        site.app.extensions["eak_transports"]["mail"] = mail_transport(
            found.url, folder=Path(), sender="EAK <eak@b.example>", domain="b.example"
        )
        yield found


@pytest.fixture
def letters(site: Site, letters: Letters) -> Letters:
    import_readers(site, 5)
    return letters


def import_readers(site: Site, number: int, first: int = 0) -> None:
    with site.writing() as session:
        for each in range(first, first + number):
            importing.take_in(
                session, Actor.system(), site.service, f"r{each}@example.org", Wishes(), "A list."
            )


def to(sink: Sink) -> list[str]:
    return sorted(str(mail["To"]) for mail in sink.received)


def everybody(number: int = 5) -> list[str]:
    return [f"r{each}@example.org" for each in range(number)]


def test_each_reader_gets_the_letter_once_and_a_second_sender_finds_nothing(
    letters: Letters, sink: Sink
) -> None:
    issue = letters.ready()
    outcome = letters.send(issue)
    assert (outcome.sent, outcome.over) == (5, True)
    assert letters.send(issue).sent == 0
    assert to(sink) == everybody()
    assert sink.connections == 1
    assert letters.states(issue) == {"sent": 5}
    with letters.site.reading() as session:
        assert session.get_one(Issue, issue).state == "sent"
        assert session.scalar(select(Sender)) is None


@on_sqlite
def test_a_letter_says_what_it_is_whose_it_is_and_how_it_ends(
    letters: Letters, sink: Sink, clock: FrozenClock
) -> None:
    letters.accept("Des toits végétalisés & sobres")
    clock.advance(hours=1)
    issue = letters.ready()
    letters.send(issue)
    mail = sink.received[0]
    assert mail["List-Id"] == "<culture.newsletter.b.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Precedence"] == "bulk"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == "EAK <eak@b.example>"
    assert len({str(each["Message-ID"]) for each in sink.received}) == 5
    stop = str(mail["List-Unsubscribe"]).strip("<>")
    text, html = (_part(mail, kind) for kind in ("plain", "html"))
    assert stop in text
    assert stop in html
    assert "/lettre/preferences/" in text
    assert "reader.invalid" not in text + html
    assert "Des toits végétalisés & sobres" in text
    assert "Des toits végétalisés &amp; sobres" in html
    assert '<html lang="fr"' in html
    assert len(mail.as_bytes()) < 100_000
    assert max(len(line) for line in mail.as_bytes().splitlines()) <= 998
    for other in sink.received[1:]:
        assert str(other["List-Unsubscribe"]) != str(mail["List-Unsubscribe"])
    path = stop.removeprefix("http://localhost")
    answer = letters.site.browser().post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert Readers(letters.site).standing(str(mail["To"])) == "stopped"


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_leaves_after_queueing_gets_nothing(letters: Letters, sink: Sink) -> None:
    issue, site = letters.ready(), letters.site
    queueing.fill(site.app, issue)
    readers = Readers(site)
    gone, erased = readers.at("r1@example.org"), readers.at("r3@example.org")
    assert gone is not None
    assert erased is not None
    with site.app.app_context(), site.writing() as session:
        leaving.stop(session, site.service, gone.id, "link")
        leaving.erase_address(session, "r3@example.org")
        suppress(session, "R4@example.org", EVERY_LIST)
    letters.send(issue)
    assert to(sink) == ["r0@example.org", "r2@example.org"]
    assert letters.states(issue) == {"sent": 2, "skipped": 3}


@on_sqlite
def test_only_the_readers_of_the_service_with_consent_get_it(
    letters: Letters, sink: Sink, readers: Readers
) -> None:
    site = letters.site
    other = site.add_service("routes", "Routes")
    site.enable("newsletter", service=other)
    readers.ask("pending@example.org")
    with site.writing() as session:
        importing.take_in(session, Actor.system(), other, "x@example.org", Wishes(), "A list.")
    letters.send(letters.ready())
    assert to(sink) == everybody()


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_server_that_refuses_for_now_is_asked_again_later(
    letters: Letters, sink: Sink, clock: FrozenClock
) -> None:
    issue = letters.ready()
    sink.answers["r2@example.org"] = "450 4.2.1 <r2@example.org> is full"
    outcome = letters.send(issue)
    assert (outcome.sent, outcome.over) == (4, False)
    assert letters.states(issue) == {"sent": 4, "deferred": 1}
    with letters.site.reading() as session:
        deferred = session.scalar(select(Delivery).where(Delivery.state == "deferred"))
        assert deferred is not None
        # What a server repeats of an address is not kept.
        assert "r2@" not in str(deferred.error)
        assert "450 4.2.1" in str(deferred.error)
    assert letters.send(issue).sent == 0
    sink.answers.clear()
    clock.advance(seconds=FIRST_PAUSE.total_seconds() + 1)
    assert letters.send(issue).sent == 1
    assert to(sink) == everybody()
    assert letters.states(issue) == {"sent": 5}


@on_sqlite
def test_a_mailbox_that_is_not_there_is_not_written_to_again(
    letters: Letters, sink: Sink, readers: Readers
) -> None:
    issue = letters.ready()
    sink.answers["r2@example.org"] = "550 5.1.1 no such user"
    sink.answers["content r3@example.org"] = "554 5.6.0 not this"
    letters.send(issue)
    assert letters.states(issue) == {"sent": 3, "failed": 2}
    assert readers.standing("r2@example.org") == "suspended"
    assert readers.standing("r3@example.org") == "active"
    sink.answers.clear()
    letters.send(letters.ready())
    assert to(sink).count("r2@example.org") == 0
    assert to(sink).count("r3@example.org") == 1


@on_sqlite
@pytest.mark.parametrize("closing", ["421 4.3.2 going down", Sink.CLOSE])
def test_what_breaks_before_the_content_is_sent_later_and_never_twice(
    letters: Letters, sink: Sink, closing: str, clock: FrozenClock
) -> None:
    issue = letters.ready()
    sink.recipient = closing
    outcome = letters.send(issue, seconds=5)
    assert outcome.sent == 0
    assert "sent" not in letters.states(issue)
    assert "unknown" not in letters.states(issue)
    sink.recipient = "250 OK"
    clock.advance(minutes=5)
    letters.send(issue)
    assert to(sink) == everybody()
    assert letters.states(issue) == {"sent": 5}


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_breaks_after_the_content_is_unknown_and_a_person_decides(
    letters: Letters, sink: Sink
) -> None:
    issue, site = letters.ready(), letters.site
    # The server has it, and dies before it says so.
    sink.answers["content r1@example.org"] = Sink.CLOSE
    sink.answers["content r4@example.org"] = Sink.CLOSE
    letters.send(issue)
    assert letters.states(issue) == {"sent": 3, "unknown": 2}
    sink.answers.clear()
    letters.send(issue)
    assert letters.states(issue) == {"sent": 3, "unknown": 2}, "nothing is sent twice by itself"
    browser = site.browser()
    browser.sign_in(site.people.manager)
    page = f"/culture/gestion/lettre/{issue}"
    assert "personne ne sait rien" in browser.get(page).text
    first, second = unknown(site, issue)
    browser.submit(page, f"{first}/arrive")
    browser.submit(page, f"{second}/renvoyer")
    letters.send(issue)
    assert letters.states(issue) == {"sent": 5}


def test_what_a_dead_sender_left_is_unknown_and_the_rest_goes_on(
    letters: Letters, sink: Sink
) -> None:
    issue, site = letters.ready(), letters.site
    queueing.fill(site.app, issue)
    with site.writing() as session:
        session.add(Sender(id=77, began_at=now(), epoch=senders.epoch(session)))
        first, *others = claiming.hold(session, issue, 77, most=3)
    with site.app.app_context(), soft_commits(site.app) as run:
        claimed = claiming.claim(run, issue, 77, first)
    assert claimed is not None
    assert len(others) == 2
    with at_work(site.app, SENDER, 77):
        letters.send(issue)
        assert letters.states(issue) == {"sent": 2, "sending": 1, "queued": 2}
        with site.reading() as session:
            assert is_at_work(session, SENDER, 77)
            assert not is_at_work(session, SENDER, 78)
            assert session.get_one(Issue, issue).state == "sending"
    letters.send(issue)
    assert letters.states(issue) == {"sent": 4, "unknown": 1}
    # It was not dead after all: what it knows is written down still.
    with site.app.app_context(), soft_commits(site.app) as run:
        claiming.claim(run, issue, 77, None, claiming.Result(claimed, "sent"))
        # What was in its hand has been sent by another.
        assert claiming.claim(run, issue, 77, others[0]) is None
    assert letters.states(issue) == {"sent": 5}


@pytest.mark.parametrize("lost", ["the row of the sender", "its epoch"])
def test_what_a_sender_held_when_the_database_fell_is_unknown(
    letters: Letters, sink: Sink, lost: str
) -> None:
    issue, site = letters.ready(), letters.site
    queueing.fill(site.app, issue)
    with site.writing() as session:
        if lost == "its epoch":
            session.add(Sender(id=77, began_at=now(), epoch="another"))
        claiming.hold(session, issue, 77, most=3)
    letters.send(issue)
    assert letters.states(issue) == {"sent": 2, "unknown": 3}


def test_senders_that_died_are_forgotten_and_those_that_live_are_not(
    site: Site, clock: FrozenClock
) -> None:
    with site.writing() as session:
        session.add_all([Sender(id=5, began_at=now()), Sender(id=6, began_at=now())])
    with at_work(site.app, SENDER, 6):
        clock.advance(days=2)
        site.drain()
        with site.reading() as session:
            assert session.scalars(select(Sender.id)).all() == [6]


@on_sqlite
def test_paused_nothing_leaves_and_resumed_the_rest_does(letters: Letters, sink: Sink) -> None:
    issue = letters.ready()
    sent: list[int] = []

    def told(number: int) -> None:
        sent.append(number)
        if number == 2:
            letters.act(running.pause, issue)

    letters.send(issue, told=told)
    assert letters.states(issue) == {"sent": 2, "queued": 3}
    assert letters.send(issue).sent == 0
    letters.act(running.resume, issue)
    letters.send(issue)
    assert to(sink) == everybody()


@on_sqlite
def test_cancelled_nothing_more_leaves_and_what_has_left_is_in_the_archive(
    letters: Letters, sink: Sink
) -> None:
    issue = letters.ready()
    letters.send(issue, told=lambda number: number == 2 and letters.act(running.cancel, issue))
    assert letters.states(issue) == {"sent": 2, "cancelled": 3}
    assert letters.send(issue).sent == 0
    assert len(sink.received) == 2
    assert letters.site.browser().get("/culture/lettre/1").status_code == 200


@on_sqlite
def test_what_is_hidden_while_a_letter_is_sent_does_not_leave_any_more(
    letters: Letters, sink: Sink, clock: FrozenClock
) -> None:
    idea = letters.accept("A tool library")
    clock.advance(hours=1)
    issue, site = letters.ready(), letters.site

    def told(number: int) -> None:
        if number == 3:
            with site.writing() as session:
                hide(session, Actor.system(), site.service, f"idea:{idea.id}", "Not ours.")

    letters.send(issue, told=told)
    assert [("tool library" in _part(mail, "plain")) for mail in sink.received] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert "tool library" not in site.browser().get("/culture/lettre/1").text


def test_one_domain_gets_its_letters_at_its_pace_and_the_others_do_not_wait(
    letters: Letters, sink: Sink, clock: FrozenClock
) -> None:
    site = letters.site
    with site.writing() as session:
        for name in ("a@other.example", "b@third.example"):
            importing.take_in(session, Actor.system(), site.service, name, Wishes(), "A list.")
    configure(site, per_minute=2)
    issue = letters.ready()
    assert letters.send(issue).sent == 3
    assert to(sink) == ["a@other.example", "b@third.example", "r0@example.org"]
    with site.reading() as session:
        due = session.scalars(
            select(Delivery.next_attempt_at)
            .where(Delivery.state == "queued")
            .order_by(Delivery.next_attempt_at)
        ).all()
        assert [(at - now()).total_seconds() for at in due if at] == [30, 60, 90, 120]
        assert set(session.scalars(select(Delivery.attempts))) == {0, 1}
    clock.advance(seconds=61)
    assert letters.send(issue).sent == 2
    clock.advance(minutes=5)
    letters.send(issue)
    assert letters.states(issue) == {"sent": 7}


@on_sqlite
def test_a_service_that_is_archived_in_the_middle_sends_no_more(
    letters: Letters, sink: Sink
) -> None:
    issue = letters.ready()
    letters.send(issue, told=lambda number: number == 2 and archive(letters))
    assert letters.states(issue) == {"sent": 2, "queued": 3}
    assert letters.send(issue).sent == 0


def test_the_queue_is_filled_a_portion_at_a_time_and_goes_on_where_it_was_left(
    letters: Letters, sink: Sink
) -> None:
    issue, site = letters.ready(), letters.site
    with site.writing() as session:
        assert queueing.fill_portion(session, issue, portion=2)
    # Who subscribes meanwhile stands further on, and gets it too.
    import_readers(site, 1, first=5)
    letters.send(issue)
    assert to(sink) == everybody(6)


def test_a_worker_sends_by_itself_at_the_instant_and_the_sites_own_letters_do_not_wait(
    letters: Letters, sink: Sink, clock: FrozenClock
) -> None:
    site = letters.site
    issue = letters.compose()
    letters.freeze(issue)
    letters.act(running.plan, issue, now() + FIRST_PAUSE)
    site.drain()
    assert sink.received == []
    clock.advance(minutes=1)
    with site.writing() as session:
        enqueue_mail(
            session, to="hurried@example.org", subject="S", text="T", dedupe_key="k",
            lane=Lane.AWAITED,
        )  # fmt: skip
    site.drain()
    assert to(sink) == ["hurried@example.org", *everybody()]
    assert str(sink.received[0]["To"]) == "hurried@example.org"
    assert letters.states(issue) == {"sent": 5}


@on_sqlite
def test_mail_written_to_files_is_written_once_for_each_reader(
    letters: Letters, tmp_path: Path
) -> None:
    folder = tmp_path / "mail"
    letters.site.app.extensions["eak_transports"]["mail"] = mail_transport(
        None, folder=folder, sender="a@b.example", domain="b.example"
    )
    letters.send(letters.ready())
    assert len(list(folder.glob("*.eml"))) == 5


def configure(site: Site, **values: object) -> None:
    with site.app.test_request_context(), site.writing() as session:
        configure_plugin(session, Actor.system(), site.service, "newsletter", values, version=0)


def archive(letters: Letters) -> None:
    site = letters.site
    with site.app.test_request_context(), site.writing() as session:
        archive_service(session, Actor.system(), session.get_one(Service, site.service.id))


def unknown(site: Site, issue: int) -> list[int]:
    with site.reading() as session:
        return [each.id for each in unknown_of(session, issue)]


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())
