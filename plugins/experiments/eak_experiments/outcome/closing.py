"""An experiment is closed: with verdicts, costs and lessons, whatever came of it."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec
from sqlalchemy import select

from eak_core.api import (
    REASON_LENGTH,
    Actor,
    Invalid,
    Refused,
    Service,
    Session,
    _,
    _l,
    checked_text,
    clean_line,
    clock,
    ensure_unchanged,
    hold_account,
    managers_of,
    require,
    schedule,
    unschedule,
)
from eak_experiments.drafting.finding import protocol_of
from eak_experiments.drafting.fixing import note
from eak_experiments.drafting.preparing import tell
from eak_experiments.drafting.saving import MOST, today
from eak_experiments.events import Closed, FollowedUp, Replicated
from eak_experiments.manifest import plugin
from eak_experiments.models import LINE, OUTCOMES, TEXT, Experiment, Outcome
from eak_experiments.outcome.evidence import recorded, refresh
from eak_experiments.protocol import closing as closings
from eak_experiments.protocol.closing import VERDICTS, Closing
from eak_experiments.rules.dates import follow_up
from eak_experiments.rules.evidence import ceiling
from eak_experiments.running.going_on import hour_of
from eak_experiments.running.measuring import measures_of
from eak_experiments.running.starting import bring_idea
from eak_experiments.running.stops import answer_by_closing, place, write
from eak_experiments.wording import CLOSING_FAULTS

#: From these stages an experiment is closed.
CLOSABLE = ("running", "suspended", "evaluating")
#: What one finds eighteen months later.
STANDINGS = ("in_place", "partly", "gone")
#: How the steps of an experiment call it.
LEFT = {"in_place": "left_all", "partly": "left_partly", "gone": "left_gone"}


def save_part(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    step: str, values: dict[str, Any], *, seen: str | None = None,
) -> None:  # fmt: skip
    """Keep what is said in a ``step`` of the close, for those who may close it alone. `Conflict`
    where it is not what a form has ``seen``, `Invalid` for what can never be."""
    require(actor, "experiments.decide", service)
    hold_account(session, actor)
    session.refresh(experiment, with_for_update=True)
    _ensure_open(experiment)
    keys = [each.key for each in protocol_of(session, experiment).hypotheses]
    now = closings.read(experiment.closing_draft)
    wanted = _checked(msgspec.structs.replace(now, **values))
    if wanted == now:
        return
    ensure_unchanged(seen, closings.said(now, step, keys))
    experiment.closing_draft = closings.written(wanted)
    session.flush()


def lacks(session: Session, experiment: Experiment, said: Closing) -> Mapping[str, str]:
    """What keeps an experiment from being closed as ``said`` has it, by the fields of the forms;
    machine words."""
    measured = frozenset(
        each.hypothesis for each in measures_of(session, experiment) if each.arm == "trial"
    )
    protocol = protocol_of(session, experiment)
    return closings.faults(protocol, said, measured, reckoned(session, experiment, said))


def reckoned(session: Session, experiment: Experiment, said: Closing) -> int:
    """The level of evidence that it will have, closed as ``said`` has it."""
    return ceiling(recorded(session, experiment, balanced=said.balanced))


def _ensure_open(experiment: Experiment) -> None:
    if experiment.stage not in CLOSABLE:
        raise Refused(_l("Only an experiment that has started is closed, and once."))


def close(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    said: Closing, active: frozenset[str],
) -> None:  # fmt: skip
    """Close an experiment. `Invalid` names what is missing, above all lessons, and an outcome that
    claims more than what was recorded bears."""
    require(actor, "experiments.decide", service)
    hold_account(session, actor)
    session.refresh(experiment, with_for_update=True)
    _ensure_open(experiment)
    said = _checked(said)
    if wrong := lacks(session, experiment, said):
        raise Invalid(
            _l("It is not closed yet: something is missing."),
            {field: CLOSING_FAULTS[code] for field, code in wrong.items()},
        )
    experiment.stage, experiment.closed_at = "closed", clock.now()
    experiment.outcome, experiment.closing = said.outcome, closings.written(said)
    experiment.cost, experiment.closing_draft = said.cost, None
    level = refresh(session, experiment)
    note(session, actor, experiment, "closed", said.reasons)
    answer_by_closing(session, actor, experiment, said.reasons)
    _tell_origin(session, actor, experiment)
    tell(
        session, actor, experiment,
        Closed(
            experiment_id=experiment.id, outcome=cast("Outcome", said.outcome), evidence=level,
            cost=said.cost or 0, idea_id=experiment.idea_id,
        ),
    )  # fmt: skip
    schedule(
        session, plugin.name, service.id, f"follow:{experiment.id}", hour_of(follow_up(today()))
    )
    _bring_idea(session, actor, service, experiment, said, active)


def _checked(said: Closing) -> Closing:
    """``said`` cleaned; `Invalid` for what is too long or too large."""
    wrong: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for name in ("in_kind", "unintended", "lessons", "next_time", "reasons"):
        values[name] = checked_text(getattr(said, name), name, wrong, most=TEXT)
    values["decision_body"] = clean_line(said.decision_body)[:LINE]
    for name in ("cost", "sample"):
        if not 0 <= (getattr(said, name) or 0) <= MOST:
            wrong[name] = _l("Give a number from 0 to %(most)s.", most=MOST)
    if said.outcome and said.outcome not in OUTCOMES:
        wrong["outcome"] = _l("Choose the outcome.")
    if said.decided_on and said.decided_on > today():
        wrong["decided_on"] = _l("This day is in the future.")
    if any(each.verdict not in VERDICTS or len(each.effect) > TEXT for each in said.verdicts):
        wrong["outcome"] = _l("A verdict is none, or its words are too long.")
    if wrong:
        raise Invalid(_l("It is not closed yet: something is to be corrected."), wrong)
    return msgspec.structs.replace(said, **values)


def _tell_origin(session: Session, actor: Actor, experiment: Experiment) -> None:
    if experiment.origin_id is None:
        return
    origin = session.get(Experiment, experiment.origin_id, with_for_update=True)
    if origin is None:
        return
    if origin.stage == "closed":
        refresh(session, origin)
    tell(
        session, actor, origin,
        Replicated(experiment_id=origin.id, by=experiment.id, fidelity=experiment.fidelity),
    )  # fmt: skip


def _bring_idea(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    said: Closing, active: frozenset[str],
) -> None:  # fmt: skip
    """Bring the idea to its end, as far as no other experiment of it goes on; what it taught is the
    public reason of a stop."""
    others = select(Experiment.id).where(
        Experiment.idea_id == experiment.idea_id,
        Experiment.stage.in_(("running", "suspended", "evaluating")),
    )
    if experiment.idea_id is None or session.scalar(others.limit(1)) is not None:
        return
    title = experiment.title
    bring_idea(session, actor, service, experiment, active, "evaluating",
               _("Its experiment has ended: %(title)s", title=title))  # fmt: skip
    reason = said.lessons if said.outcome == "stopped" else said.reasons
    to = "experimenting" if said.outcome == "extended" else said.outcome
    bring_idea(session, actor, service, experiment, active, to, reason[:REASON_LENGTH])


def ask_again(session: Session, service: Service, name: str, due_at: Any) -> None:
    """Ask those who carried an experiment what became of it, eighteen months later."""
    experiment = session.get(Experiment, int(name.partition(":")[2]))
    if experiment is None or experiment.stage != "closed":
        return
    referents = {each.person_id for each in experiment.members if each.role == "referent"}
    people = sorted(referents | {each.id for each in managers_of(session, service)})
    link = place(session, experiment, "experiments.show")
    write(
        session, experiment, people, _l("Eighteen months later: what is left of it?"),
        _l("“%(title)s” was closed eighteen months ago. Is what it tried still there? Say so on"
           " its page:"
           " %(link)s", title=experiment.title, link=link),
        f"follow:{experiment.id}",
    )  # fmt: skip


def follow(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    standing: str, words: str,
) -> None:  # fmt: skip
    """Keep what one finds later of what an experiment tried; in public."""
    require(actor, "experiments.carry", service, experiment)
    hold_account(session, actor)
    if experiment.stage != "closed":
        raise Refused(_l("One looks again at an experiment that is closed."))
    wrong: dict[str, Any] = {}
    if standing not in STANDINGS:
        wrong["standing"] = _l("Choose what is left of it.")
    missing = _l("Say what you found, in at most %(most)s characters.", most=TEXT)
    words = checked_text(words, "words", wrong, most=TEXT, missing=missing)
    if wrong:
        raise Invalid(_l("Nothing was kept."), wrong)
    note(session, actor, experiment, LEFT[standing], words)
    # Who has looked again need not be asked.
    unschedule(session, plugin.name, service.id, f"follow:{experiment.id}")
    happened = FollowedUp(experiment_id=experiment.id, standing=cast("Any", standing))
    tell(session, actor, experiment, happened)
