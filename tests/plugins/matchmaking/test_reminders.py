"""Reminders of proposals: when, to whom, and that nothing leaves in a replay."""

from datetime import UTC, datetime, timedelta

import pytest

from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.letters.models import OutboxMessage
from eak_core.moderation.decisions import hide
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor
from eak_matchmaking.models import Organisation
from eak_matchmaking.organisations import members
from eak_matchmaking.proposals import deciding, letters, proposing
from eak_matchmaking.proposals.reminders import DAYS, days_due, next_reminder, reminders
from tests.plugins.matchmaking.pilots import Pilots


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "due"),
    [
        # In winter, into summer time on 29 March 2026, and out of it on 25 October.
        ("2026-01-05T08:30", ("2026-01-12T08:30", "2026-01-19T08:30", "2026-02-02T08:30")),
        ("2026-03-23T08:30", ("2026-03-30T07:30", "2026-04-06T07:30", "2026-04-20T07:30")),
        ("2026-10-19T07:30", ("2026-10-26T08:30", "2026-11-02T08:30", "2026-11-16T08:30")),
        # Half past two does not come on the 29th of March: it is the hour after it.
        ("2026-03-22T01:30", ("2026-03-29T01:30", "2026-04-05T00:30", "2026-04-19T00:30")),
        # Of the half past two that comes twice on the 25th of October it is the first.
        ("2026-10-18T00:30", ("2026-10-25T00:30", "2026-11-01T01:30", "2026-11-15T01:30")),
        # The second half past two of the 25th of October is half past two in a week.
        ("2026-10-25T01:30", ("2026-11-01T01:30", "2026-11-08T01:30", "2026-11-22T01:30")),
        # Over a leap day, and over none.
        ("2028-02-22T09:00", ("2028-02-29T09:00", "2028-03-07T09:00", "2028-03-21T09:00")),
        ("2026-02-22T09:00", ("2026-03-01T09:00", "2026-03-08T09:00", "2026-03-22T09:00")),
    ],
)
def test_reminders_come_at_the_same_hour_in_paris(since: str, due: tuple[str, ...]) -> None:
    assert reminders(instant(since)) == tuple(instant(each) for each in due)


def test_the_next_reminder_and_the_last_that_was_due() -> None:
    since = instant("2026-01-05T08:30")
    first, second, third = reminders(since)
    moment = timedelta(seconds=1)
    assert next_reminder(since, since) == first
    assert next_reminder(since, first) == second, "what is due now is not due once more"
    assert next_reminder(since, second - moment) == second
    assert next_reminder(since, third) is None
    for now, days in ((first - moment, 0), (first, 7), (third - moment, 14), (third, 28)):
        assert days_due(since, now) == days


def written(pilots: Pilots) -> list[tuple[str, str]]:
    """What has left since it was asked, and to whom, but for notices of what people follow."""
    pilots.site.drain()
    left = (each for each in pilots.site.sent if ":notice:" not in each.key)
    sent = [(each.to, each.subject) for each in left]
    pilots.site.sent.clear()
    return sorted(sent)


def test_whom_a_proposal_waits_for_is_written_to_and_reminded_three_times(
    pilots: Pilots, clock: FrozenClock
) -> None:
    author = pilots.site.people.citizen.email or ""
    made = pilots.propose()
    pilots.site.drain()
    [first] = [
        each for each in pilots.site.sent if each.to == author and ":notice:" not in each.key
    ]
    assert f"/culture/partenaires/propositions/{made.id}" in first.text
    assert "http" in first.text
    assert first.subject == "Que pensez-vous d’une proposition de piloter votre idée\u202f?"
    written(pilots)
    for days in range(1, 40):
        clock.advance(days=1)
        sent = written(pilots)
        assert [to for to, _subject in sent] == ([author] if days in DAYS else []), days
        assert all(subject.startswith("Rappel") for _to, subject in sent)
    assert pilots.waits(made)[0] == "author"


