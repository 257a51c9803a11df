"""The author of an idea, or those who run the service, say what is missing to try it."""

from dataclasses import dataclass, fields
from typing import Any, cast

from sqlalchemy import func, select, update

from eak_core.api import (
    Actor,
    Conflict,
    Event,
    Idea,
    Invalid,
    Refused,
    Service,
    Session,
    _l,
    checked_text,
    clock,
    ensure_unchanged,
    has_outcome,
    hold_account,
    insert_once,
    may,
    public_idea,
    publish,
    require,
)
from eak_matchmaking.events import NeedEdited, NeedMet, NeedStated, NeedWithdrawn
from eak_matchmaking.models import NAME_LENGTH, MetBecause, Need, ResourceKind
from eak_matchmaking.resources import Resource, checked_resource

#: So many things can be missing for one idea at a time.
MOST_NEEDS = 20


@dataclass(frozen=True, kw_only=True)
class NeedTerms(Resource):
    """What is missing, as it was typed."""

    what: str


def said(need: Need) -> dict[str, Any]:
    """What is said to be missing, by the names of `NeedTerms`."""
    return {each.name: getattr(need, each.name) for each in fields(NeedTerms)}


def may_state(actor: Actor, service: Service, idea: Idea) -> bool:
    """Whether ``actor`` may say what ``idea`` needs: its author, and those who run the service, as
    long as it has no outcome."""
    if has_outcome(idea):
        return False
    return may(actor, "matchmaking.run", service) or may(
        actor, "matchmaking.state_need", service, idea
    )


def require_stating(actor: Actor, service: Service, idea: Idea) -> None:
    """Return where `may_state` says yes; otherwise the refusal says why not."""
    if not may(actor, "matchmaking.run", service):
        require(actor, "matchmaking.state_need", service, idea)
    if has_outcome(idea):
        raise Refused(_l("This idea has come to its outcome: it needs nothing any more."))


def state(
    session: Session,
    actor: Actor,
    service: Service,
    idea: Idea,
    terms: NeedTerms,
    *,
    form_key: str | None = None,
) -> Need:
    """Say that something is missing to try ``idea``. A second call with the same ``form_key``
    corrects the first one's. `Invalid` names each field that is wrong; `Refused` beyond
    `MOST_NEEDS`."""
    require_stating(actor, service, idea)
    hold_account(session, actor)
    values = checked(terms)
    # One after the other: two at once could exceed the limit, and one could wait for a merge or a
    # transfer that takes the idea away.
    session.refresh(idea, with_for_update=True)
    public_idea(session, service, idea.id)
    row = values | {
        "service_id": service.id,
        "idea_id": idea.id,
        "stated_at": clock.now(),
        "stated_by": actor.person_id,
        "met_because": "",
        "form_key": form_key,
    }
    need_id = insert_once(session, Need, row, Need.id)
    if need_id is None:
        first = session.scalars(
            select(Need).filter_by(stated_by=actor.person_id, form_key=form_key)
        ).one()
        if first.idea_id != idea.id:
            raise Conflict(_l("This form was already sent, for another idea. Nothing was saved."))
        edit_need(session, actor, service, idea, first, terms)
        return first
    _ensure_not_too_many(session, idea.id)
    _tell(session, actor, NeedStated(need_id=need_id, idea_id=idea.id, kind=values["kind"]), idea)
    return session.get_one(Need, need_id)


def edit_need(
    session: Session,
    actor: Actor,
    service: Service,
    idea: Idea,
    need: Need,
    terms: NeedTerms,
    *,
    seen: str | None = None,
) -> None:
    """Change what is said to be missing. `Refused` where it is met or withdrawn; `Conflict` where
    that is not what a form has ``seen`` any more."""
    require_stating(actor, service, idea)
    hold_account(session, actor)
    values = checked(terms)
    session.refresh(need, with_for_update=True)
    if need.withdrawn_at is not None or need.met_at is not None:
        raise Refused(_l("This need is met or withdrawn: it can no longer be changed."))
    if all(getattr(need, name) == value for name, value in values.items()):
        return
    ensure_unchanged(seen, said(need))
    for name, value in values.items():
        setattr(need, name, value)
    need.edited_at = clock.now()
    session.flush()
    _tell(session, actor, NeedEdited(need_id=need.id, idea_id=idea.id), idea)


