"""The criteria of a service: data of the service, four of them by default.

They are stated by the author and always shown side by side, never as one average.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eak_core.i18n import _l
from eak_core.ideas.models import Criterion, IdeaCriterion


@dataclass(frozen=True, slots=True)
class Wording:
    """What a usual criterion is called, what it asks, and an example of an answer."""

    name: Any
    question: Any
    example: Any


#: The laboratory's four criteria, in their order.
USUAL: Mapping[str, Wording] = {
    "economic": Wording(
        _l("Economic"),
        _l("What would it cost, what would it save or earn, and for whom?"),
        _l("For example: a shared workshop costs less than forty drills that sleep in cupboards."),
    ),
    "social": Wording(
        _l("Social"),
        _l("Whose life would change, and who might be left out?"),
        _l("For example: older people who no longer take the bus could be reached at home."),
    ),
    "experimental": Wording(
        _l("Experimental"),
        _l("What would be tried that is not done yet, and how would we know that it works?"),
        _l("For example: two schools for six months, counting the meals thrown away each week."),
    ),
    "aesthetic_ecological": Wording(
        _l("Aesthetic and ecological"),
        _l("What would it change in the landscape, in nature and in the pleasure of being there?"),
        _l("For example: a roof of grey gravel becomes a meadow that the neighbours look at."),
    ),
}


def add_usual_criteria(session: Session, service_id: int) -> None:
    """Give a new service the usual criteria; their wording follows the reader's language."""
    session.add_all(
        Criterion(service_id=service_id, code=code, position=position)
        for position, code in enumerate(USUAL)
    )


def criteria_of(session: Session, service_id: int, *, archived: bool = False) -> list[Criterion]:
    """The criteria of a service in their order."""
    query = select(Criterion).where(Criterion.service_id == service_id)
    if not archived:
        query = query.where(Criterion.archived_at.is_(None))
    return list(session.scalars(query.order_by(Criterion.position, Criterion.id)))


def criterion_name(criterion: Criterion) -> str:
    """What a criterion is called: the service's own word, or the usual one."""
    usual = USUAL.get(criterion.code)
    return criterion.name or (str(usual.name) if usual else criterion.code)


def criterion_question(criterion: Criterion) -> str:
    """What a criterion asks."""
    usual = USUAL.get(criterion.code)
    return criterion.question or (str(usual.question) if usual else "")


def criterion_example(criterion: Criterion) -> str:
    """An example of an answer, for the usual wording only."""
    usual = USUAL.get(criterion.code)
    return str(usual.example) if usual and not criterion.question else ""


def profile(
    session: Session, service_id: int, idea_id: int
) -> Sequence[tuple[Criterion, str | None]]:
    """Every criterion with what the author states, ``None`` where they state nothing.

    An archived criterion stays on the ideas that answered it.
    """
    query = (
        select(Criterion, IdeaCriterion.statement)
        .outerjoin(
            IdeaCriterion,
            (IdeaCriterion.criterion_id == Criterion.id) & (IdeaCriterion.idea_id == idea_id),
        )
        .where(
            Criterion.service_id == service_id,
            Criterion.archived_at.is_(None) | IdeaCriterion.statement.is_not(None),
        )
        .order_by(Criterion.position, Criterion.id)
    )
    return [(criterion, statement) for criterion, statement in session.execute(query)]
