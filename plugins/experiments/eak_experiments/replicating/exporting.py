"""An experiment as a file for other sites."""

import msgspec
from flask import url_for
from sqlalchemy import select

from eak_core.api import NotFound, Service, Session, _l, in_paris, not_hidden
from eak_experiments.drafting.finding import ensure_shown, steps_of, versions
from eak_experiments.models import Experiment
from eak_experiments.protocol import closing as closings
from eak_experiments.protocol import document, exchange
from eak_experiments.protocol import kit as kits
from eak_experiments.protocol.exchange import (
    Amendment,
    ExperimentFile,
    ExportedEntry,
    ExportedMeasure,
    ExportedStep,
)
from eak_experiments.protocol.kit import Kit
from eak_experiments.record import ENTRY_NAME, Entry
from eak_experiments.replicating.kit_files import kit_files
from eak_experiments.rules.quantities import from_thousandths
from eak_experiments.running.measuring import measures_of


def name_of(service: Service, experiment: Experiment) -> str:
    """What names an experiment for ever, on all sites: as it came, or its address here."""
    return experiment.source or page_of(service, experiment)


def page_of(service: Service, experiment: Experiment) -> str:
    """The whole address of its page, as the file says it."""
    return url_for(
        "experiments.show", service_slug=service.slug, experiment_id=experiment.id, _external=True
    )


def exported(session: Session, service: Service, experiment: Experiment) -> ExperimentFile:
    """What everybody may read of an experiment. `NotFound` for a draft, `Gone` where moderators
    have hidden it."""
    ensure_shown(session, experiment)
    kept = versions(session, experiment)
    if not experiment.public or not kept:
        raise NotFound(_l("A draft is not exported: fix its protocol first."))
    protocols = [document.read(each.document) for each in kept]
    origin = session.get(Experiment, experiment.origin_id) if experiment.origin_id else None
    return ExperimentFile(
        format=exchange.FORMAT,
        schema=exchange.SCHEMA,
        id=name_of(service, experiment),
        url=experiment.source_url or page_of(service, experiment),
        site=experiment.about or service.name,
        stage=_stage(experiment),
        protocol=protocols[0],
        hashes=tuple(document.digest(each.document) for each in kept),
        started_on=experiment.started_on,
        ends_on=experiment.ends_on,
        amendments=tuple(
            Amendment(version=each.version, day=in_paris(each.at).date(), reason=each.reason,
                      protocol=protocol)
            for each, protocol in zip(kept[1:], protocols[1:], strict=True)
        ),
        measures=tuple(
            ExportedMeasure(hypothesis=each.hypothesis, day=each.day,
                            value=str(from_thousandths(each.thousandths)), arm=each.arm,
                            size=each.size, note=each.method)
            for each in measures_of(session, experiment)
        ),
        logbook=_logbook(session, service, experiment),
        steps=tuple(
            ExportedStep(kind=each.kind, day=in_paris(each.at).date(), reason=each.reason,
                         until=each.day)
            for each in steps_of(session, experiment)
        ),
        closing=closings.read(experiment.closing) if experiment.closing else None,
        closed_on=in_paris(experiment.closed_at).date() if experiment.closed_at else None,
        evidence=experiment.evidence,
        kit=_kit(session, experiment),
        origin=name_of(service, origin) if origin is not None and origin.public else "",
        fidelity=experiment.fidelity,
        adaptations=experiment.adaptations,
    )  # fmt: skip


def _kit(session: Session, experiment: Experiment) -> Kit | None:
    files = kit_files(session, experiment)
    if not experiment.kit and not files:
        return None
    return msgspec.structs.replace(kits.read(experiment.kit), files=tuple(files))


def _stage(experiment: Experiment) -> str:
    """As the file says it, the same wherever it was taken in."""
    if experiment.closing:
        return "closed"
    return "under_way" if experiment.started_on else "fixed"


def _logbook(
    session: Session, service: Service, experiment: Experiment
) -> tuple[ExportedEntry, ...]:
    query = select(Entry).where(
        Entry.experiment_id == experiment.id,
        Entry.private.is_(False),
        Entry.waits.is_(False),
        not_hidden(service.id, ENTRY_NAME, Entry.id),
    )
    return tuple(
        ExportedEntry(kind=each.kind, day=each.day, text=each.text)
        for each in session.scalars(query.order_by(Entry.day, Entry.id)).all()
    )
