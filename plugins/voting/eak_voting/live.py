"""The provisional result of a ballot whose terms let everybody follow it (`live`).

It is counted anew at most once a minute, and kept (`Live`); pages read what is kept, through
`eak_voting.results.shown` alone. What it says of a ballot that hides its results until the close is
nothing, for nothing is counted there before. Secret ballots always do: two results in a row would
tell what somebody voted who came between them. In pseudonymous ones none shows before `FEWEST`
votes.
"""

import time
from datetime import datetime, timedelta

from sqlalchemy import delete

from eak_core.api import Service, Session, clock, on_schedule, upsert
from eak_voting import timetable
from eak_voting.ballots import phase, settings_of
from eak_voting.manifest import plugin
from eak_voting.models import Ballot, Live
from eak_voting.settings import canonical
from eak_voting.tally import count

#: A result of fewer votes would tell what single people chose.
FEWEST = 10
#: A count takes at most this part of a worker's time (and on SQLite of all writing).
_SHARE = 1 / 50


@on_schedule(plugin, "live")
def refresh_due(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Count the votes so far, and set when they are counted the next time."""
    ballot = session.get(Ballot, timetable.ballot_id_of(name))
    if ballot is None or phase(ballot) != "open":
        return
    started = time.monotonic()
    refresh(session, service, ballot)
    taken = timedelta(seconds=(time.monotonic() - started) / _SHARE)
    timetable.next_live(session, ballot, clock.now() + max(timetable.LIVE, taken))


def refresh(session: Session, service: Service, ballot: Ballot) -> None:
    """Keep the provisional result of ``ballot``, where its terms let everybody see one.

    The lot of a tie is drawn by the hash of the terms, until the close gives its seed.
    """
    followed = settings_of(ballot).publication == "live" and ballot.secrecy != "secret"
    if not followed or ballot.terms_hash is None:
        return
    provisional = count(session, service, ballot, ballot.terms_hash)
    if ballot.secrecy != "public" and provisional.counted < FEWEST:
        forget(session, ballot)
        return
    row = {
        "ballot_id": ballot.id,
        "at": clock.now(),
        "result": canonical(provisional).decode(),
    }
    upsert(session, Live, [row])


def forget(session: Session, ballot: Ballot) -> None:
    """Delete the provisional result."""
    session.execute(delete(Live).where(Live.ballot_id == ballot.id))
