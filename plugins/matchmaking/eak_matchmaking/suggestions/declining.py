"""“Not for us”: an organisation declines an idea that is suggested to it, and takes that back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update

from eak_core.api import (
    Actor,
    Idea,
    Invalid,
    Refused,
    Service,
    Session,
    _l,
    checked_words,
    clock,
    public_ideas,
    publish,
    upsert,
)
from eak_matchmaking.events import IdeaDeclined, IdeaReconsidered
from eak_matchmaking.models import Need, Organisation
from eak_matchmaking.offers.offering import acting
from eak_matchmaking.organisations.standing import ENDINGS
from eak_matchmaking.scoring.declined import REASONS
from eak_matchmaking.suggestions.tables import Decline

#: So many ideas an organisation can have declined in a service.
MOST_DECLINED = 200
#: Of the words that go with a reason, in characters.
WORDS_LENGTH = 1_000


@dataclass(frozen=True, slots=True)
class DeclinedIdea:
    """An idea that an organisation has declined, for its own members."""

    idea_id: int
    title: str
    slug: str
    reason: str
    words: str
    declined_at: datetime


def decline(
    session: Session, actor: Actor, service: Service, need: Need, reason: str, words: str = ""
) -> None:
    """Keep that the idea of ``need`` is not for the organisation that ``actor`` acts for. ``words``
    are read by its members alone. Done before, it now has this reason. `Refused` beyond
    `MOST_DECLINED`."""
    organisation = acting(session, actor, service)
    if reason not in REASONS:
        raise Invalid(_l("Nothing was changed."), {"reason": _l("Choose why.")})
    said = checked_words(words, "words", _l("Nothing was changed."), most=WORDS_LENGTH)
    values = {
        "organisation_id": organisation.id,
        "idea_id": need.idea_id,
        "service_id": service.id,
        "kind": need.kind,
        "reason": reason,
        "words": said,
        "declined_at": clock.now(),
        "declined_by": actor.person_id,
    }
    upsert(session, Decline, [values])
    here = Decline.organisation_id == organisation.id, Decline.service_id == service.id
    if (session.scalar(select(func.count()).where(*here)) or 0) > MOST_DECLINED:
        raise Refused(_l("You have declined %(most)s ideas: take one back first.",
                         most=MOST_DECLINED))  # fmt: skip
    happened = IdeaDeclined(idea_id=need.idea_id, organisation_id=organisation.id)
    publish(session, happened, service_id=service.id, actor_id=actor.person_id)


def take_back(session: Session, actor: Actor, service: Service, idea_id: int) -> None:
    """Let an idea be suggested again to the organisation that ``actor`` acts for; done before, it
    is done."""
    organisation = acting(session, actor, service)
    taken = session.scalar(
        delete(Decline)
        .where(*_row(organisation.id, idea_id), Decline.service_id == service.id)
        .returning(Decline.idea_id)
    )
    if taken is not None:
        happened = IdeaReconsidered(idea_id=idea_id, organisation_id=organisation.id)
        publish(session, happened, service_id=service.id, actor_id=actor.person_id)


def declined(session: Session, service_id: int, organisation_id: int) -> Sequence[DeclinedIdea]:
    """What an organisation has declined in a service, the latest first, of the ideas that everybody
    may read still."""
    rows = session.execute(
        select(
            Decline.idea_id, Idea.title, Idea.slug, Decline.reason, Decline.words,
            Decline.declined_at,
        )
        .join(Idea, Idea.id == Decline.idea_id)
        .where(
            Decline.organisation_id == organisation_id, Decline.service_id == service_id,
            *public_ideas(service_id),
        )
        .order_by(Decline.declined_at.desc(), Decline.idea_id)
    )  # fmt: skip
    return [DeclinedIdea(*row) for row in rows]


def _row(organisation_id: int, idea_id: int) -> tuple[ColumnElement[bool], ...]:
    return Decline.organisation_id == organisation_id, Decline.idea_id == idea_id


def end_with(
    session: Session, organisation: Organisation, into: Organisation | None = None
) -> None:
    """What an organisation declined goes over to the one it is merged into, or is forgotten."""
    theirs = Decline.organisation_id == organisation.id
    if into is not None:
        known = select(Decline.idea_id).where(Decline.organisation_id == into.id)
        moving = update(Decline).where(theirs, Decline.idea_id.not_in(known))
        session.execute(moving.values(organisation_id=into.id))
    session.execute(delete(Decline).where(theirs))


ENDINGS.append(end_with)
