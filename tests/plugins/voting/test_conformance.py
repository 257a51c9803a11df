"""What every plugin keeps, kept by votes."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from random import Random
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from eak_core import clock
from eak_core.api import public_ideas
from eak_core.db import Session
from eak_core.ideas.deciding.merging import merge_ideas
from eak_core.ideas.models import Idea
from eak_core.kit.testing.conformance import Act, CompanyConformance, PluginConformance, Trial
from eak_core.kit.testing.conformance.acts import BESIDE, give_away, submit
from eak_core.kit.testing.conformance.histories import ensure_lives_are_the_same
from eak_core.kit.testing.filled import Chosen
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.plugins.per_service.models import PluginCounter
from eak_core.services.models import Service
from eak_voting.ballots.finding import phase
from eak_voting.ballots.preparing import Draft, prepare
from eak_voting.casting import (
    bursts,
    electorate,
    exclusions,
    opening,
    receipts,
    reminders,
    support,
    votes,
)
from eak_voting.counting.tally import Box
from eak_voting.models import Ballot, Exclusion, Live, Paper
from eak_voting.settings import SECRECIES, ApprovalRules, Secrecy, Settings
from tests.plugins.discussion.test_conformance import comment

#: What a log's head may have been signed as: name, size, root, and whose signature.
ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
SIGNED = f"example.org/culture/votes\n2\n{ROOT}\n\n— example.org/culture/votes {ROOT}\n"
#: The network that robots vote from.
ROBOTS = "192.0.2.0/24"


def ballots(session: Session, *states: str) -> list[Ballot]:
    query = select(Ballot).order_by(Ballot.id)
    return list(session.scalars(query.where(Ballot.state.in_(states)) if states else query))


def prepared(
    site: Site, dice: Random, session: Session, opens_in: timedelta, secrecies: Sequence[Secrecy]
) -> Ballot | None:
    """A ballot of the manager's about the ideas there are, None where there are none."""
    ideas = session.scalars(select(Idea.id).where(*public_ideas(site.service.id))).all()
    if not ideas:
        return None
    opens_at = clock.now() + opens_in
    secrecy = dice.choice(secrecies)
    # What secret votes come to is not followed while they last.
    publications = ("after_close",) if secrecy == "secret" else ("live", "after_close")
    if list(secrecies) == ["public"]:
        publications = ("live",)
    draft = Draft(
        title="What comes first?",
        text="Read, then choose.",
        settings=Settings(
            method="approval",
            secrecy=secrecy,
            publication=dice.choice(publications),  # type: ignore[arg-type]
            approval=ApprovalRules(),
        ),
        opens_at=opens_at,
        closes_at=opens_at + timedelta(days=1),
        ideas=ideas,
    )
    return prepare(session, site.people.actor(site.people.manager), site.service, draft)


def draft(site: Site, dice: Random) -> None:
    """The manager prepares a ballot that nobody else sees yet."""
    with site.writing() as session:
        prepared(site, dice, session, timedelta(hours=1), SECRECIES)


def announced(
    site: Site, dice: Random, opens_in: timedelta, secrecies: Sequence[Secrecy]
) -> Ballot | None:
    """A ballot that the manager has announced; no third one while two are not over."""
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        if len(ballots(session, "announced", "open")) >= 2:
            return None
        ballot = prepared(site, dice, session, opens_in, secrecies)
        if ballot is not None:
            opening.announce(session, manager, site.service, ballot)
        return ballot


def announce(site: Site, dice: Random) -> None:
    """The manager announces a ballot that opens at once, and where votes can be changed."""
    announced(site, dice, timedelta(0), ["public"])


def announce_for_later(site: Site, dice: Random) -> timedelta:
    """The manager announces a ballot, and it opens."""
    announced(site, dice, timedelta(minutes=20), ["pseudonymous", "secret"])
    return timedelta(minutes=30)


def vote(site: Site, dice: Random) -> None:
    """The citizen votes, or changes an open vote."""
    voter = site.people.actor(site.people.citizen)
    with site.writing() as session:
        found = ballots(session, "open")
        if found:
            said = dice.choice(("[]", "[1]"))
            key = receipts.new_form_key()
            votes.cast(session, voter, site.service, dice.choice(found), said, form_key=key)


def vote_again(site: Site, dice: Random) -> None:
    """The citizen chooses something else, in the last ballot where that needs no code."""
    voter = site.people.actor(site.people.citizen)
    with site.writing() as session:
        found = [each for each in ballots(session, "open") if each.secrecy != "secret"]
        for said in ("[]", "[1]") if found else ():
            key = receipts.new_form_key()
            votes.cast(session, voter, site.service, found[-1], said, form_key=key)


