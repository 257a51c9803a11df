"""What was decided about something, where that goes to another service."""

from collections.abc import Collection

from sqlalchemy import or_, select, update

from eak_core.db import Session
from eak_core.errors import Refused
from eak_core.i18n import _l
from eak_core.moderation.models import Appeal, ModerationDecision, Report


def carry_decisions(session: Session, from_id: int, to_id: int, subjects: Collection[str]) -> None:
    """Let what is hidden of ``subjects``, which go from one service to another, stay hidden there;
    what was reported and taken back stays with the service where it was.

    `Refused` while somebody waits for an answer about one of them: whoever was asked gives it.
    """
    waits = or_(
        *(
            select(table.id)
            .where(
                table.service_id == from_id, table.subject.in_(subjects), table.outcome.is_(None)
            )
            .exists()
            for table in (Report, Appeal)
        )
    )
    if session.scalar(select(waits)):
        raise Refused(
            _l(
                "Something of this idea was reported, or a decision about it is contested: answer"
                " that first. Nothing was changed."
            )
        )
    session.execute(
        update(ModerationDecision)
        .where(
            ModerationDecision.service_id == from_id,
            ModerationDecision.subject.in_(subjects),
            ModerationDecision.restored_at.is_(None),
        )
        .values(service_id=to_id)
    )
