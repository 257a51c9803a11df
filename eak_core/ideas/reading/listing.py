"""Lists of ideas: the columns a list shows, read with the same few statements for any number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, case, func, select

from eak_core.db import Session
from eak_core.db.among import among
from eak_core.ideas.counting.totals import shown_totals, total, totals
from eak_core.ideas.models import Idea, IdeaCommune, IdeaSubject, StageChange, Subject
from eak_core.ideas.proposing.coauthors import coauthors_of, written_by
from eak_core.ideas.reading.indexing import IDEAS, tags_of
from eak_core.ideas.reading.labels import commune_names, subject_names
from eak_core.ideas.stages import DRAFT
from eak_core.ideas.visibility import hidden_ideas, public_ideas
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_core.search.finding import MOST, Found, find, latest_found, matching
from eak_core.visible import says_something

#: Statements and rows whose columns are chosen by a list and read by name.
AnySelect: TypeAlias = Select[*tuple[Any, ...]]
AnyRow: TypeAlias = Row[*tuple[Any, ...]]

Sort = Literal["relevance", "newest", "oldest", "title"]
#: How much of the problem a list reads: a summary of 200 characters is cut from it.
BEGINNING = 1_100
#: So many ideas are put in order as soon as a page of them is asked for.
FEW = 1_000
#: So many of the ideas that have the words of a search are put in an order of their own: the
#: latest, and one more than are counted, so that it is seen that there are more.
LISTED = MOST + 1

_ORDERS: Mapping[Sort, tuple[ColumnElement[Any], ...]] = {
    # What fits best is for `found` to say; where no word counts, the latest come first.
    "relevance": (Idea.submitted_at.desc(), Idea.id.desc()),
    "newest": (Idea.submitted_at.desc(), Idea.id.desc()),
    "oldest": (Idea.submitted_at.asc(), Idea.id.asc()),
    # The slug is the title without case and accents, so both databases sort « École » under E.
    "title": (Idea.slug.asc(), Idea.id.asc()),
}


#: What is promised and not done first, then what is not promised.
_waiting = case((Idea.answered_at.is_(None), Idea.answer_by))
_first_promised = (_waiting.is_(None), _waiting)

# Put together once: a list is asked for more often than anything else.
_CARDS: AnySelect = select(
    Idea.id,
    Idea.slug,
    Idea.title,
    # An idea of another site has no problem of its own: it begins with its text.
    func.substr(func.coalesce(func.nullif(Idea.problem, ""), Idea.body), 1, BEGINNING).label(
        "beginning"
    ),
    Idea.stage,
    func.coalesce(Idea.submitted_at, Idea.created_at, type_=Idea.created_at.type).label(
        "submitted_at"
    ),
    Idea.updated_at,
    Idea.author_id,
    Person.name.label("author"),
    Idea.source,
).outerjoin(Person, (Person.id == Idea.author_id) & Person.erased_at.is_(None))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked to see: a stage, a subject by its code, a commune by its INSEE code."""

    stage: str | None = None
    subject: str | None = None
    commune: str | None = None
    text: str = ""
    sort: Sort = "newest"

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.stage or self.subject or self.commune or self.text)


@dataclass(frozen=True, slots=True)
class Card:
    """An idea as a list shows it.

    ``beginning`` is that of the problem, or of the text where there is none, in Markdown.
    ``author`` is ``None`` for imported ideas and erased people; ``coauthors`` write it with them.
    """

    id: int
    slug: str
    title: str
    beginning: str
    stage: str
    submitted_at: datetime
    updated_at: datetime
    author_id: int | None
    author: str | None
    source: str | None
    coauthors: tuple[str, ...]
    subjects: tuple[str, ...]
    communes: tuple[str, ...]


def listed(
    session: Session, service_id: int, filters: Filters, ids: Sequence[int] | None = None
) -> AnySelect:
    """The statement of a list of public ideas, in the asked order; `cards` completes its rows.
    ``ids`` are those that have its words (from `latest_ids`)."""
    if not filters.narrow:
        return _whole(service_id, filters.sort)
    kept = conditions(session, service_id, filters, ids)
    return _CARDS.where(*kept).order_by(*_ORDERS[filters.sort])


def countable(statement: AnySelect) -> Select[int]:
    """The ids of the ideas that ``statement`` (from `listed`) selects: they are counted out of an
    index, and no idea is read for it."""
    kept = statement.whereclause
    assert kept is not None
    return select(Idea.id).where(kept)


