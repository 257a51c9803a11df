"""What a voter gets a copy of, and what stays when their account is erased: the count."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from eak_core.errors import EakError
from eak_core.events.models import EventLog
from eak_core.kit.testing.site import Site
from eak_core.people.accounts import personal_data
from eak_core.permissions import Actor
from eak_voting.casting import receipts
from eak_voting.casting.electorate import declare
from eak_voting.casting.support import give
from eak_voting.casting.votes import has_voted
from eak_voting.models import Ballot, Declaration, Paper, RegisterEntry, Reminder, Support
from eak_voting.publishing.recount import recount
from eak_voting.publishing.stored import file_of, result_of
from eak_voting.settings import SECRECIES, Secrecy
from eak_voting.subscribers import supports
from tests.plugins.voting.conftest import Polls


def copy(site: Site, who: Actor) -> dict[str, Any]:
    assert who.person_id is not None
    with site.reading() as session:
        found = personal_data.export_person(session, who, who.person_id)
    mine: dict[str, Any] = found["plugins"]["voting"]
    return mine


def erase(site: Site, who: Actor) -> None:
    assert who.person_id is not None
    with site.writing() as session:
        personal_data.erase_person(session, Actor.system(), who.person_id)


def key_of(ballot: Ballot, who: Actor) -> str:
    assert who.person_id is not None
    return receipts.voter_key(ballot.key, who.person_id)


def rows(site: Site, table: Any) -> int:
    with site.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def result(polls: Polls, ballot: Ballot) -> dict[str, Any]:
    """The result but for the lot's seed, which is another one at each close."""
    with polls.site.reading() as session:
        counted = result_of(session.get_one(Ballot, ballot.id))
    return {"voters": counted.voters, "counted": counted.counted, "ranking": counted.ranking}


def test_the_copy_has_every_ballot_and_what_was_chosen_where_the_site_knows_it(
    polls: Polls,
) -> None:
    me = polls.voter(1)
    cast = {}
    for secrecy in SECRECIES:
        ballot = polls.open(secrecy=secrecy, title=f"A {secrecy} one")
        cast[secrecy] = polls.vote(ballot, [1, 3], me)
        polls.vote(ballot, [2], polls.voter(2))
    polls.open(title="Without me")
    mine = copy(polls.site, me)["ballots"]
    assert [each["title"] for each in mine] == [f"A {secrecy} one" for secrecy in SECRECIES]
    for each in mine:
        known = each["secrecy"] != "secret"
        assert each.get("choices") == ([1, 3] if known else None)
        assert each.get("receipt") == (cast[each["secrecy"]].receipt if known else None)
        assert each["hour"].minute == 0


def test_the_copy_has_support_declarations_reminders_and_what_was_done_as_a_manager(
    polls: Polls,
) -> None:
    me, idea = polls.voter(1), polls.site.submit()
    ballot = polls.open()
    with polls.site.writing() as session:
        give(session, me, polls.service, idea)
        declare(session, me, polls.service, commune="92050", age=18)
        session.add(Reminder(ballot_id=ballot.id, person_id=me.person_id, asked_at=polls.clock.now))
    mine = copy(polls.site, me)
    assert [each["idea_id"] for each in mine["supports"]] == [idea.id]
    assert (mine["declaration"]["commune"], mine["declaration"]["age"]) == ("92050", 18)
    assert [each["ballot_id"] for each in mine["reminders"]] == [ballot.id]
    assert mine["prepared_ballots"] == []
    prepared = copy(polls.site, polls.manager)["prepared_ballots"]
    assert [each["id"] for each in prepared] == [ballot.id]


@pytest.mark.parametrize("secrecy", SECRECIES)
@pytest.mark.parametrize("after_the_count", [False, True])
def test_the_count_is_the_same_with_and_without_the_erasure_of_a_voter(
    polls: Polls, secrecy: Secrecy, after_the_count: bool
) -> None:
    me, ideas = polls.voter(1), polls.ideas(3)
    both = [polls.open(secrecy=secrecy, ideas=ideas) for _ in range(2)]
    [ballot, other] = both
    for each in both:
        polls.vote(each, [2], polls.voter(2))
    polls.vote(ballot, [1, 3], me)
    polls.vote(other, [1, 3], polls.voter(3))
    if not after_the_count:
        erase(polls.site, me)
    for each in both:
        polls.close(each)
    if after_the_count:
        erase(polls.site, me)
    assert result(polls, ballot) == result(polls, other)
    assert result(polls, ballot)["voters"] == 2
    with polls.site.reading() as session:
        file = file_of(session, polls.service, session.get_one(Ballot, ballot.id))
    checked = recount(file)
    assert checked.holds, checked.line


