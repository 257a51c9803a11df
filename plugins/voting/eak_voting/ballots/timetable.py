"""When things happen to a ballot by themselves: opening, publishing receipts, reminding, closing.

Only instants are set here; what happens then is in `eak_voting.schedule`. A worker that is late
changes nothing for voters: pages and casting go by the clock.
"""

from datetime import datetime, timedelta

from eak_core.api import Session, clock, schedule, unschedule
from eak_voting.ballots.finding import settings_of
from eak_voting.ballots.preparing import locked
from eak_voting.manifest import plugin
from eak_voting.models import Ballot

#: How long after its close a ballot is closed for good. What arrived before the close may still be
#: waiting for its turn: for a thread at most fifteen seconds, then for a lock at most ten, the
#: limits of the server and of the database session.
GRACE = timedelta(seconds=30)
#: How often receipts enter the public log while results can be followed; those of other ballots
#: wait for the close.
RECEIPTS = timedelta(minutes=1)
#: How often what secret votes have written is written anew, on the hour, as the register has it.
MIXING = timedelta(hours=1)

#: Nearer to the close nobody is reminded any more.
LAST_REMINDER = timedelta(minutes=20)
#: How often a provisional result is counted at most.
LIVE = timedelta(minutes=1)

_KINDS = ("open", "receipts", "letters", "live", "remind", "reminding", "close", "mix", "count")


def plan(session: Session, ballot: Ballot, remind_before: timedelta) -> None:
    """Set the instants of a ballot that was announced."""
    _at(session, ballot, "open", ballot.opens_at)
    # Nobody is reminded of what they were told to be open a moment ago.
    next_reminder(
        session, ballot, remind_before, ballot.opens_at + (ballot.closes_at - ballot.opens_at) / 4
    )
    _at(session, ballot, "close", ballot.closes_at + GRACE)
    next_receipts(session, ballot, max(ballot.opens_at, clock.now()))
    if settings_of(ballot).publication == "live" and ballot.secrecy != "secret":
        next_live(session, ballot, max(ballot.opens_at, clock.now()) + LIVE)


def next_receipts(session: Session, ballot: Ballot, after: datetime) -> None:
    """Set when receipts enter the public log the next time before the close, or secret votes are
    written anew."""
    if ballot.secrecy == "secret":
        _at(session, ballot, "receipts", hour_of(after) + MIXING)
    elif settings_of(ballot).publication == "live":
        _at(session, ballot, "receipts", after + RECEIPTS)


def next_live(session: Session, ballot: Ballot, due: datetime) -> None:
    """Set when the provisional result is counted the next time."""
    _at(session, ballot, "live", due)


def next_reminder(session: Session, ballot: Ballot, before: timedelta, after: datetime) -> bool:
    """Set when people are reminded the next time: ``before`` the close, or half, a quarter … of
    that, whichever comes first ``after`` this instant. False where the close is too near."""
    while ballot.closes_at - before < after and before >= LAST_REMINDER:
        before /= 2
    if before < LAST_REMINDER:
        return False
    _at(session, ballot, "remind", ballot.closes_at - before)
    return True


def letters_now(session: Session, ballot: Ballot) -> None:
    """Let those be written to who asked for it, now that ``ballot`` is open."""
    _at(session, ballot, "letters", clock.now())


def remind_now(session: Session, ballot: Ballot) -> None:
    """Let the rest of many reminders follow, whatever moves the next ones meanwhile."""
    _at(session, ballot, "reminding", clock.now())


def mix_now(session: Session, ballot: Ballot) -> None:
    """Let all votes of a closed secret ballot be written anew."""
    _at(session, ballot, "mix", clock.now())


def count_now(session: Session, ballot: Ballot) -> None:
    """Let a closed ballot be counted."""
    _at(session, ballot, "count", clock.now())


def forget(session: Session, ballot: Ballot) -> None:
    """Let nothing more happen to ``ballot`` by itself."""
    for kind in _KINDS:
        unschedule(session, plugin.name, ballot.service_id, f"{kind}:{ballot.id}")


def hour_of(at: datetime) -> datetime:
    """The hour that ``at`` lies in: the finest time that register and events of votes know."""
    return at.replace(minute=0, second=0, microsecond=0)


def ballot_id_of(name: str) -> int:
    """The ballot that a scheduled ``name`` is about."""
    return int(name.partition(":")[2])


def ballot_due(session: Session, name: str) -> Ballot | None:
    """The same ballot, locked; None where it is gone."""
    ballot = session.get(Ballot, ballot_id_of(name))
    return locked(session, ballot) if ballot is not None else None


def _at(session: Session, ballot: Ballot, kind: str, due: datetime) -> None:
    schedule(session, plugin.name, ballot.service_id, f"{kind}:{ballot.id}", due)