# The statement alone, which says nothing of what there is: put together once for each service.
@lru_cache(maxsize=256)
def _whole(service_id: int, sort: Sort) -> AnySelect:
    return _CARDS.where(*public_ideas(service_id)).order_by(*_ORDERS[sort])


def found(session: Session, service_id: int, actor: Actor, filters: Filters) -> Found | None:
    """The public ideas of a list that fit best; None where nothing in it says what fits."""
    if filters.sort != "relevance":
        return None
    best = find(
        session,
        service_id,
        actor,
        [IDEAS],
        filters.text,
        *_narrowing(session, service_id, filters),
        tags=_tags(session, service_id, filters),
    )
    return best if best.query.words else None


def rows_of(session: Session, ids: Sequence[int]) -> list[AnyRow]:
    """What `cards` needs of the ideas ``ids``, in their order."""
    rows = {row.id: row for row in session.execute(_CARDS.where(Idea.id.in_(ids))).all()}
    return [rows[idea_id] for idea_id in ids]


def cards(session: Session, rows: Sequence[AnyRow]) -> list[Card]:
    """What a list shows of the ideas in ``rows`` (from `listed`): three statements for all."""
    ids = [row.id for row in rows]
    subjects = subject_names(session, ids) if ids else {}
    communes = commune_names(session, ids) if ids else {}
    coauthors = coauthors_of(session, ids)
    return [
        Card(
            **row._asdict(),
            coauthors=tuple(coauthors.get(row.id, {}).values()),
            subjects=subjects.get(row.id, ()),
            communes=communes.get(row.id, ()),
        )
        for row in rows
    ]


def own_ideas(session: Session, service_id: int, person_id: int) -> list[Card]:
    """What a person writes in a service, alone or with others: drafts first, then the latest."""
    query = _CARDS.where(Idea.service_id == service_id, written_by(person_id)).order_by(
        (Idea.stage == DRAFT).desc(), Idea.updated_at.desc(), Idea.id.desc()
    )
    return cards(session, session.execute(query).all())


def latest_texts(
    session: Session, service_id: int, filters: Filters, limit: int
) -> Sequence[AnyRow]:
    """The latest public ideas with their whole text, for a feed."""
    kept = conditions(session, service_id, filters, latest_ids(session, service_id, filters))
    query = (
        select(
            Idea.id, Idea.slug, Idea.title, Idea.stage, Idea.problem, Idea.body,
            Idea.submitted_at, Idea.updated_at, Person.name.label("author"),
        )
        .outerjoin(Person, (Person.id == Idea.author_id) & Person.erased_at.is_(None))
        .where(*kept)
        .order_by(Idea.updated_at.desc(), Idea.id.desc())
        .limit(limit)
    )  # fmt: skip
    return session.execute(query).all()


def count_by_stage(session: Session, service_id: int) -> dict[str, int]:
    """How many public ideas stand in each stage."""
    return totals(session, service_id, "stage")


def managed(service_id: int, stage: str, *, by_promise: bool = False) -> AnySelect:
    """The statement of the ideas in one stage for managers, those that wait longest first, or those
    to which an answer is promised first.

    Hidden ones are in it and say so, since they still stand somewhere.
    """
    since = func.coalesce(
        select(func.max(StageChange.at)).where(StageChange.idea_id == Idea.id).scalar_subquery(),
        Idea.submitted_at,
        type_=Idea.created_at.type,
    )
    return (
        select(
            Idea.id, Idea.slug, Idea.title, Idea.stage, Idea.submitted_at,
            Person.name.label("author"), Idea.source,
            Idea.answer_by, Idea.answered_at,
            since.label("since"), hidden_ideas(service_id).label("hidden"),
        )
        .outerjoin(Person, (Person.id == Idea.author_id) & Person.erased_at.is_(None))
        .where(Idea.service_id == service_id, Idea.stage == stage, Idea.stage != DRAFT)
        .order_by(*_first_promised if by_promise else (), since, Idea.id)
    )  # fmt: skip


def count_managed(session: Session, service_id: int) -> dict[str, int]:
    """How many ideas stand in each stage, hidden and withdrawn ones too, drafts left out."""
    return totals(session, service_id, "held")


