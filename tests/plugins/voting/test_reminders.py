"""Reminders reach those who asked and have not voted, once, and say nothing of choices."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from eak_core.errors import Refused
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Sent
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.models import Person
from eak_core.permissions import Actor, SignInRequired
from eak_voting.ballots.preparing import delete_draft
from eak_voting.casting import reminders
from eak_voting.casting.opening import announce, cancel, withdraw_announcement
from eak_voting.models import Ballot, Reminder
from tests.plugins.voting.conftest import Polls

DAY = timedelta(days=1)


def ask(polls: Polls, ballot: Ballot, who: Actor) -> None:
    with polls.site.writing() as session:
        reminders.ask(session, who, polls.service, session.get_one(Ballot, ballot.id))


def waiting(polls: Polls) -> int:
    with polls.site.reading() as session:
        return session.scalar(select(func.count()).select_from(Reminder)) or 0


def mails(polls: Polls) -> list[Sent]:
    """What left since this was asked the last time, but for notices of what people follow."""
    polls.site.drain()
    found = [each for each in polls.site.sent if ":notice:" not in each.key]
    polls.site.sent.clear()
    return found


def of(who: Actor) -> int:
    assert who.person_id is not None
    return who.person_id


def receivers(found: list[Sent]) -> list[int]:
    return sorted(each.payload["person_id"] for each in found)


def speak(polls: Polls, who: Actor, locale: str) -> None:
    with polls.site.writing() as session:
        session.get_one(Person, who.person_id).locale = locale


def test_who_asked_and_has_not_voted_is_reminded_once_before_the_close(polls: Polls) -> None:
    ballot = polls.open(secrecy="secret", lasts=7 * DAY)
    asked, voted, silent = polls.voter(1), polls.voter(2), polls.voter(3)
    for who in (asked, asked, voted):
        ask(polls, ballot, who)
    polls.vote(ballot, [1], voted)
    polls.clock.set(ballot.closes_at - 2 * DAY - timedelta(seconds=1))
    assert mails(polls) == []
    polls.clock.advance(seconds=1)
    found = mails(polls)
    assert receivers(found) == [of(asked)]
    assert of(silent) not in receivers(found)
    assert waiting(polls) == 0, "a reminder is deleted once it was sent"
    polls.clock.set(ballot.closes_at)
    assert mails(polls) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_asks_before_the_opening_is_written_to_when_it_opens_and_before_the_close(
    polls: Polls,
) -> None:
    ballot = polls.open(opens_in=DAY, lasts=7 * DAY)
    me = polls.voter(1)
    ask(polls, ballot, me)
    assert mails(polls) == []
    polls.clock.set(ballot.opens_at)
    [opened] = mails(polls)
    assert ballot.title in opened.subject
    assert f"http://localhost/culture/votes/{ballot.id}-{ballot.slug}" in opened.text
    polls.clock.set(ballot.closes_at - 2 * DAY)
    [reminder] = mails(polls)
    assert reminder.subject != opened.subject


def test_who_asks_late_is_reminded_later_and_not_at_all_in_the_last_minutes(polls: Polls) -> None:
    ballot = polls.open(lasts=7 * DAY)
    polls.clock.set(ballot.closes_at - DAY - timedelta(hours=1))
    assert mails(polls) == []
    ask(polls, ballot, polls.voter(1))
    polls.clock.set(ballot.closes_at - DAY)
    assert receivers(mails(polls)) == [of(polls.voter(1))]
    polls.clock.set(ballot.closes_at - timedelta(minutes=10))
    with pytest.raises(Refused, match="few minutes"):
        ask(polls, ballot, polls.voter(2))
    assert waiting(polls) == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_short_ballot_does_not_remind_of_what_has_just_opened(polls: Polls) -> None:
    ballot = polls.open(lasts=timedelta(hours=4), opens_in=DAY)
    ask(polls, ballot, polls.voter(1))
    polls.clock.set(ballot.opens_at)
    assert len(mails(polls)) == 1
    polls.clock.advance(minutes=59)
    assert mails(polls) == []
    polls.clock.advance(minutes=1)
    assert len(mails(polls)) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_mail_is_in_the_language_of_whoever_receives_it_and_says_no_choice(polls: Polls) -> None:
    ballot = polls.open(secrecy="public")
    french, english = polls.voter(1), polls.voter(2)
    speak(polls, french, "fr")
    speak(polls, english, "en")
    for who in (french, english):
        ask(polls, ballot, who)
    polls.vote(ballot, [1], polls.voter(3))
    polls.clock.set(ballot.closes_at - 2 * DAY)
    texts = {each.payload["person_id"]: each for each in mails(polls)}
    assert texts[of(french)].subject.startswith("Avant la clôture")
    assert texts[of(english)].subject.startswith("Before it closes")
    for each in texts.values():
        assert "Idea 1" not in each.text
        assert "Voter" not in each.text


def test_hundreds_are_reminded_in_several_transactions_and_each_once(
    polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "AT_ONCE", 2)
    ballot = polls.open(opens_in=DAY)
    people = [polls.voter(number) for number in range(1, 6)]
    for who in people:
        ask(polls, ballot, who)
    expected = sorted(of(who) for who in people)
    polls.clock.set(ballot.opens_at)
    assert receivers(mails(polls)) == expected
    polls.clock.set(ballot.closes_at - 2 * DAY)
    assert receivers(mails(polls)) == expected


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_takes_it_back_or_leaves_is_not_reminded(polls: Polls) -> None:
    ballot = polls.open()
    stays, takes_back, leaves = (polls.voter(number) for number in (1, 2, 3))
    for who in (stays, takes_back, leaves):
        ask(polls, ballot, who)
    with polls.site.writing() as session:
        reminders.forget(session, takes_back, session.get_one(Ballot, ballot.id))
        erase_person(session, Actor.system(), of(leaves))
    polls.site.drain()
    polls.site.sent.clear()
    polls.clock.set(ballot.closes_at - 2 * DAY)
    assert receivers(mails(polls)) == [of(stays)]


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_is_reminded_of_what_is_over(polls: Polls) -> None:
    ballot, other = polls.open(), polls.open()
    for each in (ballot, other):
        ask(polls, each, polls.voter(1))
    with polls.site.writing() as session:
        kept = session.get_one(Ballot, ballot.id)
        cancel(session, polls.manager, polls.service, kept, "A mistake.")
    polls.site.drain()
    assert waiting(polls) == 1
    polls.close(other)
    assert waiting(polls) == 0
    assert mails(polls) == [], "the worker came too late to remind of it"
    for each in (ballot, other):
        with pytest.raises(Refused):
            ask(polls, each, polls.voter(1))


def test_a_ballot_announced_anew_keeps_its_reminders_and_a_deleted_one_none(polls: Polls) -> None:
    ballot = polls.open(opens_in=DAY)
    ask(polls, ballot, polls.voter(1))
    with polls.site.writing() as session:
        kept = session.get_one(Ballot, ballot.id)
        withdraw_announcement(session, polls.manager, polls.service, kept)
    assert waiting(polls) == 1
    with polls.site.writing() as session:
        announce(session, polls.manager, polls.service, session.get_one(Ballot, ballot.id))
    polls.clock.set(ballot.opens_at)
    assert len(mails(polls)) == 1
    second = polls.open(opens_in=DAY)
    ask(polls, second, polls.voter(1))
    with polls.site.writing() as session:
        kept = session.get_one(Ballot, second.id)
        withdraw_announcement(session, polls.manager, polls.service, kept)
        delete_draft(session, polls.manager, polls.service, kept)
    assert waiting(polls) == 1


def test_building_anew_reminds_nobody_again(polls: Polls) -> None:
    ballot = polls.open(opens_in=DAY)
    ask(polls, ballot, polls.voter(1))
    polls.clock.set(ballot.opens_at)
    assert len(mails(polls)) == 1
    polls.site.replay("voting")
    assert mails(polls) == []
    assert waiting(polls) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_buttons_of_the_page_ask_and_take_back(polls: Polls, client: Browser) -> None:
    ballot = polls.open(opens_in=DAY)
    page = f"/culture/votes/{ballot.id}-{ballot.slug}"
    client.sign_in(polls.site.people.citizen)
    assert client.submit(page, "/rappel").status_code == 303
    assert waiting(polls) == 1
    assert client.submit(page, "/rappel/oublier").status_code == 303
    assert waiting(polls) == 0


def test_only_somebody_with_an_account_is_reminded(polls: Polls) -> None:
    with pytest.raises(SignInRequired):
        ask(polls, polls.open(), Actor.visitor())


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_wants_no_reminders_any_more_says_so_by_a_click_and_gets_them_by_asking_again(
    polls: Polls,
) -> None:
    first = polls.open(opens_in=DAY, lasts=7 * DAY)
    second = polls.open(opens_in=2 * DAY, lasts=7 * DAY)
    me, other = polls.voter(1), polls.voter(2)
    for ballot in (first, second):
        ask(polls, ballot, me)
    ask(polls, second, other)
    polls.clock.set(first.opens_at)
    [opened] = mails(polls)
    assert opened.payload["list"] == "voting.reminders"
    stop = urlsplit(opened.payload["stop"]).path
    assert opened.payload["stop"] in opened.text
    answer = polls.site.browser().post(stop, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert waiting(polls) == 1, "no page says that they will be reminded"
    polls.clock.set(second.opens_at)
    assert receivers(mails(polls)) == [of(other)]
    ask(polls, first, me)
    polls.clock.set(first.closes_at)
    polls.clock.advance(minutes=-1)
    assert of(me) in receivers(mails(polls))
