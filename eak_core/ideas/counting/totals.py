"""How many ideas there are: totals of each service, kept with its log and never counted for a page.

At each commit that tells of ideas, while the head of the log is held, these ideas are looked at
again; what each is counted as now takes the place of what it was counted as before
(`IdeaStanding`). So it does not matter who changed what, in which order, or that two did so at
once.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    bindparam,
    cast,
    delete,
    func,
    literal,
    orm,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from eak_core.db import Session
from eak_core.db.prepared import Prepared
from eak_core.db.rows import read_rows
from eak_core.db.upsert import upsert
from eak_core.events import CORE, Event
from eak_core.events.kept import keep_with_log
from eak_core.ideas.counting import monthly
from eak_core.ideas.events import (
    IdeaEdited,
    IdeaMerged,
    IdeaReceived,
    IdeaStageChanged,
    IdeaSubmitted,
    IdeaTransferred,
    IdeaWithdrawn,
)
from eak_core.ideas.models import Idea, IdeaCommune, IdeaStanding, IdeaSubject, IdeaTotal
from eak_core.ideas.stages import DRAFT
from eak_core.ideas.visibility import shown_idea
from eak_core.moderation.events import ContentHidden, ContentRestored
from eak_core.plugins.per_service.events import PluginRebuilt

#: What is counted. ``held``: the ideas that stand in a stage, drafts left out, whoever may read
#: them. All others are of those that everybody may read: ``stage``, ``subject`` by its id,
#: ``commune`` by its INSEE code, and ``placed`` (key "") for those that name a commune at all.
#: Beside these, whoever may read them, what `eak_core.ideas.counting.monthly` says.
Total: TypeAlias = Literal[
    "held", "stage", "subject", "commune", "placed", "month", "author", "delay"
]


# Put together once: lists, home and portal ask for them on each page.
_OF_KIND = (IdeaTotal.service_id == bindparam("service"), IdeaTotal.kind == bindparam("kind"))
_TOTALS = select(IdeaTotal.key, IdeaTotal.ideas).where(*_OF_KIND, IdeaTotal.ideas != 0)
_TOTAL = select(IdeaTotal.ideas).where(*_OF_KIND, IdeaTotal.key == bindparam("key"))
_SHOWN = (
    select(IdeaTotal.service_id, func.sum(IdeaTotal.ideas))
    .where(
        IdeaTotal.service_id.in_(bindparam("services", expanding=True)), IdeaTotal.kind == "stage"
    )
    .group_by(IdeaTotal.service_id)
)


def totals(session: Session, service_id: int, kind: Total) -> dict[str, int]:
    """How many ideas of a service there are of each key of ``kind``; none where there is none."""
    return dict(read_rows(session, _TOTALS, {"service": service_id, "kind": kind}).all())


def total(session: Session, service_id: int, kind: Total, key: str) -> int:
    """How many ideas of a service there are of this ``key``."""
    asked = {"service": service_id, "kind": kind, "key": key}
    return read_rows(session, _TOTAL, asked).scalar() or 0


def shown_totals(session: Session, service_ids: Iterable[int]) -> dict[int, int]:
    """How many public ideas each of these services has; none where it has none."""
    return dict(read_rows(session, _SHOWN, {"services": list(service_ids)}).all())


def stage_totals(session: Session, service_ids: Iterable[int]) -> dict[str, int]:
    """How many public ideas of the services ``service_ids`` stand in each stage, in one
    statement."""
    rows = session.execute(
        select(IdeaTotal.key, func.sum(IdeaTotal.ideas))
        .where(IdeaTotal.service_id.in_(service_ids), IdeaTotal.kind == "stage")
        .group_by(IdeaTotal.key)
        .having(func.sum(IdeaTotal.ideas) > 0)
    )
    return dict(rows.all())


def in_stage(session: Session, service_ids: Iterable[int], stage: str) -> dict[int, int]:
    """How many public ideas stand in ``stage``, for each of the services ``service_ids`` that has
    some, in one statement."""
    rows = session.execute(
        select(IdeaTotal.service_id, IdeaTotal.ideas).where(
            IdeaTotal.service_id.in_(service_ids),
            IdeaTotal.kind == "stage",
            IdeaTotal.key == stage,
            IdeaTotal.ideas > 0,
        )
    )
    return dict(rows.all())


_COLUMNS = tuple(IdeaStanding.__table__.columns)
_service = bindparam("service", type_=Integer)
_idea = bindparam("idea", type_=Integer)
# What inserts, and what makes one text of several, in each kind of database.
_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_JOINED: Mapping[str, Any] = {"sqlite": func.group_concat, "postgresql": func.string_agg}


def _write(database: str, *which: ColumnElement[bool]) -> Any:
    """The statement that writes as what ideas are to be counted now, all or ``which``."""

    def listed(link: type[IdeaSubject | IdeaCommune], column: Any) -> Any:
        joined = select(_JOINED[database](cast(column, String), " ")).correlate(Idea)
        return func.coalesce(joined.where(link.idea_id == Idea.id).scalar_subquery(), "")

    stand = select(
        Idea.service_id,
        Idea.id,
        Idea.stage,
        shown_idea(),
        listed(IdeaSubject, IdeaSubject.subject_id),
        listed(IdeaCommune, IdeaCommune.commune_code),
        *monthly.COLUMNS,
    ).where(Idea.stage != DRAFT, Idea.service_id == _service, *which)
    new = _INSERTS[database](IdeaStanding)
    return new.from_select([each.name for each in _COLUMNS], stand).on_conflict_do_update(
        index_elements=_COLUMNS[:2],
        set_={each.name: new.excluded[each.name] for each in _COLUMNS[2:]},
    )


_all_now = Prepared({database: _write(database) for database in _INSERTS})
_now = Prepared(
    {database: _write(database, Idea.id == _idea).returning(*_COLUMNS[1:]) for database in _INSERTS}
)
_before = Prepared(
    select(*_COLUMNS[1:]).where(IdeaStanding.service_id == _service, IdeaStanding.idea_id == _idea)
)
_gone = Prepared(
    delete(IdeaStanding).where(IdeaStanding.service_id == _service, IdeaStanding.idea_id == _idea)
)


def _keep(session: orm.Session, service_id: int, events: Sequence[Event]) -> None:
    if any(isinstance(each, PluginRebuilt) and each.plugin == CORE.name for each in events):
        recount(session, service_id)
        return
    new, known = set[int](), set[int]()
    for each in events:
        if (idea_id := _idea_of(each)) is not None:
            (new if isinstance(each, IdeaSubmitted) else known).add(idea_id)
    connection, counted = session.connection(), Counter[tuple[str, str]]()
    for idea_id in new | known:
        of_it = {"service": service_id, "idea": idea_id}
        # What was just submitted was never counted: the most frequent commit does not ask.
        before = _before.run(connection, of_it).one_or_none() if idea_id in known else None
        now = _now.run(connection, of_it).one_or_none()
        if before and not now:
            _gone.run(connection, of_it)
        counted.update(_counted(now))
        counted.subtract(_counted(before))
    _add_up(session, service_id, counted)


def _idea_of(happened: Any) -> int | None:
    if isinstance(happened, ContentHidden | ContentRestored):
        noun, _, number = happened.content.partition(":")
        return int(number) if noun == "idea" else None
    return getattr(happened, "idea_id", None)


def _counted(standing: Sequence[Any] | None) -> Iterator[tuple[Total, str]]:
    """What an idea is counted in that stands so."""
    if standing is None:
        return
    _idea_id, stage, shown, subjects, communes, author_id, submitted, answered = standing
    yield "held", stage
    yield from monthly.counted(stage, author_id, submitted, answered)
    if not shown:
        return
    yield "stage", stage
    for subject in subjects.split():
        yield "subject", subject
    for commune in communes.split():
        yield "commune", commune
    if communes:
        yield "placed", ""


def _add_up(session: orm.Session, service_id: int, counted: Counter[tuple[str, str]]) -> None:
    changes = [
        {"service_id": service_id, "kind": kind, "key": key, "ideas": change}
        for (kind, key), change in sorted(counted.items())
        if change
    ]
    if changes:
        upsert(session, IdeaTotal, changes, add=("ideas",))


def recount(session: orm.Session, service_id: int) -> None:
    """Count the ideas of a service anew, from their rows. Its head has to be held."""
    for table in (IdeaStanding, IdeaTotal):
        session.execute(delete(table).where(table.service_id == service_id))
    _all_now.run(session.connection(), {"service": service_id})
    are = _recomputed(session, service_id)
    _add_up(session, service_id, Counter({place[1:]: ideas for place, ideas in are.items()}))


def _recomputed(session: orm.Session, only: int | None) -> dict[tuple[int, str, str], int]:
    """The totals as the rows of ideas say, by service, kind and key."""
    standing: Collection[Any] = (Idea.stage != DRAFT,)
    if only is not None:
        standing = (*standing, Idea.service_id == only)
    about = select(Idea).join(IdeaSubject, IdeaSubject.idea_id == Idea.id)
    within = select(Idea).join(IdeaCommune, IdeaCommune.idea_id == Idea.id)
    asked: tuple[tuple[Total, Any, Any, Any], ...] = (
        ("held", select(Idea), Idea.stage, func.count()),
        ("stage", select(Idea).where(shown_idea()), Idea.stage, func.count()),
        ("subject", about.where(shown_idea()), IdeaSubject.subject_id, func.count()),
        ("commune", within.where(shown_idea()), IdeaCommune.commune_code, func.count()),
        ("placed", within.where(shown_idea()), literal(""), func.count(Idea.id.distinct())),
    )
    found: dict[tuple[int, str, str], int] = {}
    for kind, ideas, key, number in asked:
        by = (Idea.service_id,) if kind == "placed" else (Idea.service_id, key)
        query = ideas.with_only_columns(Idea.service_id, key, number).where(*standing).group_by(*by)
        found |= {(row[0], kind, str(row[1])): row[2] for row in session.execute(query)}
    months = Counter[tuple[int, str, str]]()
    dated = select(Idea.service_id, Idea.stage, *monthly.COLUMNS).where(*standing)
    for service_id, *of_it in session.execute(dated):
        months.update((service_id, *place) for place in monthly.counted(*of_it))
    return {**found, **months}


def _faults(session: orm.Session, only: int | None) -> Iterator[str]:
    kept = select(IdeaTotal).where(IdeaTotal.ideas != 0)
    if only is not None:
        kept = kept.where(IdeaTotal.service_id == only)
    said = {(each.service_id, each.kind, each.key): each.ideas for each in session.scalars(kept)}
    are = _recomputed(session, only)
    for place in sorted(said.keys() | are.keys()):
        if said.get(place, 0) != are.get(place, 0):
            service_id, kind, key = place
            yield (
                f"service {service_id}: the total “{kind} {key}” says {said.get(place, 0)} ideas,"
                f" there are {are.get(place, 0)}"
            )


keep_with_log(
    IdeaSubmitted,
    IdeaEdited,
    IdeaStageChanged,
    IdeaWithdrawn,
    IdeaMerged,
    IdeaTransferred,
    IdeaReceived,
    ContentHidden,
    ContentRestored,
    PluginRebuilt,
    keep=_keep,
    faults=_faults,
)
