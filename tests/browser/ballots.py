"""Ballots that are open to whoever looks at them in a browser."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from eak_core import clock
from eak_core.db import write_session
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, submit_idea
from eak_core.kit.testing.site import open_app
from eak_core.people.models import Person
from eak_core.people.rights.actor import actor_for
from eak_core.permissions import Actor
from eak_core.services.models import Service
from eak_voting.ballots.preparing import Draft, prepare
from eak_voting.casting.opening import announce
from eak_voting.settings import (
    ApprovalRules,
    BudgetRules,
    Criterion,
    MajorityRules,
    Settings,
)
from tests.served import Instance

CITIZEN = "personne0@essai.example"
CRITERIA = tuple(
    Criterion(code=code, name=name, question=f"{name} : que vaut cette idée ?")
    for code, name in (
        ("economic", "Économique"),
        ("social", "Social"),
        ("experimental", "Expérimental"),
        ("aesthetic", "Esthétique et écologique"),
    )
)
METHODS: dict[str, dict[str, Any]] = {
    "majority": {"majority": MajorityRules(criteria=CRITERIA)},
    "approval": {"approval": ApprovalRules(at_least=2, at_most=4)},
    "basket": {"budget": BudgetRules(amount=100_000, ballot="basket")},
    "points": {"budget": BudgetRules(amount=100_000, ballot="points")},
    "support": {"secrecy": "public"},
}

Open = Callable[..., str]


def opener(site: Instance, service: str) -> Open:
    """Opens ballots of the service, each by its kind; answers the address of its page."""
    site.eak("plugin", "enable", "voting", "--service", service)
    app = open_app(site.environment["EAK_DATABASE_URL"], site.folder, base_url=site.base)

    def make(kind: str, count: int = 4, **more: Any) -> str:
        with app.app_context(), write_session(app) as session:
            place = session.scalars(select(Service).where(Service.slug == service)).one()
            author = session.scalars(select(Person).where(Person.email == CITIZEN)).unique().one()
            ideas = _ideas(session, place, actor_for(session, author), count)
            method = "budget" if kind in ("basket", "points") else kind
            draft = Draft(
                title=f"Quelles idées essayer ({kind}) ?",
                text="Lisez-les, puis **choisissez**.",
                settings=Settings(method=method, **{**METHODS[kind], **more}),  # type: ignore[arg-type]
                opens_at=clock.now(),
                closes_at=clock.now() + timedelta(days=7),
                ideas=ideas,
                costs={idea: 15_000 * number for number, idea in enumerate(ideas, start=1)},
            )
            ballot = prepare(session, Actor.system(), place, draft)
            announce(session, Actor.system(), place, ballot)
            return f"/{service}/votes/{ballot.id}-{ballot.slug}"

    return make


def _ideas(session: Any, service: Service, author: Actor, count: int) -> list[int]:
    found = list(session.scalars(select(Idea.id).where(Idea.service_id == service.id)))
    for number in range(len(found) + 1, count + 1):
        proposal = Proposal(
            title=f"Idée {number} : des bancs à l’ombre, des outils en partage et des fab labs",
            problem="On manque de lieux où se retrouver. " * 4,
            body="…",
        )
        found.append(submit_idea(session, author, service, proposal).id)
    return found[:count]


def steps(address: str) -> str:
    """What the addresses of a ballot's steps begin with."""
    return re.sub(r"(/votes/[0-9]+)-.*", r"\1", address)
