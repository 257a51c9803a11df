"""What the room of notices stores about a person: the copy of it, and its erasure."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from eak_core.db import Session
from eak_core.notices.models import Follow, Notice, Occasion, Preference
from eak_core.notices.reading import as_dict


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """What they follow or have left, how they want to be told, and what they were told of."""
    follows = session.execute(
        select(Follow.service_id, Follow.subject, Follow.since, Follow.left_at)
        .where(Follow.person_id == person_id)
        .order_by(Follow.since, Follow.subject)
    ).mappings()
    preferences = session.execute(
        select(Preference.kind, Preference.rhythm)
        .where(Preference.person_id == person_id)
        .order_by(Preference.kind)
    ).mappings()
    notices = session.execute(
        select(Notice, Occasion)
        .join(Occasion, Occasion.id == Notice.occasion_id)
        .where(Notice.person_id == person_id)
        .order_by(Notice.occasion_id)
    )
    return {
        "follows": [dict(row) for row in follows],
        "preferences": [dict(row) for row in preferences],
        "notices": [as_dict(notice, occasion) for notice, occasion in notices],
    }


def erase_person(session: Session, person_id: int) -> None:
    """All of it. The number of who is still to be told of something leads to nobody then."""
    for table in (Follow, Preference, Notice):
        session.execute(delete(table).where(table.person_id == person_id))
