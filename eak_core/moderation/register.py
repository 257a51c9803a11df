"""The public register of moderation: how much was reported and what became of it, how long it took,
and what was hidden for which reason. It names nobody and repeats nothing of what is hidden."""

from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple

from sqlalchemy import Select, func, select

from eak_core.calendar import midnight
from eak_core.db import Session
from eak_core.moderation.grounds import GROUNDS
from eak_core.moderation.models import Appeal, Measure, ModerationDecision, Report

#: Of so many decisions of a year, the latest ones, the median delay is taken.
MEASURED = 1_000


class Counted(NamedTuple):
    """How many of something were ``received``, and what became of them."""

    received: int = 0
    hidden: int = 0
    kept: int = 0
    gone: int = 0


class Year(NamedTuple):
    """A year of moderation: reports by their ground, the ``median`` time until they were decided
    (None without any), how many appeals were made, upheld and reversed, and how many people were
    ``warned`` and ``suspended``; so many of these measures were ``lifted``."""

    grounds: dict[str, Counted]
    median: timedelta | None
    appeals: int
    upheld: int
    reversed: int
    warned: int = 0
    suspended: int = 0
    lifted: int = 0

    @property
    def total(self) -> Counted:
        return Counted(*(sum(each) for each in zip(*self.grounds.values(), strict=True)))


def year_of(session: Session, service_id: int, year: int) -> Year:
    """What was reported and contested in ``year`` (of Paris); four statements."""
    begin, end = _bounds(year)
    made = (
        Report.service_id == service_id,
        Report.reported_at >= begin,
        Report.reported_at < end,
    )
    found: dict[str, dict[str | None, int]] = {ground: {} for ground in GROUNDS}
    rows = session.execute(
        select(Report.ground, Report.outcome, func.count())
        .where(*made)
        .group_by(Report.ground, Report.outcome)
    )
    for ground, outcome, number in rows:
        found.setdefault(ground, {})[outcome] = number
    took = session.execute(
        select(Report.reported_at, Report.decided_at)
        .where(*made, Report.decided_at.is_not(None))
        .order_by(Report.reported_at.desc())
        .limit(MEASURED)
    ).all()
    counted = select(Appeal.outcome, func.count()).where(
        Appeal.service_id == service_id, Appeal.made_at >= begin, Appeal.made_at < end
    )
    answered = session.execute(counted.group_by(Appeal.outcome))
    appeals: dict[str | None, int] = {outcome: number for outcome, number in answered}  # noqa: C416
    measures = session.execute(
        select(Measure.kind, func.count(), func.count(Measure.lifted_at))
        .where(
            Measure.service_id == service_id,
            Measure.decided_at >= begin,
            Measure.decided_at < end,
        )
        .group_by(Measure.kind)
    ).all()
    taken = {kind: number for kind, number, _lifted in measures}
    return Year(
        {ground: _counted(by) for ground, by in found.items()},
        median_delay([(begun, done) for begun, done in took if done is not None]),
        sum(appeals.values()),
        appeals.get("upheld", 0),
        appeals.get("reversed", 0),
        taken.get("warning", 0),
        taken.get("suspension", 0),
        sum(lifted for _kind, _number, lifted in measures),
    )


def _counted(by: dict[str | None, int]) -> Counted:
    return Counted(sum(by.values()), by.get("hidden", 0), by.get("kept", 0), by.get("gone", 0))


def median_delay(spans: list[tuple[datetime, datetime]]) -> timedelta | None:
    """The median of the time between each pair of instants; None of none."""
    if not spans:
        return None
    return timedelta(seconds=median((done - begun).total_seconds() for begun, done in spans))


def hidden_in(service_id: int, year: int) -> Select[ModerationDecision]:
    """The statement of what was hidden in a service in ``year`` (of Paris), the latest first."""
    begin, end = _bounds(year)
    return (
        select(ModerationDecision)
        .where(
            ModerationDecision.service_id == service_id,
            ModerationDecision.decided_at >= begin,
            ModerationDecision.decided_at < end,
        )
        .order_by(ModerationDecision.decided_at.desc(), ModerationDecision.id.desc())
    )


def _bounds(year: int) -> tuple[datetime, datetime]:
    return midnight(date(year, 1, 1)), midnight(date(year + 1, 1, 1))
