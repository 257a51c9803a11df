"""The result of a closed ballot: counted with no transaction open, then kept where its votes are
those that were counted still.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from eak_core.api import Moved, Service, Session, clock, publish, unschedule
from eak_voting.ballots import timetable
from eak_voting.casting import bursts, exclusions
from eak_voting.counting import live
from eak_voting.counting.outcome import Outcome
from eak_voting.counting.tally import Box, read_box
from eak_voting.events import BallotCounted
from eak_voting.manifest import plugin
from eak_voting.models import Ballot
from eak_voting.settings import canonical, digest
from eak_voting.transparency import log
from eak_voting.transparency.recording import record
from eak_voting.transparency.records import CountedLeaf


@dataclass(frozen=True, slots=True)
class Counted:
    """What a ``box`` comes to, with the ``seed`` of its lots: the ``result`` (canonical JSON) and
    the hash of the votes."""

    box: Box
    seed: str
    outcome: Outcome
    result: bytes
    ballots_hash: str


def read_closed(
    session: Session, service: Service, name: str, due_at: datetime
) -> Callable[[], Counted] | None:
    """Read a closed ballot, to be counted."""
    ballot = session.get(Ballot, timetable.ballot_id_of(name))
    if ballot is None or ballot.state != "closed":
        return None
    # Nothing gives an imported ballot a seed that nobody chose: everybody gets the same one there.
    seed = log.head(session, service.id).root.hex() if ballot.origin is None else ballot.terms_hash
    assert seed is not None
    return partial(counted, read_box(session, service, ballot), seed)


def count_at_once(session: Session, service: Service, ballot_id: int) -> None:
    """Count a closed ballot here and now, for commands: as a worker would, with no transaction open
    meanwhile. ``session`` is in none, and what is written is committed.
    """
    name, now = f"count:{ballot_id}", clock.now()
    session.writes = False
    compute = read_closed(session, service, name, now)
    session.rollback()
    session.writes = True
    if compute is None:
        return  # a worker was faster
    count = compute()
    count_due(session, service, name, now, count)
    unschedule(session, plugin.name, service.id, name)
    session.commit()


def count_due(
    session: Session, service: Service, name: str, due_at: datetime, count: Counted
) -> None:
    """Publish the result of a closed ballot, where it is that of its votes still."""
    ballot = timetable.ballot_due(session, name)
    if ballot is None or ballot.state != "closed":
        return
    keep_result(session, service, ballot, count)
    assert ballot.terms_hash is not None
    assert ballot.ballots_hash is not None
    assert ballot.result_hash is not None
    if ballot.origin is None:  # what is voted elsewhere stands in no log of this site
        leaf = CountedLeaf(
            ballot=ballot.id,
            terms=ballot.terms_hash,
            ballots=ballot.ballots_hash,
            result=ballot.result_hash,
        )
        record(session, service, [leaf])
        ballot.checkpoint = log.signed_head(session, service.id)
    event = BallotCounted(
        ballot_id=ballot.id, conclusive=count.outcome.conclusive, result_hash=ballot.result_hash
    )
    imported_by = ballot.created_by if ballot.origin is not None else None
    publish(session, event, service_id=service.id, actor_id=imported_by)


def counted(box: Box, seed: str) -> Counted:
    """Count ``box``, which may take minutes: with no transaction open."""
    outcome = box.count(seed)
    return Counted(box, seed, outcome, canonical(outcome), box.digest())


def keep_result(session: Session, service: Service, ballot: Ballot, count: Counted) -> None:
    """Write down the result of ``ballot``, whose row the caller holds. `Moved` where its votes are
    others than those that were counted."""
    if read_box(session, service, ballot) != count.box:
        raise Moved("the votes are no longer those that were counted")
    ballot.seed = count.seed
    ballot.result, ballot.result_hash = count.result.decode(), digest(count.result)
    ballot.ballots_hash = count.ballots_hash
    ballot.state, ballot.counted_at = "counted", clock.now()
    exclusions.settle(session, ballot)
    bursts.settle(session, ballot)
    live.forget(session, ballot)
