"""Unusual bursts of votes: noticed and shown to managers, never discarded in silence.

Votes are counted per network and hour (`Activity`), under a key of the ballot, so that no address
is stored. In public and pseudonymous ballots a vote keeps the group it came in until the count,
so that a manager can exclude a group, with a public reason; in secret ones nothing is kept that
would lead to a vote, and a burst can only be made public with the result.
"""

import hashlib
import hmac
from datetime import datetime

from eak_core.api import Actor, Session, clock, upsert
from eak_voting.models import Activity, Ballot


def note(session: Session, ballot: Ballot, actor: Actor, source: str | None) -> None:
    """Count a first vote of ``actor`` that came from the network ``source``."""
    name = group(ballot, source)
    if name is not None:
        row = {
            "ballot_id": ballot.id,
            "hour": _hour(clock.now()),
            "source": name,
            "votes": 1,
            "young": 0,
        }
        upsert(session, Activity, [row], add=("votes", "young"))


def group(ballot: Ballot, source: str | None) -> str | None:
    """The name of the group of votes that come from ``source`` in this hour."""
    if source is None:
        return None
    text = f"source\0{source}\0{_hour(clock.now()).isoformat()}"
    return hmac.new(bytes.fromhex(ballot.key), text.encode(), hashlib.sha256).hexdigest()


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
