"""What the room of moderation stores about a person: the copy of it, and its erasure.

What was decided stays, with its reasons: others rely on it. Whoever reported or contested something
is gone from it, and so are their words, which were never public; and so is who was warned or
suspended, and why.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update

from eak_core.db import Session
from eak_core.moderation.models import Appeal, Charter, Measure, ModerationDecision, Report


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """What they reported and contested, and what they decided for a service."""
    asked = {
        "reports": select(
            Report.reference, Report.service_id, Report.subject, Report.ground,
            Report.explanation, Report.reported_at, Report.outcome, Report.answer,
        ).where(Report.reporter_id == person_id).order_by(Report.id),
        "appeals": select(
            Appeal.id, Appeal.service_id, Appeal.subject, Appeal.words, Appeal.made_at,
            Appeal.outcome, Appeal.answer,
        ).where(Appeal.appellant_id == person_id).order_by(Appeal.id),
        "hidden": select(
            ModerationDecision.service_id, ModerationDecision.subject,
            ModerationDecision.decided_at, ModerationDecision.reason,
        ).where(ModerationDecision.decided_by == person_id).order_by(ModerationDecision.id),
        "restored": select(
            ModerationDecision.service_id, ModerationDecision.subject,
            ModerationDecision.restored_at, ModerationDecision.restore_reason,
        ).where(ModerationDecision.restored_by == person_id).order_by(ModerationDecision.id),
        "answered_reports": select(
            Report.service_id, Report.subject, Report.decided_at, Report.outcome, Report.answer,
        ).where(Report.decided_by == person_id).order_by(Report.id),
        "answered_appeals": select(
            Appeal.service_id, Appeal.subject, Appeal.decided_at, Appeal.outcome, Appeal.answer,
        ).where(Appeal.decided_by == person_id).order_by(Appeal.id),
        "measures": select(
            Measure.service_id, Measure.kind, Measure.about, Measure.reason, Measure.decided_at,
            Measure.until, Measure.lifted_at, Measure.lift_reason,
        ).where(Measure.person_id == person_id).order_by(Measure.id),
        "own_hidden": select(
            ModerationDecision.service_id, ModerationDecision.subject,
            ModerationDecision.decided_at,
        ).where(ModerationDecision.author_id == person_id).order_by(ModerationDecision.id),
        "decided_measures": select(
            Measure.service_id, Measure.kind, Measure.decided_at,
        ).where(Measure.decided_by == person_id).order_by(Measure.id),
        "lifted_measures": select(
            Measure.service_id, Measure.kind, Measure.lifted_at,
        ).where(Measure.lifted_by == person_id).order_by(Measure.id),
        "charters": select(Charter.service_id, Charter.changed_at).where(
            Charter.changed_by == person_id
        ),
    }  # fmt: skip
    return {
        name: [dict(row) for row in session.execute(query).mappings()]
        for name, query in asked.items()
    }


def erase_person(session: Session, person_id: int) -> None:
    """Their words to moderators, and that it was them; what they contest and nobody has decided is
    not contested any more. What they reported is decided all the same."""
    session.execute(
        update(Report)
        .where(Report.reporter_id == person_id)
        .values(reporter_id=None, explanation="")
    )
    session.execute(
        update(ModerationDecision)
        .where(ModerationDecision.author_id == person_id)
        .values(author_id=None)
    )
    session.execute(
        update(Measure)
        .where(Measure.person_id == person_id)
        .values(person_id=None, reason="", lift_reason=None)
    )
    session.execute(
        delete(Appeal).where(Appeal.appellant_id == person_id, Appeal.outcome.is_(None))
    )
    session.execute(
        update(Appeal).where(Appeal.appellant_id == person_id).values(appellant_id=None, words="")
    )
