"""Finding ballots, those of ideas too, and reading what they say: phase, rules, terms."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import bindparam, or_, select

from eak_core.api import (
    Actor,
    NotFound,
    Service,
    Session,
    _l,
    clock,
    may,
    row_in,
    valid_until,
)
from eak_voting.models import Ballot, BallotOption
from eak_voting.settings import Settings, Terms, canonical, instant

#: Where a ballot stands by the clock, whether or not the worker was in time to write it down.
Phase = Literal["draft", "upcoming", "open", "closing", "counted", "cancelled"]

_settings = msgspec.json.Decoder(Settings)
_terms = msgspec.json.Decoder(Terms)
_decoded: dict[str, Terms] = {}
#: Every vote asks for the terms of its ballot, and few ballots are open at a time.
_MOST_DECODED = 64


_MISSING = _l("There is no ballot at this address.")


def ballot_of(session: Session, service: Service, ballot_id: int) -> Ballot:
    """The ballot ``ballot_id`` of this service, where it is public; `NotFound` otherwise."""
    ballot = row_in(session, service, Ballot, ballot_id, _MISSING)
    if ballot.state == "draft":
        raise NotFound(_MISSING)
    return ballot


def ballot_for(session: Session, actor: Actor, service: Service, ballot_id: int) -> Ballot:
    """As `ballot_of`; those who prepare ballots find drafts too."""
    ballot = row_in(session, service, Ballot, ballot_id, _MISSING)
    if ballot.state == "draft" and not may(actor, "voting.manage", service):
        raise NotFound(_MISSING)
    return ballot


# Put together once: a list asks for them on each page.
_STANDING = (
    select(BallotOption.idea_id, Ballot)
    .join(Ballot, Ballot.id == BallotOption.ballot_id)
    .where(
        Ballot.service_id == bindparam("service"),
        BallotOption.idea_id.in_(bindparam("ideas", expanding=True)),
        Ballot.state != "draft",
    )
    .order_by(Ballot.closes_at.desc(), Ballot.id.desc())
)
_STANDING_NOW = _STANDING.where(
    Ballot.state.in_(("announced", "open")), Ballot.closes_at > bindparam("now")
)


def ballots_of(
    session: Session, service_id: int, idea_ids: Iterable[int], *, now: bool = False
) -> dict[int, list[Ballot]]:
    """The ballots each of these ideas stands in, the latest first, in one query; only those that
    take votes ``now``, where asked."""
    at = clock.now()
    query = _STANDING_NOW if now else _STANDING
    asked = {"service": service_id, "ideas": list(idea_ids), "now": at}
    found: dict[int, list[Ballot]] = {}
    for idea_id, ballot in session.execute(query, asked):
        if ballot.state in ("announced", "open"):
            for instant in (ballot.opens_at, ballot.closes_at):
                if instant > at:
                    valid_until(instant)
        if idea_id is not None and (not now or ballot.opens_at <= at):
            found.setdefault(idea_id, []).append(ballot)
    return found


def phase(ballot: Ballot, now: datetime | None = None) -> Phase:
    """Where ``ballot`` stands at ``now``. "closing": no more votes, and no result yet."""
    if ballot.state in ("draft", "counted", "cancelled"):
        return ballot.state  # type: ignore[return-value]  # three words of both
    now = now or clock.now()
    if ballot.state == "closed" or now >= ballot.closes_at:
        return "closing"
    return "upcoming" if ballot.state == "announced" and now < ballot.opens_at else "open"


def current_ballots(session: Session, service_id: int) -> list[Ballot]:
    """What is open or comes, the nearest end first."""
    query = select(Ballot).where(
        Ballot.service_id == service_id,
        Ballot.state.in_(("announced", "open")),
        Ballot.closes_at > clock.now(),
    )
    return list(session.scalars(query.order_by(Ballot.closes_at, Ballot.id)))


def announced_ballots(session: Session, service_id: int, most: int) -> list[Ballot]:
    """At most so many ballots of this site that everybody knows of, cancelled ones too, those that
    close last first."""
    query = select(Ballot).where(
        Ballot.service_id == service_id, Ballot.state != "draft", Ballot.origin.is_(None)
    )
    ordered = query.order_by(Ballot.closes_at.desc(), Ballot.id.desc())
    return list(session.scalars(ordered.limit(most)))


def under_way(session: Session, service_id: int) -> bool:
    """Whether a ballot of the service takes votes, or waits to be closed or counted."""
    began = or_(Ballot.state != "announced", Ballot.opens_at <= clock.now())
    query = select(Ballot.id).where(
        Ballot.service_id == service_id,
        Ballot.state.in_(("announced", "open", "closed")),
        began,
    )
    return session.scalar(query.limit(1)) is not None


def asked_at(session: Session) -> datetime:
    """The instant by which a vote counts: when its request arrived, before it waited for a thread
    or for its turn among those who write."""
    now = clock.now()
    return min(session.began_at or now, now)  # a demonstration votes in the past


def settings_of(ballot: Ballot) -> Settings:
    """The rules of ``ballot``."""
    return _settings.decode(ballot.settings)


def is_followed(ballot: Ballot) -> bool:
    """Whether everybody can follow the results of ``ballot`` while people vote."""
    return settings_of(ballot).publication == "live" and ballot.secrecy != "secret"


def options_of(session: Session, ballot: Ballot) -> list[BallotOption]:
    """What can be voted for, in the order of the ballot."""
    query = select(BallotOption).where(BallotOption.ballot_id == ballot.id)
    return list(session.scalars(query.order_by(BallotOption.number)))


def terms_of(session: Session, service: Service, ballot: Ballot) -> Terms:
    """The terms of ``ballot``: the frozen ones, or before the opening what they would be now."""
    if ballot.terms_hash is not None:
        return _frozen(ballot, ballot.terms_hash)
    return Terms(
        ballot=ballot.id,
        service=service.slug,
        title=ballot.title,
        text=ballot.text,
        opens_at=instant(ballot.opens_at),
        closes_at=instant(ballot.closes_at),
        settings=settings_of(ballot),
        options=tuple(option.term for option in options_of(session, ballot)),
    )


def _frozen(ballot: Ballot, terms_hash: str) -> Terms:
    """The frozen terms, decoded once in this process: what a hash names never changes."""
    known = _decoded.get(terms_hash)
    if known is None:
        if len(_decoded) >= _MOST_DECODED:
            _decoded.clear()
        assert ballot.terms is not None
        known = _decoded[terms_hash] = _terms.decode(ballot.terms)
    return known


def written(settings: Settings) -> str:
    """``settings`` as the row keeps them."""
    return canonical(settings).decode()