def vote_from_one_place(site: Site, dice: Random) -> None:
    """Several people vote from the same network within minutes."""
    people = site.people.agent, site.people.manager, site.people.administrator
    for voter in map(site.people.actor, people):
        with site.writing() as session:
            found = [each for each in ballots(session, "open") if each.secrecy != "secret"]
            if found:
                key = receipts.new_form_key()
                votes.cast(
                    session, voter, site.service, found[-1], "[1]", form_key=key, source=ROBOTS
                )


def exclude(site: Site, dice: Random) -> None:
    """The manager leaves votes of one network out of the count."""
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        for ballot in filter(exclusions.may_exclude, ballots(session, "open")):
            for burst in bursts.bursts_of(session, ballot)[:1]:
                reason = "These look like robots."
                exclusions.exclude(session, manager, site.service, ballot, burst.group, reason)
                return


def take_in_again(site: Site, dice: Random) -> None:
    """The manager finds that they were people after all."""
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        for ballot in filter(exclusions.may_exclude, ballots(session, "open")):
            for each in exclusions.exclusions_of(session, ballot):
                if each.reversed_at is None:
                    reason = "It was a library."
                    exclusions.reverse(session, manager, site.service, ballot, each.number, reason)
                    return


def withdraw(site: Site, dice: Random) -> None:
    """The citizen takes a vote back."""
    voter = site.people.actor(site.people.citizen)
    with site.writing() as session:
        found = [each for each in ballots(session, "open") if each.secrecy != "secret"]
        if found:
            votes.withdraw(session, voter, site.service, dice.choice(found))


def cancel(site: Site, dice: Random) -> None:
    """The manager announces a ballot by mistake, and cancels it; or cancels one of two."""
    manager = site.people.actor(site.people.manager)
    mistaken = announced(site, dice, timedelta(minutes=20), SECRECIES)
    with site.writing() as session:
        found = ballots(session, "announced", "open")
        if mistaken is not None:
            found = [each for each in found if each.id == mistaken.id]
        if found and (mistaken is not None or dice.random() < 0.3):
            opening.cancel(session, manager, site.service, dice.choice(found), "No longer needed.")


def toggle_support(site: Site, dice: Random) -> None:
    """The citizen supports an idea, or no longer."""
    person = site.people.actor(site.people.citizen)
    with site.writing() as session:
        ideas = session.scalars(select(Idea).where(*public_ideas(site.service.id))).all()
        if ideas:
            act = dice.choice((support.give, support.take_back))
            act(session, person, site.service, dice.choice(ideas))


def give_support(site: Site, dice: Random) -> None:
    """The citizen supports an idea."""
    person = site.people.actor(site.people.citizen)
    with site.writing() as session:
        ideas = session.scalars(select(Idea).where(*public_ideas(site.service.id))).all()
        if ideas:
            support.give(session, person, site.service, dice.choice(ideas))


def merge_supported(site: Site, dice: Random) -> None:
    """The manager lets a new idea that the citizen supports become part of another."""
    submit(site, dice)
    person = site.people.actor(site.people.citizen)
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        query = select(Idea).where(*public_ideas(site.service.id)).order_by(Idea.id)
        ideas = session.scalars(query).all()
        if len(ideas) > 1:
            idea, into = ideas[-1], dice.choice(ideas[:-1])
            support.give(session, person, site.service, idea)
            reason = "They say the same."
            merge_ideas(session, manager, site.service, idea.id, into.id, reason)


def transfer_supported(site: Site, dice: Random) -> None:
    """A new idea that the citizen supports goes to the service beside."""
    submit(site, dice)
    person = site.people.actor(site.people.citizen)
    with site.writing() as session:
        query = select(Idea).where(*public_ideas(site.service.id)).order_by(Idea.id.desc())
        idea = session.scalars(query.limit(1)).one()
        support.give(session, person, site.service, idea)
        beside = session.scalar(select(Service).where(Service.slug == BESIDE))
    give_away(site, idea.id, site.service, beside or site.add_service(BESIDE))


def ask_for_a_reminder(site: Site, dice: Random) -> None:
    """The citizen declares an age, and asks to be reminded of a ballot."""
    citizen = site.people.actor(site.people.citizen)
    with site.writing() as session:
        electorate.declare(session, citizen, site.service, age=18)
        found = [each for each in ballots(session, "announced", "open") if phase(each) == "open"]
        for ballot in found[-1:]:
            reminders.ask(session, citizen, site.service, ballot)


