"""The evidence of an experiment, from what its tables record."""

from collections.abc import Sequence

from sqlalchemy import select

from eak_core.api import (
    Actor,
    Invalid,
    Refused,
    Service,
    Session,
    _l,
    checked_words,
    hold_account,
    require,
)
from eak_experiments.drafting.finding import protocol_of, team
from eak_experiments.drafting.preparing import tell
from eak_experiments.events import EvidenceLowered
from eak_experiments.models import TEXT, Experiment
from eak_experiments.protocol import closing as closings
from eak_experiments.protocol import kit as kits
from eak_experiments.record import Measure
from eak_experiments.rules.evidence import Recorded, Replication, ceiling, level
from eak_experiments.running.measuring import measures_of


def recorded(session: Session, experiment: Experiment, *, balanced: bool | None = None) -> Recorded:
    """What was recorded of an experiment. ``balanced`` is what a closing not kept yet says."""
    protocol, measures = protocol_of(session, experiment), measures_of(session, experiment)
    if balanced is None:
        said = closings.read(experiment.closing) if experiment.closing else None
        balanced = bool(said and said.balanced)
    keys = [each.key for each in protocol.hypotheses]
    based = all(each.baseline is not None and each.baseline_on for each in protocol.hypotheses)
    return Recorded(
        before_and_after=bool(keys) and based and _all_counted(measures, keys, "trial"),
        compared=bool(keys) and _all_counted(measures, keys, "comparison"),
        balanced=balanced,
        replications=_replications(session, experiment),
        kit=not kits.lacks(kits.read(experiment.kit)),
    )


def _all_counted(measures: Sequence[Measure], keys: Sequence[str], arm: str) -> bool:
    """Whether each hypothesis has a figure of ``arm`` with the number it is of."""
    counted = {each.hypothesis for each in measures if each.arm == arm and each.size}
    return counted.issuperset(keys)


def _replications(session: Session, experiment: Experiment) -> list[Replication]:
    own = {each.person_id for each in team(session, experiment)}
    query = select(Experiment).where(
        Experiment.origin_id == experiment.id, Experiment.stage == "closed"
    )
    return [
        Replication(
            another_team=own.isdisjoint({each.person_id for each in team(session, done)}),
            fidelity=done.fidelity,
        )
        for done in session.scalars(query).all()
    ]


def refresh(session: Session, experiment: Experiment) -> int:
    """Keep how much an experiment proves now; answers the level that is shown."""
    highest = ceiling(recorded(session, experiment))
    experiment.evidence = level(highest, experiment.lowered_to)
    session.flush()
    return experiment.evidence


def lower(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    to: int | None, reason: str,
) -> None:  # fmt: skip
    """Say that an experiment proves less than the rule gives it, with a public ``reason``.
    `Refused` for whoever would raise it."""
    require(actor, "experiments.decide", service)
    hold_account(session, actor)
    session.refresh(experiment, with_for_update=True)
    if experiment.stage != "closed" or experiment.evidence is None:
        raise Refused(_l("How much it proves is said once it is closed."))
    missing = _l("Say why: it is public.")
    reason = checked_words(reason, "reason", _l("Nothing was changed."), most=TEXT, missing=missing)
    if to is None or not 1 <= to < experiment.evidence:
        raise Invalid(
            _l("Nothing was changed."),
            {
                "level": _l(
                    "A level can be lowered, and never raised: the rule gives the highest one."
                )
            },
        )
    experiment.lowered_to, experiment.lowered_because = to, reason
    refresh(session, experiment)
    tell(session, actor, experiment, EvidenceLowered(experiment_id=experiment.id, level=to))
