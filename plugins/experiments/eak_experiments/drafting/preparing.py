"""An experiment is prepared: from an accepted idea, or directly; saved step by step."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, select

from eak_core.api import (
    Actor,
    Conflict,
    Event,
    Idea,
    Refused,
    Service,
    Session,
    _l,
    clock,
    ensure_unchanged,
    follow_by_default,
    has_outcome,
    hold_account,
    idea_labels,
    insert_once,
    may,
    public_idea,
    publish,
    require,
    upsert,
)
from eak_experiments.drafting.saving import checked, ensure_room
from eak_experiments.events import Discarded, Drafted, MemberJoined, MemberLeft
from eak_experiments.models import NAME, Experiment, MemberRole, Teammate
from eak_experiments.protocol import document, steps
from eak_experiments.protocol.document import Protocol

#: So many drafts one person may have in a service at a time.
MOST_DRAFTS = 20
#: So many people are in a team at most.
MOST_TEAM = 30
#: From these stages on an idea can be tried.
_TOO_EARLY = ("draft", "submitted", "screening")


def may_prepare(actor: Actor, service: Service) -> bool:
    """Whether ``actor`` may prepare experiments: agents, and those who run the service."""
    return may(actor, "experiments.draft", service) or may(actor, "experiments.decide", service)


def may_try(actor: Actor, service: Service, idea: Idea) -> bool:
    """Whether ``actor`` may prepare an experiment of ``idea``: accepted, and without an outcome."""
    ready = idea.stage not in _TOO_EARLY and not has_outcome(idea)
    return ready and may_prepare(actor, service)


def prepare(
    session: Session,
    actor: Actor,
    service: Service,
    title: str,
    challenge: str = "",
    idea: Idea | None = None,
    *,
    partners: Sequence[str] = (),
    form_key: str | None = None,
) -> Experiment:
    """Begin the protocol of an experiment; whoever does is its referent. A second call with the
    same ``form_key`` answers what the first one began. `Refused` for an idea that is not accepted,
    and beyond `MOST_DRAFTS`."""
    if not may_prepare(actor, service):
        require(actor, "experiments.draft", service)
    hold_account(session, actor)
    if idea is not None and not may_try(actor, service, idea):
        raise Refused(
            _l("This idea cannot be tried: it is not accepted, or has its outcome already.")
        )
    values = checked(session, {"title": title, "challenge": challenge})
    labels = idea_labels(session, [idea.id])[idea.id] if idea is not None else None
    subjects = tuple(sorted(labels.subjects)) if labels is not None else ()
    protocol = Protocol(**values, subjects=subjects)
    for name in partners:
        item = checked(session, {"name": name})
        protocol = document.put_item(protocol, "partners", None, item)
    row = {
        "service_id": service.id,
        "idea_id": idea.id if idea else None,
        "stage": "draft",
        "title": protocol.title,
        "communes": "",
        "draft": document.written(protocol),
        "created_at": clock.now(),
        "created_by": actor.person_id,
        "form_key": form_key,
    }
    number = insert_once(session, Experiment, row, Experiment.id)
    if number is None:
        again = select(Experiment).filter_by(created_by=actor.person_id, form_key=form_key)
        return session.scalars(again).one()
    if idea is not None:
        # Again, once it is written: to refer to the idea has waited for whoever takes it away.
        public_idea(session, service, idea.id)
    own = Experiment.created_by == actor.person_id, Experiment.stage == "draft"
    if (session.scalar(select(func.count()).where(*own)) or 0) > MOST_DRAFTS:
        raise Refused(_l("You prepare %(most)s experiments already: fix one or throw one away.",
                         most=MOST_DRAFTS))  # fmt: skip
    experiment = session.get_one(Experiment, number)
    tell(session, actor, experiment, Drafted(experiment_id=number, idea_id=experiment.idea_id))
    if actor.person_id is not None:
        follow_by_default(session, service.id, f"{NAME}:{number}", actor.person_id)
        _let_in(session, actor, experiment, actor.person_id, "referent")
    return experiment


def save_step(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    step: str, values: dict[str, Any], *, seen: str | None = None,
) -> None:  # fmt: skip
    """Save the fields of ``step``. `Conflict` where they are not what a form has ``seen``."""
    wanted = checked(session, values, service.id)

    def change(protocol: Protocol) -> Protocol:
        now = steps.said(protocol, step)
        if now != wanted:
            ensure_unchanged(seen, now)
        return msgspec.structs.replace(protocol, **wanted)

    _save(session, actor, service, experiment, change)


def save_item(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    step: str, key: str | None, values: dict[str, Any], *, seen: str | None = None,
) -> None:  # fmt: skip
    """Save the item ``key`` of the list ``step``; None adds one."""
    wanted = checked(session, values, service.id)

    def change(protocol: Protocol) -> Protocol:
        ensure_room(protocol, step, key)
        now = steps.said_of(protocol, step, key) if key else None
        if now is not None and now != wanted:
            ensure_unchanged(seen, now)
        return document.put_item(protocol, step, key, wanted)

    _save(session, actor, service, experiment, change)


def remove_item(
    session: Session, actor: Actor, service: Service, experiment: Experiment, step: str, key: str
) -> None:
    """Take an item out of the list ``step``."""
    _save(
        session, actor, service, experiment,
        lambda protocol: document.without_item(protocol, step, key),
    )  # fmt: skip


def _save(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    change: Callable[[Protocol], Protocol],
) -> None:  # fmt: skip
    require(actor, "experiments.carry", service, experiment)
    hold_account(session, actor)
    session.refresh(experiment, with_for_update=True)
    if experiment.stage != "draft":
        raise Conflict(
            _l("The protocol is fixed: it changes by amendments alone, each with its reason.")
        )
    before = document.read(experiment.draft)
    after = change(before)
    if after == before:
        return
    repeat(experiment, after)
    experiment.draft = document.written(after)
    session.flush()
    tell(
        session, actor, experiment, Drafted(experiment_id=experiment.id, idea_id=experiment.idea_id)
    )


def repeat(experiment: Experiment, protocol: Protocol) -> None:
    """Keep what lists ask for beside the document."""
    experiment.title = protocol.title
    experiment.communes = f" {' '.join(protocol.communes)} " if protocol.communes else ""
    experiment.starts_on = protocol.starts_on
    experiment.ends_on = protocol.ends_on


def discard(session: Session, actor: Actor, service: Service, experiment: Experiment) -> None:
    """Throw a draft away. `Conflict` where it is fixed: it is public then and stays."""
    require(actor, "experiments.carry", service, experiment)
    session.refresh(experiment, with_for_update=True)
    if experiment.stage != "draft":
        raise Conflict(_l("The protocol is fixed and public: it stays."))
    tell(session, actor, experiment, Discarded(experiment_id=experiment.id))
    session.execute(delete(Experiment).where(Experiment.id == experiment.id))
    session.expunge(experiment)


def enter(
    session: Session, actor: Actor, experiment: Experiment, person_id: int, role: MemberRole
) -> None:
    """Let a person into the team. Whoever calls has asked whether they may. `Refused` beyond
    `MOST_TEAM`."""
    session.refresh(experiment, with_for_update=True)
    count = select(func.count()).where(Teammate.experiment_id == experiment.id)
    if (session.scalar(count) or 0) >= MOST_TEAM:
        raise Refused(_l("The team has %(most)s people: that is enough.", most=MOST_TEAM))
    _let_in(session, actor, experiment, person_id, role)


def leave(
    session: Session, actor: Actor, service: Service, experiment: Experiment, person_id: int
) -> None:
    """Let a person be no longer in the team. `Refused` for the last referent."""
    if person_id != actor.person_id:
        require(actor, "experiments.carry", service, experiment)
    session.refresh(experiment, with_for_update=True)
    member = session.get(Teammate, (experiment.id, person_id))
    if member is None:
        return
    referents = [each for each in experiment.members if each.role == "referent"]
    if member.role == "referent" and len(referents) == 1:
        raise Refused(_l("An experiment needs a referent: name another one first."))
    remove(session, actor, experiment, member)


def remove(session: Session, actor: Actor, experiment: Experiment, member: Teammate) -> None:
    """Take a person out of the team, whoever is left."""
    person_id = member.person_id
    session.delete(member)
    session.flush()
    tell(session, actor, experiment, MemberLeft(experiment_id=experiment.id, person_id=person_id))
    session.expire(experiment, ["members"])


def _let_in(
    session: Session, actor: Actor, experiment: Experiment, person_id: int, role: MemberRole
) -> None:
    key = {"experiment_id": experiment.id, "person_id": person_id}
    upsert(session, Teammate, [{**key, "role": role, "since": clock.now()}])
    session.expire(experiment, ["members"])
    tell(session, actor, experiment,
         MemberJoined(experiment_id=experiment.id, person_id=person_id, role=role))  # fmt: skip


def tell(session: Session, actor: Actor, experiment: Experiment, happened: Event) -> None:
    """Publish what ``actor`` did with an experiment."""
    publish(session, happened, service_id=experiment.service_id, actor_id=actor.person_id)
