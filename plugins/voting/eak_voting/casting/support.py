"""Support for an idea outside of any ballot: one click, taken back by one click."""

from collections.abc import Iterable

from sqlalchemy import delete, select, update
from sqlalchemy.orm import aliased

from eak_core.api import (
    Actor,
    Idea,
    Refused,
    Service,
    Session,
    _l,
    clock,
    has_outcome,
    hold_account,
    insert_once,
    plugin_settings,
    public_idea,
    publish,
    require,
)
from eak_voting.events import (
    SupportGiven,
    SupportsMerged,
    SupportsTransferred,
    SupportWithdrawn,
)
from eak_voting.models import Support


def is_open(session: Session, service: Service, idea: Idea) -> bool:
    """Whether ``idea``, which is public, takes support: until its outcome, where the service does
    so at all."""
    return is_wanted(session, service) and not has_outcome(idea)


def is_wanted(session: Session, service: Service) -> bool:
    """Whether the service lets its ideas be supported."""
    return bool(plugin_settings(session, service.id, "voting")["support"])


def give(session: Session, actor: Actor, service: Service, idea: Idea) -> bool:
    """Support ``idea``; whether this is new. `Refused` where it takes no support any more."""
    require(actor, "voting.support", service)
    hold_account(session, actor)
    public_idea(session, service, idea.id)
    if not is_open(session, service, idea):
        raise Refused(_l("This idea takes no more support."))
    given = insert_once(
        session,
        Support,
        {
            "idea_id": idea.id,
            "person_id": actor.person_id,
            "service_id": service.id,
            "given_at": clock.now(),
        },
        Support.idea_id,
    )
    # Again, once it is written: to refer to the idea has waited for a merge that takes it away.
    public_idea(session, service, idea.id)
    if given is not None:
        _publish(session, actor, service, SupportGiven(idea_id=idea.id, person_id=actor.person_id))
    return given is not None


def take_back(session: Session, actor: Actor, service: Service, idea: Idea) -> bool:
    """Take one's support back, at any time; whether there was any."""
    require(actor, "voting.support", service)
    taken = session.scalar(
        delete(Support)
        .where(Support.idea_id == idea.id, Support.person_id == actor.person_id)
        .returning(Support.idea_id)
    )
    if taken is not None:
        withdrawn = SupportWithdrawn(idea_id=idea.id, person_id=actor.person_id)
        _publish(session, actor, service, withdrawn)
    return taken is not None


def merge(session: Session, service: Service, idea_id: int, into_id: int) -> None:
    """Let those who support one idea support another, each once, and say how many are new there."""
    # Both ideas are held, so nobody supports either meanwhile: to refer to one would wait.
    here, there = Support.idea_id == idea_id, aliased(Support)
    both = select(there).where(there.idea_id == into_id, there.person_id == Support.person_id)
    moved = update(Support).where(here, ~both.exists()).values(idea_id=into_id)
    added = len(session.scalars(moved.returning(Support.person_id)).all())
    left = len(session.scalars(delete(Support).where(here).returning(Support.person_id)).all())
    if added or left:
        merged = SupportsMerged(idea_id=into_id, merged_id=idea_id, added=added)
        publish(session, merged, service_id=service.id)


def transfer(session: Session, service: Service, idea_id: int, to: Service) -> None:
    """Let those who support an idea do so in the service ``to``, where it goes."""
    gone = update(Support).where(Support.idea_id == idea_id).values(service_id=to.id)
    number = len(session.scalars(gone.returning(Support.person_id)).all())
    if number:
        for place, change in ((service, -number), (to, number)):
            transferred = SupportsTransferred(idea_id=idea_id, change=change)
            publish(session, transferred, service_id=place.id)


def supported(session: Session, actor: Actor, idea_ids: Iterable[int]) -> set[int]:
    """Which of these ideas ``actor`` supports."""
    if actor.person_id is None:
        return set()
    query = select(Support.idea_id).where(
        Support.person_id == actor.person_id, Support.idea_id.in_(list(idea_ids))
    )
    return set(session.scalars(query))


def _publish(
    session: Session, actor: Actor, service: Service, happened: SupportGiven | SupportWithdrawn
) -> None:
    publish(session, happened, service_id=service.id, actor_id=actor.person_id)
