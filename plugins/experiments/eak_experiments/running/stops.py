"""A stop threshold that is reached is told once to those who carry an experiment and who run the
service, and asks for a decision."""

from collections.abc import Sequence
from typing import Any, cast

from flask import url_for
from sqlalchemy import select

from eak_core.api import (
    Actor,
    Invalid,
    NotFound,
    Service,
    Session,
    _l,
    checked_text,
    clock,
    hold_account,
    insert_once,
    managers_of,
    require,
    send_mail,
)
from eak_experiments.drafting.finding import team
from eak_experiments.drafting.preparing import tell
from eak_experiments.events import StopAnswered, StopReached
from eak_experiments.manifest import plugin
from eak_experiments.models import TEXT, Experiment
from eak_experiments.protocol.document import Protocol
from eak_experiments.record import DECISIONS, Alert, Decision
from eak_experiments.rules.measure_files import Row
from eak_experiments.rules.stopping import reached


def raise_alerts(
    session: Session, actor: Actor, experiment: Experiment, protocol: Protocol,
    made: Sequence[tuple[int, Row]],
) -> None:  # fmt: skip
    """Raise what the new figures ``made`` (each with the id of its row) reach, once for each
    hypothesis. Figures of those one compares with stop nothing."""
    for number, row in sorted(made, key=lambda each: each[1].day):
        said = protocol.hypothesis(row.hypothesis)
        if said is None or row.arm != "trial":
            continue
        if not reached(row.value, said.stop, said.direction):
            continue
        values = {
            "experiment_id": experiment.id,
            "hypothesis": row.hypothesis,
            "measure_id": number,
            "raised_at": clock.now(),
            "reason": "",
        }
        if insert_once(session, Alert, values, Alert.hypothesis) is None:
            continue
        happened = StopReached(
            experiment_id=experiment.id, hypothesis=row.hypothesis, measure_id=number
        )
        tell(session, actor, experiment, happened)
        write(
            session, experiment, carrying(session, experiment),
            _l("A stop threshold is reached"),
            _l("A figure of “%(title)s” has reached its stop threshold. The experiment goes on"
               " until"
               " you decide: %(link)s", title=experiment.title,
               link=place(session, experiment, "experiments.show")),
            f"stop:{experiment.id}:{row.hypothesis}",
        )  # fmt: skip


def carrying(session: Session, experiment: Experiment) -> list[int]:
    """Those who carry an experiment, and those who run its service."""
    service = session.get_one(Service, experiment.service_id)
    referents = {each.person_id for each in team(session, experiment) if each.role == "referent"}
    return sorted(referents | {each.id for each in managers_of(session, service)})


def place(session: Session, experiment: Experiment, endpoint: str) -> str:
    """The whole address of a page of an experiment."""
    slug = session.get_one(Service, experiment.service_id).slug
    return url_for(endpoint, service_slug=slug, experiment_id=experiment.id, _external=True)


def write(
    session: Session,
    experiment: Experiment,
    people: Sequence[int],
    subject: Any,
    text: Any,
    key: str,
) -> None:
    """Write to ``people`` about an experiment, once for each ``key``."""
    for person_id in people:
        send_mail(
            session,
            plugin.name,
            person_id=person_id,
            subject=subject,
            text=text,
            dedupe_key=f"{key}:{person_id}",
            service_id=experiment.service_id,
        )


def answer(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    hypothesis: str, decision: str, reason: str,
) -> Decision:  # fmt: skip
    """Decide what follows from a stop threshold that was reached, with a public ``reason``; answers
    the decision, which whoever calls carries out."""
    require(actor, "experiments.carry", service, experiment)
    hold_account(session, actor)
    alert = session.get(Alert, (experiment.id, hypothesis), with_for_update=True)
    if alert is None or alert.answered_at is not None:
        raise NotFound(_l("Nothing waits for a decision here: somebody has decided."))
    wrong: dict[str, Any] = {}
    if decision not in DECISIONS:
        wrong["decision"] = _l("Choose how it goes on.")
    missing = _l("Say why: it is public.")
    reason = checked_text(reason, "reason", wrong, most=TEXT, missing=missing)
    if wrong:
        raise Invalid(_l("Nothing was decided."), wrong)
    alert.answered_at, alert.answered_by = clock.now(), actor.person_id
    alert.decision, alert.reason = decision, reason
    session.flush()
    decided = cast("Decision", decision)
    happened = StopAnswered(experiment_id=experiment.id, hypothesis=hypothesis, decision=decided)
    tell(session, actor, experiment, happened)
    return decided


def answer_by_closing(session: Session, actor: Actor, experiment: Experiment, reason: str) -> None:
    """Decide on what waits for a decision by a close: the experiment stops, for the ``reason`` of
    its outcome."""
    for alert in alerts(session, experiment):
        if alert.answered_at is None:
            alert.answered_at, alert.answered_by = clock.now(), actor.person_id
            alert.decision, alert.reason = "stop", reason
            answered = StopAnswered(
                experiment_id=experiment.id, hypothesis=alert.hypothesis, decision="stop"
            )
            tell(session, actor, experiment, answered)


def alerts(session: Session, experiment: Experiment) -> Sequence[Alert]:
    """The stop thresholds that were reached."""
    query = select(Alert).where(Alert.experiment_id == experiment.id).order_by(Alert.hypothesis)
    return session.scalars(query).all()
