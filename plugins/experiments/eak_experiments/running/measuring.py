"""Figures of a hypothesis are entered, one by one or from a table, and struck where they were
wrong."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import select, update

from eak_core.api import (
    Actor,
    Invalid,
    NotFound,
    Refused,
    Service,
    Session,
    _l,
    checked_words,
    clean_line,
    clock,
    hold_account,
    insert_once,
    require,
)
from eak_experiments.drafting.finding import protocol_of
from eak_experiments.drafting.preparing import tell
from eak_experiments.drafting.saving import MOST, today
from eak_experiments.events import Measured, MeasureStruck
from eak_experiments.models import LINE, TEXT, Experiment
from eak_experiments.protocol.document import Protocol
from eak_experiments.record import ARMS, Arm, Measure
from eak_experiments.rules.measure_files import Fault, Row, read_measures, same_unit
from eak_experiments.rules.quantities import thousandths
from eak_experiments.running.stops import raise_alerts

#: In these stages figures are entered.
MEASURED = ("running", "suspended", "evaluating")


def measure(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    hypothesis: str, day: date | None, value: Decimal | None, unit: str,
    size: int | None = None, arm: str = "trial", method: str = "",
) -> None:  # fmt: skip
    """Enter one figure. `Invalid` names what cannot be: a day before the start or in the future,
    another unit, a figure that stands there already with another value."""
    protocol = _entering(session, actor, service, experiment)
    known = protocol.hypothesis(hypothesis)
    wrong: dict[str, Any] = {}
    if known is None:
        wrong["hypothesis"] = _l("Choose a hypothesis of the protocol.")
    elif unit and not same_unit(unit, known.unit):
        wrong["unit"] = _l("The protocol measures in “%(unit)s”: convert the figure first.",
                           unit=known.unit)  # fmt: skip
    wrong |= _wrong_day(experiment, day)
    if value is None:
        wrong["value"] = _l("Give the figure.")
    if size is not None and not 0 <= size <= MOST:
        wrong["size"] = _l("Give a number from 0 to %(most)s.", most=MOST)
    if arm not in ARMS:
        wrong["arm"] = _l("Choose of whom it is.")
    if wrong or day is None or value is None:
        raise Invalid(_l("Nothing was entered: something is to be corrected."), wrong)
    row = Row(0, day, hypothesis, arm, value, size, clean_line(method)[:LINE])
    told = "day", _l("Another figure stands there for this day. Strike it first, with the reason.")
    _enter(session, actor, experiment, protocol, [row], told)


def _wrong_day(experiment: Experiment, day: date | None) -> dict[str, Any]:
    if day is None:
        return {"day": _l("Give the day on which it was measured.")}
    if experiment.started_on and day < experiment.started_on:
        return {"day": _l("This day lies before the start: the baseline is in the protocol.")}
    return {"day": _l("This day is in the future.")} if day > today() else {}


def measure_all(
    session: Session, actor: Actor, service: Service, experiment: Experiment, text: str
) -> tuple[int, int]:
    """Enter all figures of a table (CSV), or none; answers how many are new, and how many stood
    there or came twice. `Invalid` names the lines that cannot be taken."""
    protocol = _entering(session, actor, service, experiment)
    units = {each.key: each.unit for each in protocol.hypotheses}
    start = experiment.started_on or today()
    found = read_measures(text, units, start, today())
    if found.faults:
        raise Invalid(_l("Nothing was entered: lines are to be corrected."),
                      {"table": faults_said(found.faults)})  # fmt: skip
    if not found.rows:
        raise Invalid(_l("Nothing was entered."), {"table": _l("There is no measure in it.")})
    told = "table", _l("For at least one day another figure stands there. Strike it first.")
    new = _enter(session, actor, experiment, protocol, found.rows, told)
    return new, len(found.rows) - new + found.doubled


#: What is wrong with a line of a table.
_FAULTS = {
    "no_header": _l("the table is empty"),
    "too_many": _l("the table has too many lines: 5 000 at most"),
    "no_day_column": _l("no column is called “date”"),
    "no_value_column": _l("no column is called “value”"),
    "no_hypothesis_column": _l("no column is called “hypothesis”, and the protocol has several"),
    "no_hypothesis": _l("the protocol has no such hypothesis"),
    "no_day": _l("this is no day: write 2026-03-01 or 01/03/2026"),
    "before_start": _l("this day lies before the start"),
    "future": _l("this day is in the future"),
    "no_figure": _l("this is no figure"),
    "unit": _l("this is another unit than that of the protocol"),
    "no_size": _l("this is no whole number of people or sites"),
    "no_arm": _l("this is no group: “trial” or “comparison”"),
    "contradicts": _l("another line has another figure for the same day"),
}
#: So many faults are told at a time.
_MOST_TOLD = 10


def faults_said(faults: Sequence[Fault]) -> Any:
    """The faults of a table, in one text."""
    lines = [str(_line_said(each)) for each in faults[:_MOST_TOLD]]
    if len(faults) > _MOST_TOLD:
        lines.append(str(_l("And %(number)s more.", number=len(faults) - _MOST_TOLD)))
    return " ".join(lines)


def _line_said(each: Fault) -> Any:
    said = _FAULTS[each.code]
    if not each.found:
        return _l("Line %(line)s: %(fault)s.", line=each.line, fault=said)
    return _l("Line %(line)s: %(fault)s (%(found)s).", line=each.line, fault=said, found=each.found)


def _entering(session: Session, actor: Actor, service: Service, experiment: Experiment) -> Protocol:
    require(actor, "experiments.log", service, experiment)
    hold_account(session, actor)
    session.refresh(experiment, with_for_update=True)
    if experiment.stage not in MEASURED:
        raise Refused(_l("Figures are entered from the start until the experiment is closed."))
    return protocol_of(session, experiment)


def _enter(
    session: Session, actor: Actor, experiment: Experiment, protocol: Protocol,
    rows: Sequence[Row], told: tuple[str, Any],
) -> int:  # fmt: skip
    standing = {
        (each.day, each.hypothesis, each.arm): each.thousandths
        for each in session.scalars(select(Measure).where(*counting(experiment.id)))
    }
    new: dict[tuple[str, str], list[Row]] = {}
    made: list[tuple[int, Row]] = []
    for row in rows:
        there = standing.get((row.day, row.hypothesis, row.arm))
        if there is not None and there != thousandths(row.value):
            raise Invalid(_l("Nothing was entered."), {told[0]: told[1]})
        if there is None:
            made.append((_insert(session, actor, experiment, row), row))
            new.setdefault((row.hypothesis, row.arm), []).append(row)
    for (hypothesis, arm), entered in new.items():
        last = max(entered, key=lambda each: each.day)
        tell(
            session, actor, experiment,
            Measured(
                experiment_id=experiment.id, hypothesis=hypothesis, arm=cast("Arm", arm),
                measures=len(entered), day=last.day, thousandths=thousandths(last.value),
            ),
        )  # fmt: skip
    raise_alerts(session, actor, experiment, protocol, made)
    return len(made)


def _insert(session: Session, actor: Actor, experiment: Experiment, row: Row) -> int:
    values = {
        "experiment_id": experiment.id,
        "hypothesis": row.hypothesis,
        "arm": row.arm,
        "day": row.day,
        "thousandths": thousandths(row.value),
        "size": row.size,
        "method": row.method,
        "entered_at": clock.now(),
        "entered_by": actor.person_id,
        "struck_because": "",
    }
    number = insert_once(session, Measure, values, Measure.id)
    assert number is not None  # the experiment is held: nobody else enters at the same time
    return number


def measures_of(
    session: Session, experiment: Experiment, *, struck: bool = False
) -> Sequence[Measure]:
    """The figures of an experiment in the order of their days; those that are ``struck`` too."""
    conditions = (Measure.experiment_id == experiment.id,) if struck else counting(experiment.id)
    query = select(Measure).where(*conditions).order_by(Measure.day, Measure.id)
    return session.scalars(query).all()


def counting(experiment_id: int) -> tuple[Any, ...]:
    """The conditions on `Measure` that keep what counts."""
    return Measure.experiment_id == experiment_id, Measure.struck_at.is_(None)


def strike(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    measure_id: int, reason: str,
) -> None:  # fmt: skip
    """Say that a figure was wrong: it stays, struck, with the public ``reason``."""
    _entering(session, actor, service, experiment)
    missing = _l("Say what was wrong with it.")
    reason = checked_words(reason, "reason", _l("Nothing was struck."), most=TEXT, missing=missing)
    struck = session.scalar(
        update(Measure)
        .where(Measure.id == measure_id, *counting(experiment.id))
        .values(struck_at=clock.now(), struck_because=reason)
        .returning(Measure.id)
    )
    if struck is None:
        raise NotFound(_l("This figure is not there, or is struck already."))
    tell(session, actor, experiment,
         MeasureStruck(experiment_id=experiment.id, measure_id=measure_id))  # fmt: skip
