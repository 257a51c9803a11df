"""An experiment whose protocol is fixed starts, and its idea is being tried."""

from eak_core.api import (
    Actor,
    Idea,
    Refused,
    Service,
    Session,
    _,
    _l,
    change_stage,
    next_stages,
    require,
)
from eak_experiments.drafting.fixing import note, proved
from eak_experiments.drafting.preparing import tell
from eak_experiments.drafting.saving import today
from eak_experiments.events import Started
from eak_experiments.models import Experiment
from eak_experiments.running.going_on import plan


def start(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    active: frozenset[str],
) -> None:  # fmt: skip
    """Start an experiment whose protocol is fixed, on its first day or later; its idea is being
    tried from then on. `Refused` before that day, after its last one, and where the protocol is not
    what was fixed any more."""
    require(actor, "experiments.decide", service)
    session.refresh(experiment, with_for_update=True)
    if experiment.stage != "fixed":
        raise Refused(_l("Only an experiment whose protocol is fixed can start."))
    now = today()
    if experiment.starts_on is None or experiment.ends_on is None or now < experiment.starts_on:
        raise Refused(_l("Its protocol has it start later. Amend the dates, or start it that day."))
    if now >= experiment.ends_on:
        raise Refused(_l("Its last day has passed. Amend the dates first, with the reason."))
    proof = proved(session, experiment)
    if not all(each.holds for each in proof):
        raise Refused(
            _l("The protocol is not what was fixed: its hash does not fit. Nothing starts.")
        )
    experiment.stage, experiment.started_on = "running", now
    note(session, actor, experiment, "started")
    last = proof[-1]
    tell(
        session, actor, experiment,
        Started(
            experiment_id=experiment.id, version=last.version, hash=last.hash,
            starts_on=now, ends_on=experiment.ends_on, idea_id=experiment.idea_id,
        ),
    )  # fmt: skip
    plan(session, experiment)
    bring_idea(session, actor, service, experiment, active, "experimenting",
               _("Its experiment has started: %(title)s", title=experiment.title))  # fmt: skip


def bring_idea(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    active: frozenset[str], to: str, reason: str,
) -> bool:  # fmt: skip
    """Bring the idea of an experiment to the stage ``to``, where its way in this service leads
    there from where it stands; otherwise it stays, and False is answered."""
    if experiment.idea_id is None:
        return False
    idea = session.get(Idea, experiment.idea_id, populate_existing=True)
    if idea is None:
        return False
    if to not in {stage.name for stage in next_stages(active, service, idea, actor)}:
        return False
    change_stage(session, actor, service, active, idea, to, reason)
    return True
