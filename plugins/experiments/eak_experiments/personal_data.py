"""What the plugin knows of a person: given to them, and forgotten with their account."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, delete, select, update

from eak_core.api import Actor, Session
from eak_experiments.drafting.preparing import remove
from eak_experiments.models import Experiment, Step, Teammate
from eak_experiments.record import Alert, Entry, Measure
from eak_experiments.running import logbook


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """The experiments that a person prepared and carries, and what they did with them."""
    return {
        "prepared": _told(
            session,
            select(Experiment.title, Experiment.stage, Experiment.created_at)
            .where(Experiment.created_by == person_id),
        ),
        "team": _told(
            session,
            select(Experiment.title, Teammate.role, Teammate.since)
            .join(Teammate, Teammate.experiment_id == Experiment.id)
            .where(Teammate.person_id == person_id),
        ),
        "did": _told(
            session,
            select(Experiment.title, Step.kind, Step.at, Step.reason)
            .join(Step, Step.experiment_id == Experiment.id)
            .where(Step.person_id == person_id),
        ),
        "measures": _told(
            session,
            select(
                Experiment.title, Measure.hypothesis, Measure.thousandths, Measure.size,
                Measure.method, Measure.entered_at,
            )
            .join(Measure, Measure.experiment_id == Experiment.id)
            .where(Measure.entered_by == person_id),
        ),
        "logbook": _told(
            session,
            select(Experiment.title, Entry.kind, Entry.text, Entry.private, Entry.written_at)
            .join(Entry, Entry.experiment_id == Experiment.id)
            .where(Entry.written_by == person_id),
        ),
        "decided": _told(
            session,
            select(Experiment.title, Alert.decision, Alert.reason, Alert.answered_at)
            .join(Alert, Alert.experiment_id == Experiment.id)
            .where(Alert.answered_by == person_id),
        ),
    }  # fmt: skip


def _told(session: Session, query: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(query).mappings()]


def erase_person(session: Session, person_id: int) -> None:
    """Forget who it was. What is public stays without a name; drafts, which never were, go with the
    last who carried them."""
    for member in session.scalars(
        select(Teammate).where(Teammate.person_id == person_id).order_by(Teammate.experiment_id)
    ).all():
        experiment = session.get_one(Experiment, member.experiment_id)
        remove(session, Actor.system(), experiment, member)
        left = session.scalar(
            select(Teammate.person_id).where(Teammate.experiment_id == experiment.id).limit(1)
        )
        if left is None and experiment.stage == "draft":
            session.execute(delete(Experiment).where(Experiment.id == experiment.id))
    session.execute(
        update(Experiment)
        .where(Experiment.created_by == person_id)
        .values(created_by=None, form_key=None)
    )
    logbook.forget(session, person_id)
    for column in (Step.person_id, Measure.entered_by, Alert.answered_by):
        session.execute(update(column.class_).where(column == person_id).values({column.key: None}))
    session.execute(
        update(Entry).where(Entry.written_by == person_id).values(written_by=None, form_key=None)
    )
