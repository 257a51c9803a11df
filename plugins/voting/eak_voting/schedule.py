"""What happens to a ballot by itself: it opens, its receipts are published, it closes, is counted.

Each function runs in a worker, once, in one transaction; it looks at the ballot as it stands, and
does nothing where there is nothing to do any more. Votes are counted before that transaction, which
writes the result where they are still those that were counted.
"""

from datetime import datetime, timedelta

from eak_core.api import Part, Service, Session, clock, on_schedule, publish
from eak_voting.ballots import timetable
from eak_voting.ballots.finding import phase
from eak_voting.casting import mixing, reminders
from eak_voting.casting.opening import open_ballot
from eak_voting.counting import live, result
from eak_voting.counting.tally import voters_of
from eak_voting.events import BallotClosed
from eak_voting.manifest import plugin
from eak_voting.transparency import protocols
from eak_voting.transparency.recording import entries_of, publish_receipts

on_schedule(plugin, "letters")(reminders.write_that_it_is_open)
on_schedule(plugin, "remind")(reminders.remind_due)
on_schedule(plugin, "reminding")(reminders.remind_due)
on_schedule(plugin, "live", reads=live.read_open)(live.refresh_due)
on_schedule(plugin, "count", reads=result.read_closed)(result.count_due)


on_schedule(plugin, "protocols", every=timedelta(hours=1))(protocols.take_in)


@on_schedule(plugin, "open")
def open_due(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Open an announced ballot whose instant has come."""
    ballot = timetable.ballot_due(session, name)
    if ballot is not None and phase(ballot) == "open":
        open_ballot(session, service, ballot)


@on_schedule(plugin, "receipts")
def publish_due(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Bring the receipts of the last minutes into the public log, where results can be followed; in
    a secret ballot, write anew what the last hours have written."""
    ballot = timetable.ballot_due(session, name)
    if ballot is None or phase(ballot) != "open":
        return  # the close publishes what remains
    if ballot.state == "open":
        publish_receipts(session, service, ballot)
        if ballot.secrecy == "secret":
            mixing.mix_late(session, ballot.id)
    timetable.next_receipts(session, ballot, clock.now())


@on_schedule(plugin, "close")
def close_due(session: Session, service: Service, name: str, due_at: datetime) -> Part | None:
    """Close a ballot for good, once nobody who came in time can still be waiting, and bring its
    receipts into the public log: those of a large one by portions, each in a transaction of its
    own, so that whoever waits to write has a turn in between."""
    ballot = timetable.ballot_due(session, name)
    if ballot is None or phase(ballot) != "closing":
        return None
    if ballot.state == "announced":  # nobody came, and no worker ran, while it was open
        open_ballot(session, service, ballot)
    if ballot.state == "open":
        voters = voters_of(session, ballot)
        ballot.state, ballot.closed_at = "closed", clock.now()
        publish(session, BallotClosed(ballot_id=ballot.id, voters=voters), service_id=service.id)
    if ballot.state != "closed":
        return None
    left = publish_receipts(session, service, ballot, last=True)
    if left:
        total = entries_of(session, ballot)
        return Part(done=total - left, total=total)
    if ballot.secrecy == "secret":
        timetable.mix_now(session, ballot)
    else:
        timetable.count_now(session, ballot)
    return None


@on_schedule(plugin, "mix")
def mix_closed(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Write all of a closed secret ballot anew, then let it be counted: in a transaction of its
    own, so that whoever waits to write has a turn after the close of a large ballot."""
    ballot = timetable.ballot_due(session, name)
    if ballot is None or ballot.state != "closed":
        return
    mixing.mix(session, ballot.id)
    timetable.count_now(session, ballot)
