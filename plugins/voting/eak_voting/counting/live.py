"""The provisional result of a ballot whose terms let everybody follow it (`live`).

It is counted anew at most once a minute, and kept (`Live`); pages read what is kept, through
`eak_voting.publishing.shown` alone. What it says of a ballot that hides its results until the close
is nothing, for nothing is counted there before. Secret ballots always do: two results in a row
would tell what somebody voted who came between them. In pseudonymous ones none shows before
`FEWEST` votes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete

from eak_core.api import Service, Session, clock, upsert
from eak_voting.ballots import timetable
from eak_voting.ballots.finding import is_followed, phase
from eak_voting.counting.outcome import Outcome
from eak_voting.counting.tally import Box, read_box
from eak_voting.models import Ballot, Live
from eak_voting.settings import canonical

#: A result of fewer votes would tell what single people chose.
FEWEST = 10
#: A count takes at most this part of a worker's time.
_SHARE = 1 / 50


@dataclass(frozen=True, slots=True)
class Provisional:
    """What the votes came to that stood in the box ``at`` an instant, and how long it took to count
    them; no ``outcome`` where none is shown to anybody."""

    at: datetime
    outcome: Outcome | None = None
    taken: timedelta = timedelta()


def read_open(
    session: Session, service: Service, name: str, due_at: datetime
) -> Callable[[], Provisional] | None:
    """Read the votes so far, to be counted."""
    ballot = session.get(Ballot, timetable.ballot_id_of(name))
    if ballot is None or phase(ballot) != "open":
        return None
    return computation(session, service, ballot)


def computation(session: Session, service: Service, ballot: Ballot) -> Callable[[], Provisional]:
    """What is to be counted of ``ballot``, where its terms let everybody see a provisional result.

    The lot of a tie is drawn by the hash of the terms, until the close gives its seed.
    """
    now = clock.now()
    if not is_followed(ballot) or ballot.terms_hash is None:
        return partial(Provisional, now)
    return partial(_counted, now, read_box(session, service, ballot), ballot.terms_hash)


def _counted(at: datetime, box: Box, seed: str) -> Provisional:
    started = clock.ticks()
    outcome = box.count(seed)
    return Provisional(at, outcome, timedelta(seconds=clock.ticks() - started))


def refresh_due(
    session: Session, service: Service, name: str, due_at: datetime, count: Provisional
) -> None:
    """Keep what the votes came to when they were read, and set when they are counted the next time.

    Votes that came meanwhile are in the next one: a provisional result says when it was counted.
    """
    ballot = session.get(Ballot, timetable.ballot_id_of(name))
    if ballot is None or phase(ballot) != "open":
        return
    refresh(session, ballot, count)
    timetable.next_live(session, ballot, clock.now() + max(timetable.LIVE, count.taken / _SHARE))


def refresh(session: Session, ballot: Ballot, count: Provisional) -> None:
    """Keep the provisional result of ``ballot``, where everybody may see one."""
    if count.outcome is None:
        return
    if ballot.secrecy != "public" and count.outcome.counted < FEWEST:
        forget(session, ballot)
        return
    row = {
        "ballot_id": ballot.id,
        "at": count.at,
        "result": canonical(count.outcome).decode(),
    }
    upsert(session, Live, [row])


def forget(session: Session, ballot: Ballot) -> None:
    """Delete the provisional result."""
    session.execute(delete(Live).where(Live.ballot_id == ballot.id))