def oldest_in(session: Session, service_id: int, stages: Sequence[str]) -> dict[str, datetime]:
    """When the oldest idea in each of ``stages`` was submitted: since then its author waits."""
    rows = session.execute(
        select(Idea.stage, func.min(Idea.submitted_at))
        .where(Idea.service_id == service_id, Idea.stage.in_(stages))
        .group_by(Idea.stage)
    )
    return {stage: at for stage, at in rows if at is not None}


def count_by_subject(session: Session, service_id: int) -> dict[int, int]:
    """How many public ideas carry each subject."""
    return {int(key): ideas for key, ideas in totals(session, service_id, "subject").items()}


def count_by_commune(session: Session, service_id: int) -> dict[str, int]:
    """How many public ideas name each commune, by its INSEE code."""
    return totals(session, service_id, "commune")


def count_placed(session: Session, service_id: int) -> int:
    """How many public ideas name a commune at all."""
    return total(session, service_id, "placed", "")


def latest_ids(session: Session, service_id: int, filters: Filters) -> Sequence[int] | None:
    """The ids of the public ideas that a page shows of a list narrowed by words: the latest that
    have them, so that a page costs the same however common a word is (`conditions` keeps all). None
    where no words narrow the list."""
    if not says_something(filters.text):
        return None
    return latest_found(
        session,
        service_id,
        Actor(),
        IDEAS,
        filters.text,
        *_narrowing(session, service_id, filters),
        tags=_tags(session, service_id, filters),
        most=LISTED,
    )


def conditions(
    session: Session, service_id: int, filters: Filters, ids: Sequence[int] | None = None
) -> list[ColumnElement[bool]]:
    """The conditions on `Idea` that keep the public ideas which ``filters`` let pass: all of them,
    or of those that have the words the ones with these ``ids`` (from `latest_ids`)."""
    if ids is not None:
        return [among(session, Idea.id, ids)]
    return [
        *public_ideas(service_id),
        *_narrowing(session, service_id, filters),
        *matching_ideas(session, service_id, filters.text),
    ]


def _narrowing(session: Session, service_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if filters.stage:
        kept.append(Idea.stage == filters.stage)
    if filters.subject:
        subject = _subject_id(session, service_id, filters.subject)
        about = select(IdeaSubject.idea_id).where(IdeaSubject.subject_id == subject)
        carry = total(session, service_id, "subject", str(subject))
        kept.append(_among(about, IdeaSubject.idea_id, carry))
    if filters.commune:
        within = select(IdeaCommune.idea_id).where(IdeaCommune.commune_code == filters.commune)
        name = total(session, service_id, "commune", filters.commune)
        kept.append(_among(within, IdeaCommune.idea_id, name))
    return kept


def _tags(session: Session, service_id: int, filters: Filters) -> list[str]:
    subjects = [_subject_id(session, service_id, filters.subject)] if filters.subject else []
    communes = [filters.commune] if filters.commune else []
    return tags_of(filters.stage, subjects, communes)


def _among(some: Select[int], key: Any, number: int) -> ColumnElement[bool]:
    """The condition that an idea is among ``some``, which are about so many.

    Few are read and put in order. Of many it is asked of each idea in the order of the list, which
    stops where a page is full: to read all would take longer the more there are.
    """
    return Idea.id.in_(some) if number < FEW else some.where(key == Idea.id).exists()


def _subject_id(session: Session, service_id: int, code: str) -> int:
    """The id of a subject; 0 where there is none."""
    found = select(Subject.id).where(Subject.service_id == service_id, Subject.code == code)
    return session.scalar(found) or 0


def counted(session: Session, service_id: int, filters: Filters) -> int | None:
    """How many public ideas ``filters`` let through; None where several of them do, or words, so
    that no total says it."""
    if filters.text or sum(map(bool, (filters.stage, filters.subject, filters.commune))) > 1:
        return None
    if filters.commune:
        return total(session, service_id, "commune", filters.commune)
    if filters.subject:
        subject = _subject_id(session, service_id, filters.subject)
        return total(session, service_id, "subject", str(subject))
    if filters.stage:
        return total(session, service_id, "stage", filters.stage)
    return shown_totals(session, [service_id]).get(service_id, 0)


def matching_ideas(session: Session, service_id: int, text: str) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Idea` that keep those of a service in which each word of ``text`` occurs,
    in whatever form, case and accents. None for an empty text."""
    return matching(session, service_id, IDEAS, text)
