"""What people are told of ballots: those who follow one, an idea on it, or the service.

That a ballot has closed is not told by itself: its result is, or why there is none.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from eak_core.api import (
    NavItem,
    NoticeKind,
    NoticeSentence,
    Recorded,
    Service,
    Session,
    Told,
    _,
    _l,
    in_paris,
    numbered,
    period,
    tells,
)
from eak_voting.events import BallotAnnounced, BallotCancelled, BallotCounted, BallotOpened
from eak_voting.manifest import plugin
from eak_voting.models import Ballot, BallotOption

BALLOTS = NoticeKind(
    plugin,
    "ballots",
    _l("Ballots"),
    _l("A ballot is announced, opens, has its result, or is cancelled."),
)

_BALLOT = "voting.ballot"
_TOLD = (BallotAnnounced, BallotOpened, BallotCounted, BallotCancelled)


@tells(plugin, BALLOTS, *_TOLD)
def tell_of_ballot(session: Session, event: Recorded) -> Told | None:
    """Those who follow it, an idea that is on it, or the service."""
    ballot_id = event.data.ballot_id
    ballot = _public(session, event.service_id, [ballot_id]).get(ballot_id)
    if ballot is None or _is_taken_back(event):
        return None
    if isinstance(event.data, BallotAnnounced) and ballot.opens_at <= event.occurred_at:
        return None  # it opens at once, and they are told of that
    ideas = session.scalars(
        select(BallotOption.idea_id)
        .where(BallotOption.ballot_id == ballot_id, BallotOption.idea_id.is_not(None))
        .order_by(BallotOption.number)
    )
    return Told(
        followed=(
            f"{_BALLOT}:{ballot_id}",
            *(f"idea:{idea_id}" for idea_id in ideas),
            f"service:{event.service_id}",
        )
    )


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, NavItem]:
    """The ballots among ``subjects``; a draft is nothing to anybody."""
    ids = numbered(_BALLOT, subjects)
    found = _public(session, service.id, list(ids)) if ids else {}
    return {ids[each.id]: NavItem(each.title, *_place(each)) for each in found.values()}


def sentences(
    session: Session, service: Service, events: Sequence[Recorded]
) -> Iterator[tuple[int, NoticeSentence]]:
    """What people are told of the ballots among ``events``."""
    told = [each for each in events if isinstance(each.data, _TOLD) and not _is_taken_back(each)]
    ballots = _public(session, service.id, [each.data.ballot_id for each in told]) if told else {}
    for each in told:
        ballot = ballots.get(each.data.ballot_id)
        if ballot is not None:
            yield each.position, _sentence(each.data, ballot)


def _sentence(happened: Any, ballot: Any) -> NoticeSentence:
    days = (in_paris(each).date() for each in (ballot.opens_at, ballot.closes_at))
    held = _("Votes are taken %(period)s.", period=period(*days))
    match happened:
        case BallotAnnounced():
            text, detail = _("A ballot is announced: “%(title)s”", title=ballot.title), held
        case BallotOpened():
            text, detail = _("The ballot “%(title)s” is open", title=ballot.title), held
        case BallotCounted():
            text, detail = _("The result of the ballot “%(title)s”", title=ballot.title), ""
        case _:
            text = _("The ballot “%(title)s” is cancelled", title=ballot.title)
            detail = ballot.cancel_reason
    endpoint, values = _place(ballot)
    return NoticeSentence(text, endpoint, values, detail)


def _place(ballot: Any) -> tuple[str, Mapping[str, Any]]:
    return "voting.show", {"ballot_id": ballot.id, "slug": ballot.slug}


def _is_taken_back(event: Recorded) -> bool:
    return isinstance(event.data, BallotAnnounced) and event.data.withdrawn


def _public(session: Session, service_id: int, ids: Sequence[int]) -> dict[int, Any]:
    rows = session.execute(
        select(
            Ballot.id,
            Ballot.slug,
            Ballot.title,
            Ballot.opens_at,
            Ballot.closes_at,
            Ballot.cancel_reason,
        ).where(Ballot.id.in_(ids), Ballot.service_id == service_id, Ballot.state != "draft")
    )
    return {row.id: row for row in rows}
