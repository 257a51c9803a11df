"""Whom an organisation prefers among the ideas of a round, and the author of an idea among the
partners: seen by nobody else, and no longer to be changed once the round has ended."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from eak_core.api import (
    Actor,
    Conflict,
    Forbidden,
    Idea,
    Invalid,
    NotFound,
    Refused,
    Service,
    Session,
    _l,
    clock,
    hold_account,
    public_idea,
    publish,
    require,
)
from eak_matchmaking.events import PreferencesDeclared
from eak_matchmaking.matching.finding import asked_at, ideas_in, locked
from eak_matchmaking.matching.tables import MatchingRound, RoundIdea, Wish, WishBy
from eak_matchmaking.models import Offer, Organisation, Presence
from eak_matchmaking.offers.finding import open_offers
from eak_matchmaking.offers.offering import acting
from eak_matchmaking.organisations.finding import present, role_of

#: So many can be named in an order.
MOST_NAMED = 50
#: So many partners are offered to an author to choose among.
MOST_PARTNERS = 500


def declare(
    session: Session,
    actor: Actor,
    service: Service,
    held: MatchingRound,
    order: Sequence[int],
    refused: Collection[int],
) -> None:
    """Say which ideas the organisation that ``actor`` acts for prefers, the best liked first, and
    which it does not want at all; said anew, the last one counts.

    `Refused` where it takes no part: it is not verified, or has no open offer. `Invalid` for an
    idea that takes no part, one that is named twice, and more than `MOST_NAMED` in the order;
    `Conflict` once the round has ended.
    """
    organisation = acting(session, actor, service)
    if role_of(session, organisation.id, actor.person_id) is None:
        # Removed while it was written, and while the organisation was held by somebody else.
        raise Forbidden(_l("You no longer act for this organisation."))
    ensure_taking_part(session, service, organisation)
    held = locked(session, held)
    ensure_declaring(session, held)
    places = _places(order, refused, ideas_in(session, service.id, held))
    _keep(session, actor, held, "partner", organisation.id, places)


def declare_for_idea(
    session: Session,
    actor: Actor,
    service: Service,
    held: MatchingRound,
    idea: Idea,
    order: Sequence[int],
    refused: Collection[int],
) -> None:
    """Say which partners the author of ``idea`` prefers for it, as `declare` does. `NotFound` where
    it takes no part."""
    require(actor, "matchmaking.view_pilot", service, idea)
    hold_account(session, actor)
    held = locked(session, held)
    ensure_declaring(session, held)
    ensure_in(session, service, held, idea)
    places = _places(order, refused, partners_in(session, service.id))
    _keep(session, actor, held, "idea", idea.id, places)


def ensure_taking_part(session: Session, service: Service, organisation: Organisation) -> None:
    """Return where an organisation takes part in the rounds of a service; `Refused` otherwise."""
    presence = session.get(Presence, (service.id, organisation.id))
    if presence is None or presence.verified_at is None:
        raise Refused(
            _l(
                "Only verified partners take part: ask those who run the service to verify your"
                " organisation."
            )
        )
    theirs = select(Offer.id).where(
        *open_offers(service.id), Offer.organisation_id == organisation.id
    )
    if session.scalar(theirs.limit(1)) is None:
        raise Refused(_l("Your organisation offers nothing here at the moment: offer something."))


def ensure_declaring(session: Session, held: MatchingRound) -> None:
    """Return where preferences still count; `Conflict` otherwise."""
    if held.state != "open" or asked_at(session) >= held.closes_at:
        raise Conflict(
            _l("Nothing was changed: this round has ended, nothing is declared any more.")
        )


def ensure_in(session: Session, service: Service, held: MatchingRound, idea: Idea) -> None:
    """Return where everybody may read ``idea`` and it takes part in a round; `NotFound`
    otherwise."""
    public_idea(session, service, idea.id)
    if session.get(RoundIdea, (held.id, idea.id)) is None:
        raise NotFound(_l("This idea takes no part in this round."))


def partners_in(session: Session, service_id: int) -> Mapping[int, Organisation]:
    """The partners that take part in the rounds of a service, by their names."""
    offering = select(Offer.organisation_id).where(*open_offers(service_id))
    rows = session.scalars(
        select(Organisation)
        .join(Presence, Presence.organisation_id == Organisation.id)
        .where(
            Presence.service_id == service_id,
            Presence.verified_at.is_not(None),
            Organisation.id.in_(offering),
            *present(service_id),
        )
        .order_by(Organisation.folded, Organisation.id)
        .limit(MOST_PARTNERS)
    )
    return {each.id: each for each in rows}


def declared(session: Session, held: MatchingRound, by: WishBy, who: int) -> Mapping[int, int]:
    """What was declared: of each idea that an organisation ``who`` named, or of each organisation
    that was named for an idea ``who``, its place from 1, or 0 for those that are not wanted."""
    mine, named = (
        (Wish.organisation_id, Wish.idea_id)
        if by == "partner"
        else (Wish.idea_id, Wish.organisation_id)
    )
    rows = session.execute(
        select(named, Wish.place)
        .where(Wish.round_id == held.id, Wish.by == by, mine == who)
        .order_by(Wish.place, named)
    )
    return dict(rows.all())


def _places(
    order: Sequence[int], refused: Collection[int], known: Mapping[int, Any]
) -> dict[int, int]:
    """The place of each that is named."""
    if len(order) > MOST_NAMED:
        raise _invalid(_l("At most %(most)s can be named in an order.", most=MOST_NAMED))
    named = [*order, *refused]
    if len(set(named)) < len(named):
        raise _invalid(_l("The same one is named twice: give each one place, or refuse it."))
    if not set(named) <= known.keys():
        raise _invalid(_l("Somebody you named takes no part any more. Look at the list again."))
    return {each: place for place, each in enumerate(order, start=1)} | dict.fromkeys(refused, 0)


def _invalid(sentence: Any) -> Invalid:
    return Invalid(_l("Nothing was changed."), {"places": sentence})


def _keep(
    session: Session,
    actor: Actor,
    held: MatchingRound,
    by: WishBy,
    who: int,
    places: Mapping[int, int],
) -> None:
    mine, named = (
        ("organisation_id", "idea_id") if by == "partner" else ("idea_id", "organisation_id")
    )
    column = Wish.organisation_id if by == "partner" else Wish.idea_id
    theirs = Wish.round_id == held.id, Wish.by == by, column == who
    session.execute(delete(Wish).where(*theirs))
    rows = [
        {"round_id": held.id, "by": by, mine: who, named: each, "place": place,
         "declared_at": clock.now(), "declared_by": actor.person_id}
        for each, place in places.items()
    ]  # fmt: skip
    if rows:
        session.execute(insert(Wish), rows)
    happened = (
        PreferencesDeclared(round_id=held.id, organisation_id=who)
        if by == "partner"
        else PreferencesDeclared(round_id=held.id, idea_id=who)
    )
    publish(session, happened, service_id=held.service_id, actor_id=actor.person_id)
