"""Finding what is missing, for one idea, for a list of them, and for a service."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Select, func, select

from eak_core.api import (
    Idea,
    NotFound,
    Service,
    Session,
    _l,
    not_hidden,
    public_idea,
    public_ideas,
    row_in,
    stage_graph,
)
from eak_matchmaking.models import NEED_NAME, Need
from eak_matchmaking.resources import not_passed

#: So many ideas are counted at most.
MOST_COUNTED = 1_000


def missing(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Need` that keep what is missing in a service today: neither met, withdrawn
    nor hidden, and its last day has not passed. Whose idea it is is not part of it."""
    return (
        Need.service_id == service_id,
        Need.met_at.is_(None),
        Need.withdrawn_at.is_(None),
        not_passed(Need.ends_on),
        not_hidden(service_id, NEED_NAME, Need.id),
    )


def waiting(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Need` and `Idea` that keep what is missing for ideas that everybody may
    read and that have not come to their outcome."""
    return (
        *missing(service_id),
        Idea.id == Need.idea_id,
        *public_ideas(service_id),
        Idea.stage.not_in(_ends()),
    )


def _ends() -> list[str]:
    """The stages in which ideas have come to their outcome, also those of plugins that are off."""
    graph = stage_graph(frozenset())
    every = [*graph.stages(), *(end for stage in graph.path for end in stage.outcomes)]
    return sorted({stage.name for stage in every if stage.final})


def open_needs(service_id: int) -> Select[Need, str, str]:
    """The statement of all that is missing in a service, the latest first, each with the ``title``
    and the ``slug`` of its idea."""
    return (
        select(Need, Idea.title, Idea.slug)
        .where(*waiting(service_id))
        .order_by(Need.stated_at.desc(), Need.id.desc())
    )


def missing_for(
    session: Session, service_id: int, ideas: Collection[int]
) -> Mapping[int, Sequence[Need]]:
    """What is missing for each of ``ideas``, which everybody may read, with one statement; ideas
    that need nothing are left out."""
    found: dict[int, list[Need]] = {}
    query = select(Need).where(Need.idea_id.in_(ideas), *waiting(service_id)).order_by(Need.id)
    for need in session.scalars(query) if ideas else ():
        found.setdefault(need.idea_id, []).append(need)
    return found


def needs_of(session: Session, idea_id: int) -> Sequence[Need]:
    """All that was stated for an idea and not withdrawn, hidden or not, what is met last."""
    stated = Need.idea_id == idea_id, Need.withdrawn_at.is_(None)
    query = select(Need).where(*stated).order_by(Need.met_at.is_not(None), Need.id)
    return session.scalars(query).all()


def count_waiting(session: Session, service_id: int) -> int:
    """How many ideas of a service lack something, at most `MOST_COUNTED`."""
    ideas = select(Need.idea_id).where(*waiting(service_id)).distinct().limit(MOST_COUNTED)
    return session.scalar(select(func.count()).select_from(ideas.subquery())) or 0


def need_of(session: Session, service: Service, need_id: int) -> tuple[Need, Idea]:
    """A need of an idea that everybody may read, with that idea; `NotFound` otherwise, and where it
    was withdrawn."""
    missing = _l("There is no need at this address.")
    need = row_in(session, service, Need, need_id, missing)
    if need.withdrawn_at is not None:
        raise NotFound(missing)
    return need, public_idea(session, service, need.idea_id)
