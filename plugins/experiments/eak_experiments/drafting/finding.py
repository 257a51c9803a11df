"""Finding experiments, for those who may read them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select

from eak_core.api import (
    Actor,
    Gone,
    NotFound,
    Service,
    Session,
    _l,
    hidden_reason,
    may,
    not_hidden,
)
from eak_experiments.models import NAME, Experiment, FixedProtocol, Step, Teammate
from eak_experiments.protocol.document import Protocol, read


def public(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Experiment` that keep what everybody may read in a service."""
    return (
        Experiment.service_id == service_id,
        Experiment.stage != "draft",
        not_hidden(service_id, NAME, Experiment.id),
    )


def readable(session: Session, service: Service, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep what lists show to ``actor``, their own drafts among it; what is
    hidden is in none."""
    shown = Experiment.service_id == service.id, not_hidden(service.id, NAME, Experiment.id)
    if may(actor, "experiments.decide", service):
        return shown
    if actor.person_id is None:
        return (*shown, Experiment.stage != "draft")
    own = select(Teammate.experiment_id).where(Teammate.person_id == actor.person_id)
    return (*shown, or_(Experiment.stage != "draft", Experiment.id.in_(own)))


def hidden(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep what moderators have hidden in a service."""
    return Experiment.service_id == service_id, ~not_hidden(service_id, NAME, Experiment.id)


def experiment_of(session: Session, service: Service, actor: Actor, number: int) -> Experiment:
    """The experiment ``number``. `NotFound` where ``actor`` may not read it; `Gone`, with the
    public reason, where moderators have hidden it, but for its team and those who run the
    service."""
    there = number if 0 < number < 2**31 else 0
    here = Experiment.id == there, Experiment.service_id == service.id
    found = session.scalar(select(Experiment).where(*here))
    inside = found is not None and may(actor, "experiments.log", service, found)
    if found is None or not (found.public or inside):
        raise NotFound(_l("There is no experiment at this address."))
    if not inside:
        ensure_shown(session, found)
    return found


def ensure_shown(session: Session, experiment: Experiment) -> None:
    """Return where moderators have not hidden it. `Gone` with the public reason otherwise."""
    reason = hidden_reason(session, experiment.service_id, experiment.subject)
    if reason is not None:
        raise Gone(_l("This experiment was hidden by the moderators: %(reason)s", reason=reason))


def versions(session: Session, experiment: Experiment) -> Sequence[FixedProtocol]:
    """The versions of its protocol that count, the first one first."""
    query = select(FixedProtocol).where(FixedProtocol.experiment_id == experiment.id)
    return session.scalars(query.order_by(FixedProtocol.version)).all()


def protocol_of(session: Session, experiment: Experiment) -> Protocol:
    """What its protocol says now: the draft, or the last version that counts."""
    if experiment.stage == "draft":
        return read(experiment.draft)
    last = session.scalars(
        select(FixedProtocol.document)
        .where(FixedProtocol.experiment_id == experiment.id)
        .order_by(FixedProtocol.version.desc())
        .limit(1)
    ).first()
    return read(experiment.draft if last is None else last)


def steps_of(session: Session, experiment: Experiment) -> Sequence[Step]:
    """What happened to it, in order."""
    query = select(Step).where(Step.experiment_id == experiment.id).order_by(Step.id)
    return session.scalars(query).all()


def team(session: Session, experiment: Experiment) -> Sequence[Teammate]:
    """Who carries it, and who is in its team."""
    query = select(Teammate).where(Teammate.experiment_id == experiment.id)
    return session.scalars(
        query.order_by(Teammate.role.desc(), Teammate.since, Teammate.person_id)
    ).all()


def of_idea(session: Session, service: Service, idea_id: int, actor: Actor) -> Sequence[Experiment]:
    """The experiments of an idea that ``actor`` may read, the latest first."""
    query = select(Experiment).where(
        Experiment.idea_id == idea_id, *readable(session, service, actor)
    )
    return session.scalars(query.order_by(Experiment.id.desc())).all()
