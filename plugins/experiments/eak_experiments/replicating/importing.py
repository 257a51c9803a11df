"""An experiment of another site is taken in, to learn from and to do again."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from eak_core.api import (
    Actor,
    Invalid,
    Service,
    Session,
    _l,
    clock,
    communes,
    insert_once,
    midnight,
    require,
)
from eak_experiments.drafting.fixing import keep, note
from eak_experiments.drafting.preparing import tell
from eak_experiments.events import Imported
from eak_experiments.models import LINE, OUTCOMES, Experiment
from eak_experiments.protocol import closing as closings
from eak_experiments.protocol import document
from eak_experiments.protocol import kit as kits
from eak_experiments.protocol.document import Protocol
from eak_experiments.protocol.exchange import ExperimentFile
from eak_experiments.record import ARMS, ENTRY_KINDS, Entry, Measure
from eak_experiments.rules.quantities import NoFigure, figure, thousandths


def take_in(session: Session, actor: Actor, service: Service, record: ExperimentFile) -> int | None:
    """Keep an experiment of elsewhere, closed; answers its id here, and None where it was taken in
    before. `Invalid` for what cannot be."""
    require(actor, "experiments.decide", service)
    outcome = record.closing.outcome if record.closing else None
    if outcome is not None and outcome not in OUTCOMES:
        raise Invalid(_l("Nothing was taken in."), {"closing": _l("This is no outcome.")})
    if not record.id or len(record.id) > LINE or len(record.protocol.title) > LINE:
        raise Invalid(_l("Nothing was taken in."), {"id": _l("It has no name, or too long a one.")})
    measures = _measures(record)
    origin = session.scalar(
        select(Experiment.id).where(
            Experiment.service_id == service.id, Experiment.source == record.origin
        )
    ) if record.origin else None  # fmt: skip
    row = {
        "service_id": service.id,
        "stage": "past",
        "title": record.protocol.title,
        "communes": "",
        "draft": document.written(record.protocol),
        "created_at": clock.now(),
        "started_on": record.started_on,
        "outcome": outcome,
        "closing": closings.written(record.closing) if record.closing else None,
        "closed_at": midnight(record.closed_on) if record.closed_on else None,
        "cost": record.closing.cost if record.closing else None,
        "evidence": record.evidence,
        "lowered_because": "",
        "kit": kits.written(record.kit) if record.kit else None,
        "origin_id": origin,
        "fidelity": record.fidelity,
        "adaptations": record.adaptations,
        "source": record.id,
        "source_url": record.url[:LINE],
        "about": record.site[:LINE],
    }
    number = insert_once(session, Experiment, row, Experiment.id)
    if number is None:
        return None
    made = session.get_one(Experiment, number)
    _fill(session, actor, service, made, record)
    for values in measures:
        insert_once(session, Measure, {**values, "experiment_id": number}, Measure.id)
    tell(session, actor, made, Imported(experiment_id=number, outcome=outcome))
    return number


def _fill(
    session: Session, actor: Actor, service: Service, made: Experiment, record: ExperimentFile
) -> None:
    kept: list[tuple[int, str, Protocol, date | None]] = [(1, "", record.protocol, None)]
    kept += [(each.version, each.reason, each.protocol, each.day) for each in record.amendments]
    known = {each.code for each in communes(session)}
    for version, reason, protocol, day in kept:
        with_at = _noon(day) if day else clock.now()
        keep(session, made, protocol, version, reason, at=with_at, communes=known)
    made.ends_on = record.ends_on or made.ends_on
    for step in record.steps:
        kept_step = note(session, actor, made, step.kind[:12], step.reason, step.until)
        kept_step.at, kept_step.person_id = _noon(step.day), None
    for entry in record.logbook:
        if entry.kind in ENTRY_KINDS:
            session.add(
                Entry(experiment_id=made.id, service_id=service.id, kind=entry.kind,
                      day=entry.day, text=entry.text, private=False, waits=False,
                      written_at=_noon(entry.day), written_by=None)
            )  # fmt: skip
    session.flush()


def _noon(day: date) -> datetime:
    """An instant of ``day`` that is the same day everywhere in France."""
    return midnight(day) + timedelta(hours=12)


def _measures(record: ExperimentFile) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for each in record.measures:
        try:
            value = thousandths(figure(each.value))
        except NoFigure:
            raise Invalid(
                _l("Nothing was taken in."),
                {"measures": _l("“%(value)s” is no figure.", value=each.value[:40])},
            ) from None
        if each.arm not in ARMS or record.protocol.hypothesis(each.hypothesis) is None:
            raise Invalid(
                _l("Nothing was taken in."), {"measures": _l("A figure is of nothing there is.")}
            )
        found.append({
            "hypothesis": each.hypothesis, "arm": each.arm, "day": each.day, "thousandths": value,
            "size": each.size, "method": each.note[:LINE], "entered_at": clock.now(),
            "struck_because": "",
        })  # fmt: skip
    return found
