"""Unusual bursts of votes: noticed and shown to managers, never discarded in silence.

Votes are counted per network and hour (`Activity`), under a key of the ballot, so that no address
is stored. In public and pseudonymous ballots a vote keeps the group it came in until the count, so
that a manager can exclude a group, with a public reason (`eak_voting.casting.exclusions`); in
secret ones nothing is kept that would lead to a vote, and a burst can only be published with the
result.

A group is a burst from `LEAST` votes on, where there are at least `TIMES` as many as usual in this
ballot, or where half of them came from accounts younger than `YOUNG`. What is usual is the median
of the ballot's other groups. A library on the evening of a debate is a burst too: it is for people
to say what one means, and the rule says nothing of what was voted.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, text, update

from eak_core.api import Actor, Prepared, Service, Session, UTCDateTime, clock, person_since, upsert
from eak_voting.ballots.timetable import hour_of
from eak_voting.models import Activity, Ballot, Paper

#: Votes of one network in one hour, below which nothing is unusual.
LEAST = 20
#: How many times as many as in the other groups are.
TIMES = 5
#: Accounts younger than this are new.
YOUNG = timedelta(hours=24)


_note = Prepared(
    text(
        "INSERT INTO voting_activity (ballot_id, hour, source, votes, young)"
        " VALUES (:ballot_id, :hour, :source, 1, :young) ON CONFLICT (ballot_id, hour, source)"
        " DO UPDATE SET votes = voting_activity.votes + 1, young = voting_activity.young + :young"
    ).bindparams(bindparam("hour", type_=UTCDateTime()))
)


@dataclass(frozen=True, slots=True)
class Burst:
    """``votes`` came from one network in the hour that began at ``hour``, ``young`` of them from
    new accounts. ``number`` counts the bursts of a ballot from 1 in the order of time; ``group``
    names the network in this hour, and means nothing after the count."""

    number: int
    hour: datetime
    votes: int
    young: int
    group: str

    @property
    def until(self) -> datetime:
        """The end of its hour."""
        return self.hour + timedelta(hours=1)


def note(session: Session, ballot: Ballot, actor: Actor, source: str | None) -> None:
    """Count a first vote of ``actor`` that came from the network ``source``."""
    name = group(ballot, source)
    if name is not None:
        row = {
            "ballot_id": ballot.id,
            "hour": hour_of(clock.now()),
            "source": name,
            "young": int(_is_young(session, actor)),
        }
        _note.run(session.connection(), row)


def group(ballot: Ballot, source: str | None) -> str | None:
    """The name of the group of votes that come from ``source`` in this hour."""
    if source is None:
        return None
    text = f"source\0{source}\0{hour_of(clock.now()).isoformat()}"
    return hmac.new(bytes.fromhex(ballot.key), text.encode(), hashlib.sha256).hexdigest()


def bursts_of(session: Session, ballot: Ballot) -> list[Burst]:
    """The bursts of ``ballot``, in the order of time; after the count, those that it had."""
    found = _large(session, ballot)
    return found if ballot.state == "counted" else _unusual(session, ballot, found)


def is_unusual(votes: int, young: int, usual: int) -> bool:
    """Whether ``votes`` of one network in one hour, ``young`` of them from new accounts, are a
    burst where ``usual`` votes are usual."""
    return votes >= LEAST and (votes >= TIMES * usual or 2 * young >= votes)


def ballots_with_bursts(session: Session, service: Service) -> list[Ballot]:
    """The ballots of ``service`` that are not counted yet and have a burst."""
    query = select(Ballot).where(
        Ballot.service_id == service.id,
        Ballot.state.in_(("open", "closed")),
        Ballot.id.in_(select(Activity.ballot_id).where(Activity.votes >= LEAST)),
    )
    found = session.scalars(query.order_by(Ballot.closes_at, Ballot.id)).all()
    return [ballot for ballot in found if bursts_of(session, ballot)]


def settle(session: Session, ballot: Ballot) -> None:
    """With the count, keep of the activity the bursts alone, under names that mean nothing, and
    cut votes from their networks. The caller holds the row of ``ballot``."""
    kept = [
        {
            "ballot_id": ballot.id,
            "hour": burst.hour,
            "source": secrets.token_hex(32),
            "votes": burst.votes,
            "young": burst.young,
        }
        for burst in _unusual(session, ballot, _large(session, ballot))
    ]
    forget(session, ballot)
    upsert(session, Activity, kept)


def forget(session: Session, ballot: Ballot) -> None:
    """Delete all that is kept of networks."""
    session.execute(delete(Activity).where(Activity.ballot_id == ballot.id))
    session.execute(
        update(Paper)
        .where(Paper.ballot_id == ballot.id, Paper.source.is_not(None))
        .values(source=None)
    )


def _large(session: Session, ballot: Ballot) -> list[Burst]:
    query = select(Activity.hour, Activity.votes, Activity.young, Activity.source).where(
        Activity.ballot_id == ballot.id, Activity.votes >= LEAST
    )
    rows = session.execute(query.order_by(Activity.hour, Activity.source))
    return [Burst(number, *row) for number, row in enumerate(rows, 1)]


def _unusual(session: Session, ballot: Ballot, groups: Sequence[Burst]) -> list[Burst]:
    if not groups:
        return []
    middle = _middle(session, ballot)
    unusual = [
        each for each in groups if is_unusual(each.votes, each.young, _usual(each.votes, middle))
    ]
    return [replace(each, number=number) for number, each in enumerate(unusual, 1)]


def _is_young(session: Session, actor: Actor) -> bool:
    since = person_since(session, actor.person_id) if actor.person_id is not None else None
    return since is not None and clock.now() - since < YOUNG


def _middle(session: Session, ballot: Ballot) -> Sequence[int]:
    """Of the sizes of all groups in their order, the two that the median of all but one can be."""
    sizes = select(Activity.votes).where(Activity.ballot_id == ballot.id)
    groups = session.scalar(select(func.count()).select_from(sizes.subquery())) or 0
    if groups < 2:
        return []
    query = sizes.order_by(Activity.votes).offset((groups - 2) // 2).limit(2)
    return session.scalars(query).all()


def _usual(votes: int, middle: Sequence[int]) -> int:
    """The (lower) median of the groups but for one of ``votes``; 1 where there is no other."""
    if not middle:
        return 1
    before, after = middle
    return after if votes <= before else before
