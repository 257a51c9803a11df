"""Keeping the index: documents are read again after what happened to them, and their stems kept."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update

from eak_core.db import Session
from eak_core.db.upsert import insert_for, upsert
from eak_core.plugins.per_service.models import SearchDocument, SearchTerm
from eak_core.search.kinds import Document, SearchKind
from eak_core.search.words import stems

#: Stands before the stems of a title; no word begins with it.
TITLE = "="
#: Stands before a tag; no word begins with it.
TAG = "_"
#: So many stems of a document are kept: a text of 20,000 characters has no more than 4,000 words.
MOST_STEMS = 5_000
_AT_ONCE = 200

# The ends of both are among the signs that SQLite's index takes for letters.
_tag = re.compile(r"[A-Za-z0-9._/]{1,80}")


def place(service_id: int, kind: str) -> str:
    """The stem that all documents of a kind in a service share, and no word is."""
    return f"{service_id}/{kind}"


def keep(
    session: Session, plugin: str, kind: SearchKind, service_id: int, ids: Sequence[int]
) -> None:
    """Bring the index to what ``kind`` says of ``ids`` now: a few statements for two hundred."""
    for start in range(0, len(ids), _AT_ONCE):
        _keep(session, plugin, kind, service_id, ids[start : start + _AT_ONCE])


def _keep(
    session: Session, plugin: str, kind: SearchKind, service_id: int, ids: Sequence[int]
) -> None:
    documents = kind.read(session, service_id, ids)
    tags = kind.tags(session, list(documents)) if kind.tags else {}
    here = place(service_id, kind.name)
    read = {
        subject_id: " ".join((here, *_tagged(tags.get(subject_id, ())), *stemmed(each)))
        for subject_id, each in documents.items()
    }
    # Held: what goes from one service to another is kept for both at once.
    rows = session.execute(
        select(SearchDocument.subject_id, SearchDocument.service_id, SearchDocument.stems)
        .where(SearchDocument.kind == kind.name, SearchDocument.subject_id.in_(ids))
        .order_by(SearchDocument.subject_id)
        .with_for_update()
    ).all()
    # What another service has is its own to take out, unless it has come from there.
    kept = {each: (at, found) for each, at, found in rows if at == service_id or each in read}
    changed = [each for each in ids if read.get(each) != (kept[each][1] if each in kept else None)]
    where = {"service_id": service_id, "plugin": plugin, "kind": kind.name}
    _write(session, where, {each: read.get(each) for each in changed}, kept)
    counted: dict[int, Counter[str]] = {service_id: Counter()}
    for each in changed:
        counted[service_id].update(_terms(read.get(each)))
        if each in kept:
            at, found = kept[each]
            counted.setdefault(at, Counter()).subtract(_terms(found))
    for at in sorted(counted):
        _count(session, {**where, "service_id": at}, counted[at])


def stemmed(document: Document) -> list[str]:
    """The stems of a document: those of its title behind a sign, then all in their order."""
    title, text = stems(document.title), stems(document.text)
    return [*(TITLE + each for each in dict.fromkeys(title)), *title, *text][:MOST_STEMS]


def stems_of(kept: str) -> list[str]:
    """The stems of a document as `stemmed` gave them, of what is ``kept`` of it: without where it
    is, and its tags."""
    found = kept.split()
    first = 1
    while first < len(found) and found[first].startswith(TAG):
        first += 1
    return found[first:]


def _tagged(tags: Sequence[str]) -> list[str]:
    """The tags of a document, each behind its sign, in one order. ValueError for one that not both
    databases would take for one word."""
    for each in tags:
        if not is_tag(each):
            raise ValueError(f"a tag is of letters, digits and `. _ /` alone: {each!r}")
    return sorted({TAG + each for each in tags})


def is_tag(text: str) -> bool:
    """Whether a document may have ``text`` for a tag."""
    return _tag.fullmatch(text) is not None


def _terms(kept: str | None) -> set[str]:
    """What is counted of a document: its stems, and that it is one."""
    if kept is None:
        return set()
    return {each for each in stems_of(kept) if not each.startswith(TITLE)} | {""}


def _write(
    session: Session,
    where: Mapping[str, Any],
    changed: Mapping[int, str | None],
    kept: Mapping[int, tuple[int, str]],
) -> None:
    gone = [each for each, found in changed.items() if found is None]
    if gone:
        session.execute(
            delete(SearchDocument).where(
                SearchDocument.kind == where["kind"], SearchDocument.subject_id.in_(gone)
            )
        )
    for subject_id, found in changed.items():
        if found is not None and subject_id in kept:
            session.execute(
                update(SearchDocument)
                .where(
                    SearchDocument.kind == where["kind"], SearchDocument.subject_id == subject_id
                )
                .values(service_id=where["service_id"], stems=found)
            )
    new: list[dict[str, Any]] = [
        {**where, "subject_id": subject_id, "stems": found}
        for subject_id, found in changed.items()
        if found is not None and subject_id not in kept
    ]
    if new:
        session.execute(insert_for(session, SearchDocument), new)


def _count(session: Session, where: Mapping[str, Any], counted: Mapping[str, int]) -> None:
    rows = [
        # In one order, so that no two wait for each other.
        {**where, "stem": stem, "documents": counted[stem]}
        for stem in sorted(counted)
        if counted[stem]
    ]
    upsert(session, SearchTerm, rows, add=["documents"])
    if any(row["documents"] < 0 for row in rows):
        # What occurs nowhere any more has no row, as if it never had.
        session.execute(
            delete(SearchTerm).where(
                SearchTerm.service_id == where["service_id"],
                SearchTerm.kind == where["kind"],
                SearchTerm.documents == 0,
            )
        )
