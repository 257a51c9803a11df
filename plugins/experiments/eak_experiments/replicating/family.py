"""What an experiment did again, and what did it again: a graph."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from eak_core.api import Session
from eak_experiments.drafting.finding import public
from eak_experiments.models import Experiment

#: So many experiments a graph shows at most.
MOST = 24
#: It is followed so far.
_DEPTH = 4


def family(session: Session, experiment: Experiment) -> Sequence[Experiment]:
    """The experiments that ``experiment`` hangs together with by replication, which everybody may
    read: its origins, and all that did them again, the oldest first; alone where there are none.
    With a few statements, however large."""
    known = {experiment.id: experiment}
    edge = [experiment]
    for _step in range(_DEPTH):
        ids = {each.id for each in edge}
        origins = {each.origin_id for each in edge if each.origin_id}
        query = select(Experiment).where(
            *public(experiment.service_id),
            or_(Experiment.id.in_(origins), Experiment.origin_id.in_(ids)),
        )
        found = session.scalars(query.order_by(Experiment.id).limit(MOST)).all()
        edge = [each for each in found if each.id not in known]
        known |= {each.id: each for each in edge}
        if not edge:
            break
    return sorted(known.values(), key=lambda each: each.id)[:MOST]
