"""Matching rounds: partners with an offer of theirs, ideas with a need, each act in its
transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from eak_core.ideas.models import Idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_matchmaking.matching import deciding, finding, opening, result
from eak_matchmaking.matching.declaring import declare, declare_for_idea
from eak_matchmaking.matching.opening import RoundTerms
from eak_matchmaking.matching.result import Result
from eak_matchmaking.matching.tables import MatchingRound, Pair
from eak_matchmaking.models import Offer, Organisation
from eak_matchmaking.organisations import standing
from tests.plugins.matchmaking.pilots import Pilots

#: Preferences can be declared for so long.
OPEN = timedelta(days=14)


class Rounds(Pilots):
    """Organisations that offer a hall, ideas that need one, and the rounds that match them."""

    def __init__(self, site: Site, clock: FrozenClock) -> None:
        super().__init__(site)
        self.clock = clock
        #: Who acts for the partners, by their names.
        self.people: dict[str, Person] = {}
        # Made now: no transaction may be open then.
        _ = self.manager, self.author

    def partner(
        self, name: str, *, verified: bool = True, **offered: Any
    ) -> tuple[Actor, Organisation, Offer]:
        """A partner with an offer, who came after those before."""
        self.clock.advance(minutes=1)
        person = self.site.people.add(f"Mia {name}", address=f"mia.{len(self.people)}")
        self.people[name] = person
        organisation, actor = self.register(person, name), self.actor(person)
        if verified:
            with self.site.writing() as session:
                row = session.get_one(Organisation, organisation.id)
                standing.verify(session, self.manager, self.service, row, "Seen.")
        offer = self.publish(actor, **offered)
        return actor, organisation, offer

    def looking(self, title: str, **needed: Any) -> Idea:
        """An accepted idea that needs a hall."""
        self.clock.advance(minutes=1)
        idea = self.accepted(title)
        self.state(idea=idea, **needed)
        return idea

    def terms(self, taking: Sequence[Idea | int], **changed: Any) -> RoundTerms:
        ids = [each if isinstance(each, int) else each.id for each in taking]
        values = {"title": "Spring *call*", "text": "Who tries **what**?", "ideas": ids,
                  "closes_at": self.clock.now + OPEN}  # fmt: skip
        return RoundTerms(**{**values, **changed})

    def opened(
        self,
        *ideas: Idea | int,
        by: Actor | None = None,
        form_key: str | None = None,
        **changed: Any,
    ) -> MatchingRound:
        """A round that is open."""
        terms = self.terms(ideas, **changed)
        with self.site.writing() as session:
            return opening.open_round(
                session, by or self.manager, self.service, terms, form_key=form_key
            )

    def runs(self, function: Any, held: MatchingRound, *rest: Any, by: Actor | None = None) -> None:
        """What a function of the rules does with a round."""
        with self.site.writing() as session:
            row = session.get_one(MatchingRound, held.id)
            function(session, by or self.manager, self.service, row, *rest)

    def wants(
        self,
        held: MatchingRound,
        actor: Actor,
        order: Sequence[Any] = (),
        refused: Sequence[Any] = (),
        *,
        idea: Idea | None = None,
    ) -> None:
        """What ``actor`` declares: for their organisation, or for an ``idea`` of theirs."""
        ids, never = ([getattr(e, "id", e) for e in each] for each in (order, refused))
        with self.site.writing() as session:
            row = session.get_one(MatchingRound, held.id)
            if idea is None:
                declare(session, actor, self.service, row, ids, never)
            else:
                about = session.get_one(Idea, idea.id)
                declare_for_idea(session, actor, self.service, row, about, ids, never)

    def decides(
        self, held: MatchingRound, idea: Idea, *rest: Any, by: Actor | None = None
    ) -> int | None:
        """Confirm the pair of an idea with an offer and a reason, or decline it with a reason;
        answers the proposal that it becomes."""
        function: Any = deciding.confirm if len(rest) > 1 else deciding.decline
        with self.site.writing() as session:
            row = session.get_one(MatchingRound, held.id)
            pair = finding.pair_of(session, row, idea.id)
            made = function(session, by or self.manager, self.service, pair, *rest)
            return made.id if made is not None else None

    def matched(self, held: MatchingRound) -> MatchingRound:
        """A round whose date has passed, and that was matched."""
        if self.clock.now < held.closes_at:
            self.clock.advance(seconds=(held.closes_at - self.clock.now).total_seconds())
        self.clock.advance(seconds=31)
        self.site.drain()
        found: MatchingRound = self.now(held)
        assert found.state == "closed"
        return found

    def pairs(self, held: MatchingRound) -> dict[int, int]:
        """Who goes with whom: ideas with their organisations."""
        with self.site.reading() as session:
            row = session.get_one(MatchingRound, held.id)
            return {each.idea_id: each.organisation_id for each in finding.pairs_of(session, row)}

    def pair(self, held: MatchingRound, idea: Idea) -> Pair:
        with self.site.reading() as session:
            return session.scalars(select(Pair).filter_by(round_id=held.id, idea_id=idea.id)).one()

    def came_to(self, held: MatchingRound) -> Result:
        return result.read(self.now(held).result)

    def soon(self) -> datetime:
        return self.clock.now + timedelta(hours=1)