def withdraw_need(session: Session, actor: Actor, service: Service, idea: Idea, need: Need) -> None:
    """Say that it is not needed after all: it is shown nowhere any more. `Refused` where it is
    met."""
    require_stating(actor, service, idea)
    hold_account(session, actor)
    if _settle(session, need, withdrawn_at=clock.now()):
        _tell(session, actor, NeedWithdrawn(need_id=need.id, idea_id=idea.id), idea)
    elif need.withdrawn_at is None:
        raise Refused(_l("This need is met: it stays, with what met it."))


def say_met(session: Session, actor: Actor, service: Service, idea: Idea, need: Need) -> None:
    """Say that it is no longer missing, for the author or those who run the service."""
    require_stating(actor, service, idea)
    hold_account(session, actor)
    mark_met(session, actor, need, "said")


def mark_met(session: Session, actor: Actor, need: Need, because: MetBecause) -> None:
    """Keep that a need is met, and say so; done before, it is done. Whoever calls it has asked
    whether ``actor`` may: a pilot that brings it meets it without its author. `Refused` where it
    was withdrawn."""
    if _settle(session, need, met_at=clock.now(), met_because=because):
        happened = NeedMet(need_id=need.id, idea_id=need.idea_id, because=because)
        publish(session, happened, service_id=need.service_id, actor_id=actor.person_id)
    elif need.withdrawn_at is not None:
        raise Refused(_l("This need was withdrawn."))


def miss_again(session: Session, need_id: int) -> None:
    """Keep that what a pilot brought is missing again, now that the pilot has ended, and say so;
    nothing where somebody else has found it meanwhile."""
    need = session.scalar(
        update(Need)
        .where(Need.id == need_id, Need.met_because == "pilot", Need.withdrawn_at.is_(None))
        .values(met_at=None, met_because="")
        .returning(Need)
    )
    if need is not None:
        session.refresh(need)
        happened = NeedStated(
            need_id=need.id, idea_id=need.idea_id, kind=cast("ResourceKind", need.kind)
        )
        publish(session, happened, service_id=need.service_id)


def checked(terms: NeedTerms) -> dict[str, Any]:
    """The columns of what is missing. `Invalid` with all that is wrong."""
    wrong: dict[str, Any] = {}
    values = checked_resource(terms, wrong)
    values["what"] = checked_text(terms.what, "what", wrong, most=NAME_LENGTH, line=True)
    if not values["what"]:
        wrong["what"] = _l("Say in a few words what is missing.")
    if wrong:
        raise Invalid(_l("Nothing was changed."), wrong)
    return values


def _settle(session: Session, need: Need, **values: Any) -> bool:
    """Keep what became of an open need; False where something did before."""
    settled = session.scalar(
        update(Need)
        .where(Need.id == need.id, Need.met_at.is_(None), Need.withdrawn_at.is_(None))
        .values(values)
        .returning(Need.id)
    )
    session.refresh(need)
    return settled is not None


def _ensure_not_too_many(session: Session, idea_id: int) -> None:
    going_on = Need.idea_id == idea_id, Need.met_at.is_(None), Need.withdrawn_at.is_(None)
    if (session.scalar(select(func.count()).where(*going_on)) or 0) > MOST_NEEDS:
        raise Refused(
            _l("%(most)s things are missing already: withdraw one that is not needed any more.",
               most=MOST_NEEDS)
        )  # fmt: skip


def _tell(session: Session, actor: Actor, happened: Event, idea: Idea) -> None:
    publish(session, happened, service_id=idea.service_id, actor_id=actor.person_id)
