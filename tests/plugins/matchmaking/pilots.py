"""Proposals to pilot an accepted idea, each act in its transaction."""

from datetime import datetime
from functools import cached_property
from typing import Any

from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.permissions import Actor
from eak_matchmaking.proposals import deciding, finding, proposing
from eak_matchmaking.proposals.proposing import Terms
from eak_matchmaking.proposals.tables import Proposal
from tests.plugins.matchmaking.resources import Resources

WHY = "It *cannot* be."
FIELDS = ("Two *halls* we hold", "In the old market", "From May to October", "With three schools")


def proposed(**changed: Any) -> Terms:
    """A proposal without a conflict of interest."""
    named = dict(zip(("brings", "place", "timing", "team"), FIELDS, strict=True))
    return Terms(**{**named, "interested": False, **changed})


class Pilots(Resources):
    """Organisations of a service, an accepted idea, and who proposes to pilot it."""

    @cached_property
    def idea(self) -> Idea:
        return self.accepted()

    def accepted(self, title: str = "A tool library") -> Idea:
        """An idea that was accepted."""
        idea = self.site.submit(title)
        for stage in ("screening", "accepted"):
            self.move(idea, stage)
        return idea

    def move(self, idea: Idea, stage: str) -> None:
        """Bring an idea to a stage, for the manager."""
        active, manager = self.site.active(), self.manager
        with self.site.writing() as session:
            row = session.get_one(Idea, idea.id)
            change_stage(session, manager, self.service, active, row, stage, "For *reasons*.")

    def propose(
        self,
        by: Actor | None = None,
        *,
        idea: Idea | None = None,
        form_key: str | None = None,
        **terms: Any,
    ) -> Proposal:
        by = by or self.member
        about = idea or self.idea
        with self.site.writing() as session:
            row = session.get_one(Idea, about.id)
            return proposing.propose(
                session, by, self.service, row, proposed(**terms), form_key=form_key
            )

    def does(self, function: Any, actor: Actor, about: Proposal, *rest: Any, **more: Any) -> None:
        """What a function of the rules does with a proposal."""
        with self.site.writing() as session:
            row = session.get_one(Proposal, about.id)
            function(session, actor, self.service, row, *rest, **more)

    def pilot(self, by: Actor | None = None, *, meets: bool = False, **terms: Any) -> Proposal:
        """A proposal that was accepted."""
        made = self.propose(by, **terms)
        self.does(deciding.accept, self.manager, made, meets=meets)
        found: Proposal = self.now(made)
        return found

    def history(self, about: Proposal) -> list[tuple[str, str, str]]:
        """What happened: what, by whom, and what was said."""
        with self.site.reading() as session:
            steps = finding.steps_of(session, about.id)
            return [(each.kind, each.by, each.words) for each in steps]

    def waits(self, about: Proposal) -> tuple[str | None, datetime | None]:
        """For whom a proposal waits, and since when."""
        row = self.now(about)
        return row.waits_for, row.waits_since


def withdraw(pilots: Pilots, idea: Idea) -> None:
    active, author = pilots.site.active(), pilots.author
    with pilots.site.writing() as session:
        row = session.get_one(Idea, idea.id)
        withdraw_idea(session, author, pilots.service, active, row, "It *exists* already.")
