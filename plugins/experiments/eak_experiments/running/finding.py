"""Finding the figures of an experiment."""

from collections.abc import Sequence

from sqlalchemy import select

from eak_core.api import Session
from eak_experiments.models import Experiment
from eak_experiments.record import Measure
from eak_experiments.running.measuring import counting


def measures_of(
    session: Session, experiment: Experiment, *, struck: bool = False
) -> Sequence[Measure]:
    """The figures of an experiment in the order of their days; those that are ``struck`` too."""
    conditions = (Measure.experiment_id == experiment.id,) if struck else counting(experiment.id)
    query = select(Measure).where(*conditions).order_by(Measure.day, Measure.id)
    return session.scalars(query).all()