def test_each_turn_is_told_to_whose_turn_it_is_and_begins_anew(
    pilots: Pilots, clock: FrozenClock
) -> None:
    people = pilots.site.people
    member, manager, author = (
        each.email or "" for each in (pilots.person, people.manager, people.citizen)
    )
    made = pilots.propose()
    clock.advance(days=5)
    written(pilots)
    pilots.does(deciding.give_view, pilots.author, made, "for", "")
    assert [to for to, _subject in written(pilots)] == [manager]
    clock.advance(days=5)
    assert written(pilots) == [], "ten days after the proposal, and five after the view"
    clock.advance(days=2)
    assert [to for to, _subject in written(pilots)] == [manager]
    pilots.does(deciding.ask_back, pilots.manager, made, "Which hall?")
    assert [to for to, _subject in written(pilots)] == [member]
    clock.advance(days=7)
    assert [to for to, _subject in written(pilots)] == [member]
    pilots.does(proposing.answer, pilots.member, made, "The northern one.")
    assert [to for to, _subject in written(pilots)] == [manager]
    clock.advance(days=7)
    assert [to for to, _subject in written(pilots)] == [manager], "a week into a new turn"
    pilots.does(deciding.accept, pilots.manager, made)
    assert [to for to, _subject in written(pilots)] == sorted([member, author])
    clock.advance(days=60)
    assert written(pilots) == []
    pilots.does(deciding.end, pilots.member, made, "We move.")
    assert [to for to, _subject in written(pilots)] == [author], "nobody hears of their own act"


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_due_too_early_or_for_nothing_reminds_nobody(
    pilots: Pilots, clock: FrozenClock
) -> None:
    made = pilots.propose()
    written(pilots)
    with pilots.site.writing() as session:
        for name in (f"remind_pilot:{made.id}", "remind_pilot:4711"):
            letters.remind_due(session, pilots.service, name, clock.now)
    assert written(pilots) == []
    clock.advance(days=7)
    assert len(written(pilots)) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_was_missed_is_one_reminder(pilots: Pilots, clock: FrozenClock) -> None:
    pilots.propose()
    written(pilots)
    clock.advance(days=15)
    assert len(written(pilots)) == 1
    clock.advance(days=13)
    assert len(written(pilots)) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_where_nobody_is_left_to_answer_the_service_is_reminded(
    pilots: Pilots, clock: FrozenClock
) -> None:
    manager = pilots.site.people.manager.email
    lonely = pilots.site.people.add("Lena Leaving")
    made, lena = pilots.register(lonely, "Les Partants"), pilots.actor(lonely)
    asked = pilots.propose(lena)
    waiting = pilots.propose(idea=pilots.accepted("Another idea"))
    pilots.does(deciding.ask_back, pilots.manager, asked, "Which hall?")
    with pilots.site.writing() as session:
        organisation = session.get_one(Organisation, made.id)
        members.leave(session, lena, pilots.service, organisation, lonely.id)
        erase_person(session, Actor.system(), pilots.site.people.citizen.id)
    written(pilots)
    clock.advance(days=7)
    assert [to for to, _subject in written(pilots)] == [manager, manager]
    assert pilots.waits(waiting)[0] == "manager"
    assert pilots.history(waiting)[-1] == ("passed_on", "site", "")
    late = pilots.propose(pilots.other, idea=pilots.now(pilots.idea))
    assert pilots.waits(late)[0] == "manager"


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_is_reminded_of_an_idea_that_is_hidden(pilots: Pilots, clock: FrozenClock) -> None:
    pilots.propose()
    manager, subject = pilots.manager, f"idea:{pilots.idea.id}"
    with pilots.site.writing() as session:
        hide(session, manager, pilots.service, subject, "It insults.")
    written(pilots)
    clock.advance(days=7)
    assert written(pilots) == []


def test_nothing_leaves_in_a_replay_or_while_the_plugin_is_off(
    pilots: Pilots, clock: FrozenClock
) -> None:
    made = pilots.propose()
    pilots.does(deciding.give_view, pilots.author, made, "for", "")
    assert len(written(pilots)) == 2
    pilots.site.replay("matchmaking")
    assert written(pilots) == []
    pilots.site.disable("matchmaking")
    clock.advance(days=8)
    assert written(pilots) == []
    pilots.site.enable("matchmaking")
    sent = written(pilots)
    assert [subject.startswith("Rappel") for _to, subject in sent] == [True]


def test_what_waits_to_leave_names_nobody(pilots: Pilots, clock: FrozenClock) -> None:
    pilots.propose()
    clock.advance(days=7)
    pilots.site.drain()
    with pilots.site.reading() as session:
        for message in session.query(OutboxMessage):
            assert "@" not in str(message.dedupe_key)
