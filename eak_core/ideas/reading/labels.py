"""What ideas are filed under: the subjects and the communes of many, with few statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select

from eak_core.db import Session
from eak_core.db.rows import read_rows
from eak_core.ideas.models import Commune, IdeaCommune, IdeaSubject, Subject

# Put together once: a list asks for them on each page.
_SUBJECTS = (
    select(IdeaSubject.idea_id, Subject.name)
    .join(Subject, Subject.id == IdeaSubject.subject_id)
    .where(IdeaSubject.idea_id.in_(bindparam("ideas", expanding=True)))
    .order_by(Subject.position, Subject.id)
)
_COMMUNES = (
    select(IdeaCommune.idea_id, Commune.name)
    .join(Commune, Commune.code == IdeaCommune.commune_code)
    .where(IdeaCommune.idea_id.in_(bindparam("ideas", expanding=True)))
    .order_by(Commune.name)
)


def subject_names(session: Session, idea_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The subjects of each idea, in the order of the service's list."""
    return _gathered(read_rows(session, _SUBJECTS, {"ideas": idea_ids}))


def commune_names(session: Session, idea_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The communes of each idea, by name."""
    return _gathered(read_rows(session, _COMMUNES, {"ideas": idea_ids}))


@dataclass(frozen=True, slots=True)
class Labels:
    """What an idea is filed under: the codes of its ``subjects`` in the service's list, and the
    INSEE codes of its ``communes``."""

    subjects: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()


def idea_labels(session: Session, idea_ids: Collection[int]) -> Mapping[int, Labels]:
    """What each of ``idea_ids`` is filed under, with two statements."""
    subjects = session.execute(
        select(IdeaSubject.idea_id, Subject.code)
        .join(Subject, Subject.id == IdeaSubject.subject_id)
        .where(IdeaSubject.idea_id.in_(idea_ids))
    )
    communes = session.execute(
        select(IdeaCommune.idea_id, IdeaCommune.commune_code).where(
            IdeaCommune.idea_id.in_(idea_ids)
        )
    )
    about, within = _gathered(subjects), _gathered(communes)
    return {
        each: Labels(frozenset(about.get(each, ())), frozenset(within.get(each, ())))
        for each in idea_ids
    }


def _gathered(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[int, tuple[str, ...]]:
    names: dict[int, list[str]] = {}
    for idea_id, name in rows:
        names.setdefault(idea_id, []).append(name)
    return {idea_id: tuple(found) for idea_id, found in names.items()}