@pytest.mark.parametrize("secrecy", SECRECIES)
def test_nothing_leads_from_an_erased_account_to_a_vote(polls: Polls, secrecy: Secrecy) -> None:
    me = polls.voter(1)
    ballot = polls.open(secrecy=secrecy)
    polls.vote(ballot, [1, 3], me)
    polls.vote(ballot, [2], polls.voter(2))
    erase(polls.site, me)
    with polls.site.reading() as session:
        assert not has_voted(session, me, ballot)
        keys = set(session.scalars(select(RegisterEntry.voter_key)))
        assert key_of(ballot, me) not in keys
        assert key_of(ballot, polls.voter(2)) in keys
        assert len(keys) == 2
        papers = list(session.scalars(select(Paper)))
        assert len(papers) == 2
        assert me.person_id not in {paper.person_id for paper in papers}
        if secrecy != "secret":
            assert {paper.mark for paper in papers} == keys, "register and box still go together"
            [cut] = [paper for paper in papers if paper.choices == "[1,3]"]
            assert (cut.salt, cut.receipt is None) == (None, False)


def test_receipts_published_after_an_erasure_bring_no_key_back(polls: Polls) -> None:
    me = polls.voter(1)
    ballot = polls.open(secrecy="secret")
    for number in range(1, 13):
        polls.vote(ballot, [1], polls.voter(number))
    erase(polls.site, me)
    polls.clock.advance(hours=1)
    polls.site.drain()
    with polls.site.reading() as session:
        keys = list(session.scalars(select(RegisterEntry.voter_key)))
    assert len(keys) == 12
    assert key_of(ballot, me) not in keys


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_name_disappears_from_an_open_ballot_with_an_event_and_the_vote_stays(
    polls: Polls,
) -> None:
    me = polls.voter(1)
    for secrecy in SECRECIES:
        polls.vote(polls.open(secrecy=secrecy), [1], me)
    erase(polls.site, me)
    with polls.site.reading() as session:
        told = session.scalars(select(EventLog.data).where(EventLog.type == "voting.voter_erased"))
        assert [json.loads(each) for each in told] == [{"person_id": me.person_id}]
        assert session.scalars(select(Paper.person_id)).all() == [None] * 3


def test_support_is_taken_back_and_the_rest_is_deleted(polls: Polls) -> None:
    me, idea = polls.voter(1), polls.site.submit()
    ballot = polls.open()
    with polls.site.writing() as session:
        for who in (me, polls.voter(2)):
            give(session, who, polls.service, idea)
            declare(session, who, polls.service, commune="92050", age=18)
            session.add(
                Reminder(ballot_id=ballot.id, person_id=who.person_id, asked_at=polls.clock.now)
            )
    polls.site.drain()
    erase(polls.site, me)
    polls.site.drain()
    for table in (Support, Declaration, Reminder):
        assert rows(polls.site, table) == 1
    with polls.site.reading() as session:
        assert supports(session, polls.service.id, [idea.id]) == {idea.id: 1}
    polls.site.replay("voting")
    with polls.site.reading() as session:
        assert supports(session, polls.service.id, [idea.id]) == {idea.id: 1}


def test_it_works_where_the_plugin_is_off_and_again_for_who_is_erased(polls: Polls) -> None:
    me = polls.voter(1)
    ballot = polls.open()
    polls.vote(ballot, [1], me)
    polls.site.disable("voting")
    assert copy(polls.site, me)["ballots"][0]["choices"] == [1]
    erase(polls.site, me)
    erase(polls.site, me)
    with polls.site.reading() as session:
        assert session.scalars(select(RegisterEntry.voter_key)).one() != key_of(ballot, me)


def test_an_erased_person_votes_no_more(polls: Polls) -> None:
    me = polls.voter(1)
    ballot = polls.open()
    erase(polls.site, me)
    gone = polls.site.people.actor
    with polls.site.reading() as session:
        from eak_core.people.models import Person

        person = session.get_one(Person, me.person_id)
    with pytest.raises(EakError):
        polls.vote(ballot, [1], gone(person))
    assert rows(polls.site, RegisterEntry) == 0
