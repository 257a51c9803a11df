"""The library: what readers ask it for, and what experiments add up to."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from eak_core.api import Actor, Service, Session, hidden_ids, may
from eak_experiments.drafting.finding import hidden, public, readable
from eak_experiments.models import NAME, OUTCOMES, Experiment, TrialPlace, TrialSubject


class Filters(NamedTuple):
    """What a reader asks for. ``state`` is an outcome, or ``under_way``, ``prepared``, ``past`` (of
    elsewhere) or, for those who may show it again, ``hidden``; ``evidence`` the least level,
    ``cost`` the most in euros."""

    commune: str = ""
    subject: str = ""
    state: str = ""
    evidence: int | None = None
    cost: int | None = None

    @property
    def narrow(self) -> bool:
        """Whether anything is asked for."""
        return any(each not in ("", None) for each in self)


def listed(
    session: Session, service: Service, actor: Actor, filters: Filters
) -> Select[Experiment]:
    """The statement of the experiments that ``actor`` may read and that ``filters`` keep, the
    latest first."""
    asks = filters.state == "hidden" and may(actor, "content.restore", service)
    seen = hidden(service.id) if asks else readable(session, service, actor)
    query = select(Experiment).where(*seen, *_conditions(filters))
    return query.order_by(Experiment.id.desc())


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.commune:
        # Asked row by row, so that a page of a long list costs what it shows.
        found.append(
            exists().where(
                TrialPlace.experiment_id == Experiment.id, TrialPlace.commune == filters.commune
            )
        )
    if filters.subject:
        found.append(
            exists().where(
                TrialSubject.experiment_id == Experiment.id,
                TrialSubject.subject == filters.subject,
            )
        )
    if filters.state in OUTCOMES:
        found.append(Experiment.outcome == filters.state)
    elif filters.state == "under_way":
        found.append(Experiment.stage.in_(("running", "suspended", "evaluating")))
    elif filters.state == "prepared":
        found.append(Experiment.stage.in_(("draft", "fixed")))
    elif filters.state == "past":
        found.append(Experiment.source.is_not(None))
    if filters.evidence is not None:
        found.append(Experiment.evidence >= filters.evidence)
    if filters.cost is not None:
        found.append(Experiment.cost <= filters.cost)
    return found


def shelf(service_id: int) -> Select[Experiment]:
    """The statement of what was stopped or came to no conclusion, the latest first."""
    taught = or_(Experiment.outcome == "stopped", Experiment.outcome == "inconclusive")
    query = select(Experiment).where(*public(service_id), taught)
    return query.order_by(Experiment.id.desc())


def by_outcome(session: Session, service_id: int) -> Mapping[str, int]:
    """How many experiments there are of each outcome, and ``""`` of those that have none yet."""
    gone = hidden_ids(session, service_id, NAME)
    shown = Experiment.stage != "draft", Experiment.id.not_in(gone)
    rows = session.execute(
        select(Experiment.outcome, func.count())
        .where(Experiment.service_id == service_id, *shown)
        .group_by(Experiment.outcome)
    )
    return {outcome or "": number for outcome, number in rows}


def by_commune(session: Session, service_id: int) -> Mapping[str, int]:
    """How many experiments there are in each commune, by INSEE code."""
    shown = TrialPlace.experiment_id.not_in(hidden_ids(session, service_id, NAME))
    rows = session.execute(
        select(TrialPlace.commune, func.count().label("number"))
        .where(TrialPlace.service_id == service_id, shown)
        .group_by(TrialPlace.commune)
    )
    return {row.commune: row.number for row in rows}