def wait(site: Site, dice: Random) -> timedelta:
    """What is open closes, and is counted."""
    return timedelta(days=2)


@pytest.fixture(autouse=True)
def small_bursts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A burst of two votes instead of twenty: what follows from it is the same."""
    monkeypatch.setattr(bursts, "LEAST", 2)


class TestVoting(PluginConformance):
    plugin = "voting"
    # At the end of a round people have votes in open ballots, and are waiting to be reminded.
    acts = (
        wait,
        draft,
        cancel,
        announce_for_later,
        announce,
        vote,
        vote_again,
        toggle_support,
        vote_from_one_place,
        exclude,
        take_in_again,
        exclude,
        withdraw,
        vote_again,
        give_support,
        ask_for_a_reminder,
        merge_supported,
        transfer_supported,
    )
    rows: ClassVar[Chosen] = {"voting_head": {"checkpoint": SIGNED}}

    def state(self, site: Site) -> object:
        """What is derived from events, and what ballots have come to: keys, codes and receipts
        are drawn at random, so that no two histories have the same."""
        with site.reading() as session:
            counters = session.scalars(select(PluginCounter).where(PluginCounter.value != 0))
            live = session.scalars(select(Live).order_by(Live.ballot_id))
            return (
                sorted((each.name, each.subject, each.value) for each in counters),
                [(each.ballot_id, each.result) for each in live],
                [(each.id, each.state, each.terms_hash) for each in ballots(session)],
                sorted(session.scalars(select(Paper.choices))),
            )

    def pages(self, site: Site) -> Iterable[str]:
        yield "/culture/votes/"
        yield "/culture/gestion/votes/"
        yield "/culture/gestion/votes/nouveau"
        with site.reading() as session:
            found = [(each.id, each.slug) for each in ballots(session)]
            noticed = [
                (each.id, burst.number)
                for each in ballots(session)
                for burst in bursts.bursts_of(session, each)
            ]
            left_out = session.execute(select(Exclusion.ballot_id, Exclusion.number)).all()
        for ballot_id, number in noticed[:1]:
            yield f"/culture/gestion/votes/{ballot_id}/afflux"
            yield f"/culture/gestion/votes/{ballot_id}/afflux/{number}/exclure"
        for ballot_id, number in left_out[:1]:
            yield f"/culture/gestion/votes/{ballot_id}/exclusions/{number}/annuler"
        for ballot_id, slug in found[:1]:
            yield f"/culture/votes/{ballot_id}-{slug}"
            for act in ("voter", "verifier", "recu", "resultats", "code", "retirer"):
                yield f"/culture/votes/{ballot_id}/{act}"


class TestVotingInCompany(CompanyConformance):
    plugin = "voting"
    acts = (toggle_support, announce, vote, wait)
    others = (comment,)

    def pages(self, site: Site) -> Iterable[str]:
        return TestVoting().pages(site)

    def state(self, site: Site) -> object:
        return TestVoting().state(site)


def announce_one_to_follow(site: Site, dice: Random) -> None:
    """The manager announces a ballot whose provisional results show from a minute on."""
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        ballot = prepared(site, Followed(), session, timedelta(0), ["public"])
        assert ballot is not None
        opening.announce(session, manager, site.service, ballot)


class Followed(Random):
    """Dice that fall on what comes first."""

    def choice(self, seq: Any) -> Any:
        return seq[0]


@pytest.fixture
def two_lives(sites: Sites) -> Callable[..., None]:
    """Lets acts happen in a life with the plugin on from the start, and in one with it on late."""
    conformance = TestVoting()
    trial = Trial("voting", sites, state_of=conformance.state)

    def live(*acts: Act) -> None:
        after = [(act, number) for number, act in enumerate(acts)]
        ensure_lives_are_the_same(trial, trial.site(), [(submit, 1)], after)

    return live


def test_a_life_that_ends_before_something_is_due_is_the_same_when_it_is_built_anew(
    two_lives: Callable[..., None],
) -> None:
    two_lives(announce_one_to_follow)


def test_two_lives_are_the_same_although_the_machine_stalls_in_one_of_them(
    two_lives: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provisional result that took long to count is counted anew less often."""
    stalled, runs, count = [0.0], time.monotonic, Box.count

    def count_slowly(box: Box, seed: str) -> Any:
        stalled[0] += 5.0 if not stalled[0] else 0.0
        return count(box, seed)

    monkeypatch.setattr(time, "monotonic", lambda: runs() + stalled[0])
    monkeypatch.setattr(Box, "count", count_slowly)
    two_lives(announce_one_to_follow, submit, vote_from_one_place, submit)
    assert stalled == [5.0]
