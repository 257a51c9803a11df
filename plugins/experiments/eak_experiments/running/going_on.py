"""An experiment under way is reviewed, extended once, suspended, and comes to its end."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select

from eak_core.api import (
    Actor,
    Invalid,
    Refused,
    Service,
    Session,
    _l,
    checked_text,
    hold_account,
    in_paris,
    midnight,
    require,
    schedule,
)
from eak_experiments.drafting.fixing import note
from eak_experiments.drafting.preparing import tell
from eak_experiments.drafting.saving import today
from eak_experiments.events import Ended, Extended, Resumed, Reviewed, Suspended
from eak_experiments.manifest import plugin
from eak_experiments.models import TEXT, Experiment, Step
from eak_experiments.record import DECISIONS
from eak_experiments.rules.dates import Due, last_due, latest_extension, next_due
from eak_experiments.running.stops import carrying, place, write

#: At this hour in Paris people are reminded.
HOUR = 8


def hour_of(day: date) -> datetime:
    """The instant at which people are reminded on ``day`` (aware, UTC)."""
    return in_paris(midnight(day)).replace(hour=HOUR).astimezone(UTC)


def plan(session: Session, experiment: Experiment) -> None:
    """Let what is due next of an experiment happen by itself; what was planned before is moved."""
    assert experiment.started_on is not None
    assert experiment.ends_on is not None
    due = next_due(experiment.started_on, experiment.ends_on, today())
    if due is not None:
        at = hour_of(due.day)
        schedule(session, plugin.name, experiment.service_id, f"due:{experiment.id}", at)


def follow(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Do what is due of an experiment, once for all that was missed: remind, ask for the review, or
    end."""
    experiment = session.get(Experiment, int(name.partition(":")[2]))
    if experiment is None or experiment.stage not in ("running", "suspended"):
        return
    assert experiment.started_on is not None
    assert experiment.ends_on is not None
    plan(session, experiment)
    due = last_due(experiment.started_on, experiment.ends_on, today())
    if due is None:
        return
    if due.kind == "end":
        end(session, Actor.system(), experiment)
    subject, text = _said(experiment, due, place(session, experiment, "experiments.show"))
    key = f"due:{experiment.id}:{due.day.isoformat()}:{due.kind}"
    write(session, experiment, carrying(session, experiment), subject, text, key)


def _said(experiment: Experiment, due: Due, link: str) -> tuple[Any, Any]:
    title = experiment.title
    if due.kind == "end":
        return (
            _l("Your experiment has come to its end"),
            _l("“%(title)s” has come to its last day. What did it teach? Close it with the"
               " verdict of"
               " each hypothesis and its lessons, also if it failed: %(link)s",
               title=title, link=link),
        )  # fmt: skip
    if due.kind == "review":
        return (
            _l("Your experiment is to be reviewed"),
            _l("“%(title)s” is half way. Do the figures go where they should? Say on its page"
               " whether it"
               " goes on, and what changes: %(link)s", title=title, link=link),
        )  # fmt: skip
    return (
        _l("Your experiment: what happened this month?"),
        _l("“%(title)s”: enter the figures of the month and what you saw: %(link)s",
           title=title, link=link),
    )  # fmt: skip


def end(session: Session, actor: Actor, experiment: Experiment) -> None:
    """Let an experiment be evaluated: its last day has come, or it was stopped before."""
    experiment.stage = "evaluating"
    note(session, actor, experiment, "ended")
    tell(session, actor, experiment, Ended(experiment_id=experiment.id))


def review(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    findings: str, decision: str,
) -> None:  # fmt: skip
    """Keep what a review found, in public, and how it goes on; a stop lets the evaluation begin."""
    _hold(session, actor, service, experiment, ("running", "suspended"))
    wrong: dict[str, Any] = {}
    if decision not in DECISIONS:
        wrong["decision"] = _l("Choose how it goes on.")
    findings = _reason(findings, wrong, "findings")
    if wrong:
        raise Invalid(_l("The review was not kept."), wrong)
    note(session, actor, experiment, "reviewed", findings)
    tell(session, actor, experiment,
         Reviewed(experiment_id=experiment.id, decision=decision))  # type: ignore[arg-type]  # checked  # fmt: skip
    carry_out(session, actor, experiment, decision, findings)


