"""The criteria of a service: data of the service, four of them by default.

They are stated by the author and always shown side by side, never as one average.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Invalid
from eak_core.events import publish
from eak_core.i18n import _, _l
from eak_core.ideas.events import CriterionChanged
from eak_core.ideas.models import Criterion, IdeaCriterion
from eak_core.permissions import Actor, require
from eak_core.services.lookup import row_in
from eak_core.services.models import Service
from eak_core.web.text import clean_line

NAME_LENGTH = 80
QUESTION_LENGTH = 300
MOST_WEIGHT = 10


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
    """The criteria of a service in their order; those that are no longer used too where
    ``archived``."""
    query = select(Criterion).where(Criterion.service_id == service_id)
    if not archived:
        query = query.where(Criterion.archived_at.is_(None))
    return list(session.scalars(query.order_by(Criterion.position, Criterion.id)))


def criterion_of(session: Session, service: Service, criterion_id: int) -> Criterion:
    """The criterion ``criterion_id`` of this service. `NotFound` where there is none."""
    return row_in(session, service, Criterion, criterion_id)


def criterion_name(criterion: Criterion) -> str:
    """What a criterion is called: the service's own word, or the usual one."""
    usual = USUAL.get(criterion.code)
    return criterion.name or (str(usual.name) if usual else criterion.code)


def criterion_question(criterion: Criterion) -> str:
    """What ``criterion`` asks: the service's own question, or the usual one."""
    usual = USUAL.get(criterion.code)
    return criterion.question or (str(usual.question) if usual else "")


def criterion_example(criterion: Criterion) -> str:
    """An example of an answer, for the usual wording only."""
    usual = USUAL.get(criterion.code)
    return str(usual.example) if usual and not criterion.question else ""


# Put together once: the page of every idea asks for it.
_PROFILE = (
    select(Criterion, IdeaCriterion.statement)
    .outerjoin(
        IdeaCriterion,
        (IdeaCriterion.criterion_id == Criterion.id) & (IdeaCriterion.idea_id == bindparam("idea")),
    )
    .where(
        Criterion.service_id == bindparam("service"),
        Criterion.archived_at.is_(None) | IdeaCriterion.statement.is_not(None),
    )
    .order_by(Criterion.position, Criterion.id)
)


def profile(
    session: Session, service_id: int, idea_id: int
) -> Sequence[tuple[Criterion, str | None]]:
    """Every criterion with what the author states, ``None`` where they state nothing.

    An archived criterion stays on the ideas that answered it.
    """
    asked = {"service": service_id, "idea": idea_id}
    return [(criterion, statement) for criterion, statement in session.execute(_PROFILE, asked)]


def change_criterion(
    session: Session,
    actor: Actor,
    service: Service,
    criterion_id: int,
    *,
    name: str,
    question: str,
    weight: int,
    archived: bool,
) -> Criterion:
    """Reword, weigh, archive or restore a criterion. An empty wording is the usual one.

    `Invalid` names each field that is wrong; `NotFound` where this service has no such criterion.
    """
    require(actor, "service.manage", service)
    criterion = criterion_of(session, service, criterion_id)
    name, question = clean_line(name), clean_line(question)
    usual = USUAL.get(criterion.code)
    errors = _errors(name, question, weight, needs_name=usual is None)
    if errors:
        raise Invalid(_l("The criterion was not changed: some answers are wrong."), errors)
    # What is typed as it is usually said goes on following the reader's language.
    criterion.name = "" if usual and name == str(usual.name) else name
    criterion.question = "" if usual and question == str(usual.question) else question
    criterion.weight = weight
    criterion.archived_at = (criterion.archived_at or clock.now()) if archived else None
    session.flush()
    publish(
        session,
        CriterionChanged(criterion_id=criterion.id),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    return criterion


def _errors(name: str, question: str, weight: int, *, needs_name: bool) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not name and needs_name:
        errors["name"] = _("Give this criterion a name.")
    elif len(name) > NAME_LENGTH:
        errors["name"] = _("The name is too long: at most %(most)s characters.", most=NAME_LENGTH)
    if len(question) > QUESTION_LENGTH:
        errors["question"] = _(
            "The question is too long: at most %(most)s characters.", most=QUESTION_LENGTH
        )
    if not 1 <= weight <= MOST_WEIGHT:
        errors["weight"] = _("The weight goes from 1 to %(most)s.", most=MOST_WEIGHT)
    return errors
