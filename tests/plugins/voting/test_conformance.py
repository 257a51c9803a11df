"""What every plugin keeps, kept by votes."""

from collections.abc import Iterable
from datetime import timedelta
from random import Random

from sqlalchemy import select

from eak_core import clock
from eak_core.db import Session
from eak_core.ideas.models import Idea
from eak_core.plugins.models import PluginCounter
from eak_core.testing.conformance import PluginConformance
from eak_core.testing.site import Site
from eak_voting import (
    casting,
    opening,
    receipts,
    support,
)
from eak_voting.models import Ballot, Live, Paper
from eak_voting.preparing import Draft, prepare
from eak_voting.settings import SECRECIES, ApprovalRules, Settings


def ballots(session: Session, *states: str) -> list[Ballot]:
    query = select(Ballot).order_by(Ballot.id)
    return list(session.scalars(query.where(Ballot.state.in_(states)) if states else query))


def announce(site: Site, dice: Random) -> None:
    """The manager prepares a ballot about the ideas there are, and announces it."""
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        ideas = session.scalars(select(Idea.id).where(Idea.service_id == site.service.id)).all()
        if not ideas:
            return
        now = clock.now()
        draft = Draft(
            title="What comes first?",
            text="Read, then choose.",
            settings=Settings(
                method="approval", secrecy=dice.choice(SECRECIES), approval=ApprovalRules()
            ),
            opens_at=now,
            closes_at=now + timedelta(days=1),
            ideas=ideas,
        )
        ballot = prepare(session, manager, site.service, draft)
        opening.announce(session, manager, site.service, ballot)


def vote(site: Site, dice: Random) -> None:
    """The citizen votes, or changes an open vote."""
    voter = site.people.actor(site.people.citizen)
    with site.writing() as session:
        found = ballots(session, "open")
        if found:
            said = dice.choice(("[]", "[1]"))
            key = receipts.new_form_key()
            casting.cast(session, voter, site.service, dice.choice(found), said, form_key=key)


def withdraw(site: Site, dice: Random) -> None:
    """The citizen takes a vote back."""
    voter = site.people.actor(site.people.citizen)
    with site.writing() as session:
        found = [each for each in ballots(session, "open") if each.secrecy != "secret"]
        if found:
            casting.withdraw(session, voter, site.service, dice.choice(found))


def cancel(site: Site, dice: Random) -> None:
    """The manager cancels a ballot."""
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        found = ballots(session, "announced", "open", "closed")
        if found and dice.random() < 0.3:
            opening.cancel(session, manager, site.service, dice.choice(found), "No longer needed.")


def toggle_support(site: Site, dice: Random) -> None:
    """The citizen supports an idea, or no longer."""
    person = site.people.actor(site.people.citizen)
    with site.writing() as session:
        ideas = session.scalars(select(Idea).where(Idea.service_id == site.service.id)).all()
        if ideas:
            act = dice.choice((support.give, support.take_back))
            act(session, person, site.service, dice.choice(ideas))


class TestVoting(PluginConformance):
    plugin = "voting"
    acts = (announce, vote, withdraw, cancel, toggle_support)

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
        for ballot_id, slug in found[:1]:
            yield f"/culture/votes/{ballot_id}-{slug}"
            for act in ("voter", "verifier", "recu", "resultats", "code", "retirer"):
                yield f"/culture/votes/{ballot_id}/{act}"
