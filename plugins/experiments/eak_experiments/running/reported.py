"""Experiments and their logbooks as moderation sees them: what can be reported, and whose it is."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from eak_core.api import Reportable, Service, Session, _, numbered
from eak_experiments.models import NAME, Experiment
from eak_experiments.record import ENTRY_NAME, Entry


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, Reportable]:
    """The experiments and entries of logbooks among ``subjects`` that everybody may read, hidden or
    not: what inhabitants say is among them once somebody has read it."""
    return dict((*_experiments(session, service, subjects), *_entries(session, service, subjects)))


def _experiments(
    session: Session, service: Service, subjects: Sequence[str]
) -> Iterator[tuple[str, Reportable]]:
    ids = numbered(NAME, subjects)
    public = select(Experiment).where(
        Experiment.id.in_(ids), Experiment.service_id == service.id, Experiment.stage != "draft"
    )
    for each in session.scalars(public) if ids else ():
        place = {"experiment_id": each.id}
        yield (
            f"{NAME}:{each.id}",
            Reportable(each.title, "experiments.show", place, each.title, each.created_by),
        )


def _entries(
    session: Session, service: Service, subjects: Sequence[str]
) -> Iterator[tuple[str, Reportable]]:
    ids = numbered(ENTRY_NAME, subjects)
    public = (
        select(Entry, Experiment.title)
        .join(Experiment, Experiment.id == Entry.experiment_id)
        .where(
            Entry.id.in_(ids),
            Entry.service_id == service.id,
            Entry.private.is_(False),
            Entry.waits.is_(False),
            Experiment.stage != "draft",
        )
    )
    for entry, title in session.execute(public) if ids else ():
        place = {"experiment_id": entry.experiment_id, "_anchor": f"entree-{entry.id}"}
        label = _("An entry in the logbook of “%(experiment)s”", experiment=title)
        yield (
            entry.subject,
            Reportable(label, "experiments.journal", place, entry.text, entry.written_by),
        )
