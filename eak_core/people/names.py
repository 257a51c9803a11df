"""How people are called on pages."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from eak_core.people.models import Person


def person_names(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """The public name of each of ``person_ids``, in one query; people who were erased are left
    out."""
    asked = set(person_ids)
    if not asked:
        return {}
    rows = session.execute(
        select(Person.id, Person.name).where(Person.id.in_(asked), Person.erased_at.is_(None))
    )
    return {row.id: row.name for row in rows}
