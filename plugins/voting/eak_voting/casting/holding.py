"""Holding a ballot open: it takes votes, and nobody closes it before the transaction ends."""

from sqlalchemy import bindparam, select

from eak_core.api import EakError, Service, Session, _l
from eak_voting.ballots.finding import asked_at, phase
from eak_voting.casting.box import Box, box_of
from eak_voting.casting.opening import open_ballot
from eak_voting.models import Ballot

_ballots = Ballot.__table__
_hold = (
    select(_ballots.c.state, _ballots.c.version_id, _ballots.c.closes_at)
    .where(_ballots.c.id == bindparam("ballot_id"))
    .with_for_update(read=True)
)


class NotOpen(EakError):
    """The ballot takes no votes; nothing was recorded."""

    status = 409


class TooLate(NotOpen):
    """The ballot is closed."""


class TooEarly(NotOpen):
    """The ballot is not open yet."""


def hold_open(session: Session, service: Service, ballot: Ballot) -> Box:
    """The box of ``ballot``, which takes votes and cannot be closed before this transaction ends;
    `TooLate` or `TooEarly` where it takes none.

    What counts is when the request arrived, before it waited for a thread or for its turn; the
    close waits for those (`eak_voting.ballots.timetable.GRACE`).
    """
    if ballot.state == "announced" and phase(ballot, asked_at(session)) == "open":
        open_ballot(session, service, ballot)  # the worker is late: whoever comes first opens it
    held = session.connection().execute(_hold, {"ballot_id": ballot.id}).one()
    if tuple(held) != (ballot.state, ballot.version_id, ballot.closes_at):
        session.refresh(ballot)
    require_open(session, ballot)
    return box_of(session, service, ballot)


def require_open(session: Session, ballot: Ballot) -> None:
    """Return where ``ballot`` was open when what ``session`` works for arrived; `TooLate` or
    `TooEarly` otherwise."""
    stands = phase(ballot, asked_at(session))
    if ballot.state == "closed" or stands in ("closing", "counted"):
        raise TooLate(_l("This ballot is closed: your vote was not recorded."))
    if stands == "cancelled":
        raise TooLate(_l("This ballot was cancelled: your vote was not recorded."))
    if stands != "open":
        raise TooEarly(_l("This ballot is not open yet: your vote was not recorded."))
