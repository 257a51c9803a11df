"""What the index knows of a kind of documents, for whoever ranks them by a rule of their own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from eak_core.db import Session
from eak_core.plugins.per_service.models import SearchDocument, SearchTerm
from eak_core.search.index import TITLE, stems_of
from eak_core.search.kinds import SearchKind


@dataclass(frozen=True, slots=True)
class TermFigures:
    """How many ``documents`` of a kind there are in a service, in how many of them each stem occurs
    (``frequencies``, those that were asked for), and ``length``: how many different stems they
    have, added up."""

    documents: int
    length: int
    frequencies: Mapping[str, int]


def indexed_stems(
    session: Session, kind: SearchKind, ids: Collection[int]
) -> Mapping[int, Sequence[str]]:
    """The stems of the documents of ``kind`` with these ``ids``, in the order of their words, the
    title first, with one statement. What is not in the index, or not yet, is left out. Who may read
    them is not asked."""
    rows = session.execute(
        select(SearchDocument.subject_id, SearchDocument.stems).where(
            SearchDocument.kind == kind.name, SearchDocument.subject_id.in_(ids)
        )
    )
    return {subject_id: _plain(stems_of(kept)) for subject_id, kept in rows}


def _plain(stems: list[str]) -> list[str]:
    """The stems of a document in the order of its words: behind those that stand for its title."""
    first = 0
    while first < len(stems) and stems[first].startswith(TITLE):
        first += 1
    return stems[first:]


def term_figures(
    session: Session, service_id: int, kind: SearchKind, stems: Collection[str]
) -> TermFigures:
    """How telling each of ``stems`` is among the documents of ``kind`` in a service, with two
    statements."""
    theirs = SearchTerm.service_id == service_id, SearchTerm.kind == kind.name
    length = session.scalar(
        select(func.coalesce(func.sum(SearchTerm.documents), 0)).where(
            *theirs, SearchTerm.stem != ""
        )
    )
    rows = session.execute(
        select(SearchTerm.stem, SearchTerm.documents).where(
            *theirs, SearchTerm.stem.in_(["", *sorted(stems)])
        )
    )
    frequencies = dict(rows.all())
    return TermFigures(frequencies.pop("", 0), int(length or 0), frequencies)
