"""The ideas of a service in columns, one for each stage, for those who run it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, union_all

from eak_core.db import Session
from eak_core.ideas.deciding.moving import MOST
from eak_core.ideas.models import Idea
from eak_core.ideas.reading.listing import AnyRow, Filters, conditions, count_by_stage
from eak_core.ideas.stages import Graph, Stage
from eak_core.people.models import Person

#: How many ideas a column shows beside others.
EACH = 10


@dataclass(frozen=True, slots=True)
class Column:
    """The public ideas in ``stage`` that are shown, the oldest first. ``number`` is how many there
    are, None where that is known of no filter like this; ``more`` where not all are shown."""

    stage: Stage
    ideas: Sequence[AnyRow]
    number: int | None
    more: bool

    @property
    def left(self) -> int | None:
        """How many are not shown; None where nobody knows."""
        return None if self.number is None else max(0, self.number - len(self.ideas))


def columns_of(session: Session, service_id: int, graph: Graph, filters: Filters) -> list[Column]:
    """The columns of the board that ``filters`` let through, in the order of an idea's life: with
    one stage asked for, that one alone with as many as can be moved at once.

    The same statements however many ideas and stages there are; nothing is counted.
    """
    counts = count_by_stage(session, service_id)
    stages = _stages(graph, counts, filters.stage)
    most = MOST if filters.stage else EACH
    wide = replace(filters, stage=None)
    kept = conditions(session, service_id, wide)
    parts = [
        select(
            Idea.id, Idea.slug, Idea.title, Idea.stage, Idea.submitted_at,
            Idea.answer_by, Idea.answered_at, Idea.source, Idea.author_id,
        )
        .where(*kept, Idea.stage == stage.name)
        .order_by(Idea.submitted_at, Idea.id)
        .limit(most + 1)
        .subquery()
        for stage in stages
    ]  # fmt: skip
    if not parts:
        return []
    rows = union_all(*(select(part) for part in parts)).subquery()
    found: dict[str, list[AnyRow]] = {}
    query = select(rows, Person.name.label("author")).outerjoin(
        Person, (Person.id == rows.c.author_id) & Person.erased_at.is_(None)
    )
    for row in session.execute(query.order_by(rows.c.submitted_at, rows.c.id)):
        found.setdefault(row.stage, []).append(row)
    return [
        Column(
            stage,
            found.get(stage.name, [])[:most],
            None if wide.narrow else counts.get(stage.name, 0),
            more=len(found.get(stage.name, [])) > most,
        )
        for stage in stages
    ]


def destinations(graph: Graph, columns: Sequence[Column]) -> list[Stage]:
    """Where ideas of these columns can be brought, in the order of an idea's life."""
    names = {
        stage.name for column in columns if column.ideas for stage in graph.next(column.stage.name)
    }
    return [stage for stage in graph.stages() if stage.name in names]


def _stages(graph: Graph, counts: Mapping[str, int], asked: str | None) -> list[Stage]:
    """The stages of the path, and whatever others ideas stand in; ``asked`` alone where it is."""
    if asked:
        return [graph.stage(asked)]
    stages = [each for each in graph.stages() if not each.final or each.name in counts]
    names = {each.name for each in stages}
    return [*stages, *(graph.stage(name) for name in sorted(counts.keys() - names))]
