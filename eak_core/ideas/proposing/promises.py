"""The public clock: within how many days a service promises an answer to an idea, and the reminders
of those who run it.

A promise belongs to its idea: what the service changes later holds for later ideas.
"""

from datetime import datetime, time, timedelta

from sqlalchemy import func, select, update

from eak_core import clock
from eak_core.calendar import PARIS, instant_of, midnight
from eak_core.db import Session
from eak_core.errors import Invalid
from eak_core.events import CORE, on_schedule, publish, schedule
from eak_core.i18n import _l
from eak_core.ideas.events import IdeaPromiseNear, IdeaPromisePassed, ServicePromiseChanged
from eak_core.ideas.models import Idea
from eak_core.permissions import Actor, require
from eak_core.services.directory import change_rule
from eak_core.services.models import Service

#: How many days a service can promise at most.
MOST_DAYS = 365
#: So many days before, those who run the service are reminded; half of what was promised where
#: that is less.
BEFORE = 3
#: The hour of Paris at which they are.
MORNING = time(8)
NAME = "promise"


def promised_by(submitted_at: datetime, days: int) -> datetime:
    """Before which instant an answer is promised (aware, UTC): ``days`` whole days of Paris follow
    the day of the submission, whatever summer time does to them."""
    return midnight(submitted_at.astimezone(PARIS).date() + timedelta(days=days + 1))


def reminder_before(answer_by: datetime, days: int) -> datetime:
    """When those who run the service are reminded of what they have promised within ``days``."""
    before = max(1, min(BEFORE, days // 2))
    return _morning(answer_by, before)


def _morning(answer_by: datetime, days_before: int = 0) -> datetime:
    day = answer_by.astimezone(PARIS).date() - timedelta(days=days_before)
    return instant_of(day, MORNING)


def change_promise(session: Session, actor: Actor, service: Service, days: int | None) -> None:
    """Let ``service`` promise an answer within ``days`` to what is submitted from now on, or none.
    `Invalid` for less than 1 or more than `MOST_DAYS`."""
    require(actor, "service.manage", service)
    if days is not None and not 1 <= days <= MOST_DAYS:
        wrong = _l("Between 1 and 365 days; leave it empty to promise nothing.")
        raise Invalid(_l("The promise was not saved."), {"days": wrong})
    if not change_rule(session, service, Service.answer_days, days):
        return
    publish(
        session,
        ServicePromiseChanged(changed_id=service.id, days=days),
        service_id=service.id,
        actor_id=actor.person_id,
    )


def promise_answer(session: Session, service: Service, idea_id: int) -> None:
    """Promise an answer to an idea that is submitted now, where the service does so."""
    if service.answer_days is None:
        return
    answer_by = promised_by(clock.now(), service.answer_days)
    session.execute(update(Idea).where(Idea.id == idea_id).values(answer_by=answer_by))
    at = reminder_before(answer_by, service.answer_days)
    schedule(session, CORE.name, service.id, f"{NAME}:{idea_id}", at)


def carry_promise(session: Session, service: Service, idea: Idea) -> None:
    """Let ``service``, to which ``idea`` goes, be reminded of what was promised elsewhere."""
    if not is_open(idea):
        return
    assert idea.answer_by is not None
    at = min(reminder_before(idea.answer_by, MOST_DAYS), _morning(idea.answer_by))
    schedule(session, CORE.name, service.id, f"{NAME}:{idea.id}", max(at, clock.now()))


def is_open(idea: Idea) -> bool:
    """Whether an answer to ``idea`` is promised and not given yet."""
    return idea.answer_by is not None and idea.answered_at is None


def first_promised(session: Session, service_id: int) -> dict[str, datetime]:
    """Until when the first answer is promised, for each stage in which ideas wait for one."""
    rows = session.execute(
        select(Idea.stage, func.min(Idea.answer_by))
        .where(
            Idea.service_id == service_id,
            Idea.answer_by.is_not(None),
            Idea.answered_at.is_(None),
        )
        .group_by(Idea.stage)
    )
    return {stage: at for stage, at in rows if at is not None}


@on_schedule(CORE, NAME)
def remind(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Record that a promise comes near, and once more that it is past, as long as it is open:
    notices tell those who run the service."""
    idea = session.get(Idea, int(name.partition(":")[2]))
    if idea is None or idea.service_id != service.id or not is_open(idea):
        return
    assert idea.answer_by is not None
    past = clock.now() >= idea.answer_by
    happened = IdeaPromisePassed(idea_id=idea.id) if past else IdeaPromiseNear(idea_id=idea.id)
    publish(session, happened, service_id=service.id)
    if not past:
        schedule(session, CORE.name, service.id, name, _morning(idea.answer_by))