def carry_out(
    session: Session, actor: Actor, experiment: Experiment, decision: str, reason: str
) -> None:
    """Do what was decided at a review, or where a stop threshold was reached."""
    if decision == "suspend" and experiment.stage == "running":
        experiment.stage = "suspended"
        note(session, actor, experiment, "suspended", reason)
        tell(session, actor, experiment, Suspended(experiment_id=experiment.id))
    elif decision == "stop" and experiment.stage in ("running", "suspended"):
        end(session, actor, experiment)


def extend(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    until: date | None, reason: str,
) -> None:  # fmt: skip
    """Let an experiment end later, by three months at most and once, with a public ``reason``; also
    one whose last day has just come. `Refused` for an extension of an extension."""
    require(actor, "experiments.decide", service)
    _hold(session, actor, service, experiment, ("running", "suspended", "evaluating"))
    if experiment.ends_on is None or extended(session, experiment):
        raise Refused(
            _l("It was extended once: that is all. What takes longer is another experiment, with a"
               " protocol of its own.")
        )  # fmt: skip
    wrong: dict[str, Any] = {}
    latest = latest_extension(experiment.ends_on)
    if until is None or not max(experiment.ends_on, today()) < until <= latest:
        wrong["until"] = _l("Give a day after the end and by %(day)s: three months at most.",
                            day=latest.strftime("%d/%m/%Y"))  # fmt: skip
    reason = _reason(reason, wrong, "reason")
    if wrong or until is None:
        raise Invalid(_l("Nothing was extended."), wrong)
    experiment.ends_on = until
    if experiment.stage == "evaluating":
        experiment.stage = "running"
    note(session, actor, experiment, "extended", reason, until)
    tell(session, actor, experiment, Extended(experiment_id=experiment.id, ends_on=until))
    plan(session, experiment)


def extended(session: Session, experiment: Experiment) -> bool:
    """Whether it was extended."""
    query = select(func.count()).where(Step.experiment_id == experiment.id, Step.kind == "extended")
    return bool(session.scalar(query))


def suspend(
    session: Session, actor: Actor, service: Service, experiment: Experiment, reason: str
) -> None:
    """Suspend an experiment, with a public ``reason``. Its last day stays."""
    _hold(session, actor, service, experiment, ("running",))
    wrong: dict[str, Any] = {}
    reason = _reason(reason, wrong, "reason")
    if wrong:
        raise Invalid(_l("Nothing was suspended."), wrong)
    carry_out(session, actor, experiment, "suspend", reason)


def resume(
    session: Session, actor: Actor, service: Service, experiment: Experiment, reason: str
) -> None:
    """Let a suspended experiment go on, with a public ``reason``."""
    _hold(session, actor, service, experiment, ("suspended",))
    wrong: dict[str, Any] = {}
    reason = _reason(reason, wrong, "reason")
    if wrong:
        raise Invalid(_l("Nothing was resumed."), wrong)
    experiment.stage = "running"
    note(session, actor, experiment, "resumed", reason)
    tell(session, actor, experiment, Resumed(experiment_id=experiment.id))


def _hold(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    stages: tuple[str, ...],
) -> None:  # fmt: skip
    require(actor, "experiments.carry", service, experiment)
    hold_account(session, actor)
    session.refresh(experiment, with_for_update=True)
    if experiment.stage not in stages:
        raise Refused(_l("This cannot be done where the experiment stands now."))


def _reason(typed: str, wrong: dict[str, Any], name: str) -> str:
    missing = _l("Write it in public words, in at most %(most)s characters.", most=TEXT)
    return checked_text(typed, name, wrong, most=TEXT, missing=missing)
