"""What the plugin stores about a person: the copy of it, and its erasure."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update

from eak_ambassadors.models import Nomination
from eak_core.api import Session, person_address


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """The nominations that a person made, without what became of them, and those of themselves."""
    made = select(
        Nomination.service_id,
        Nomination.name,
        Nomination.address,
        Nomination.examples,
        Nomination.conflict,
        Nomination.nominated_at,
    ).where(Nomination.nominator_id == person_id)
    of_themselves = select(
        Nomination.service_id,
        Nomination.examples,
        Nomination.nominated_at,
        Nomination.agreed_at,
        Nomination.refused_at,
        Nomination.badge_id,
    ).where(
        (Nomination.nominee_id == person_id)
        | (Nomination.address == (person_address(session, person_id) or ""))
    )
    return {
        "nominated": [dict(row) for row in session.execute(made).mappings()],
        "nominated_as": [dict(row) for row in session.execute(of_themselves).mappings()],
    }


def erase_person(session: Session, person_id: int) -> None:
    """Forget whom a person nominated, and that they were nominated."""
    address = person_address(session, person_id) or ""
    # What nobody has agreed to was never public, whatever was answered.
    mine = Nomination.nominator_id == person_id
    session.execute(delete(Nomination).where(mine, Nomination.agreed_at.is_(None)))
    session.execute(update(Nomination).where(mine).values(nominator_id=None, form_key=None))
    session.execute(
        update(Nomination)
        .where((Nomination.nominee_id == person_id) | (Nomination.address == address))
        .values(
            nominee_id=None, address=None, name="", examples="", conflict="", refused_at=None
        )
    )  # fmt: skip
