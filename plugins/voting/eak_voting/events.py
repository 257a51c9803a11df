"""What happens around votes, as facts in the log. No payload says what anybody chose.

In secret ballots no event names a person, and its time is rounded down to the hour. What happens to
single votes is quiet: a visitor who asks for a page again and again learns nothing of its instant.
"""

from typing import Annotated, Any

import msgspec

from eak_core.api import Code, Event, event, upcast
from eak_voting.manifest import plugin
from eak_voting.settings import Method, Secrecy

BALLOT = "voting.ballot:{ballot_id}"

#: What a signed note takes for the name of a key.
LogName = Annotated[str, msgspec.Meta(pattern=r"^[^\s+]+\Z")]
#: As in a note: the id of the key and the signature, in base64.
Signature = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/=]+\Z")]


@event(plugin, "voting.ballot_announced", version=1, subject=BALLOT)
class BallotAnnounced(Event):
    """A ballot was put on the site, or its announcement was taken back (``withdrawn``)."""

    ballot_id: int
    withdrawn: bool = False


@event(plugin, "voting.ballot_opened", version=1, subject=BALLOT)
class BallotOpened(Event):
    """Votes are taken from now on; ``terms_hash`` is the SHA-256 of the terms, frozen from now."""

    ballot_id: int
    method: Method
    secrecy: Secrecy
    terms_hash: Code


@event(plugin, "voting.log_signed", version=2, subject="service:{service_id}", quiet=True)
class LogSigned(Event):
    """The head of the service's public log was signed: its ``number``-th log (one more after each
    purge), under the name ``log``, with ``size`` entries, whose ``root`` is in hexadecimal. With
    the ``signature`` this is the whole signed head, and outlives a purge."""

    service_id: int
    number: int
    size: int
    root: Code
    log: LogName | None
    signature: Signature | None


@upcast(plugin, "voting.log_signed", 1)
def _unnamed(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 1 said neither under which name nor with which signature."""
    return {**fields, "log": None, "signature": None}


@event(plugin, "voting.vote_cast", version=1, subject=BALLOT, quiet=True)
class VoteCast(Event):
    """Somebody voted."""

    ballot_id: int
    person_id: int | None


@event(plugin, "voting.vote_changed", version=1, subject=BALLOT, quiet=True)
class VoteChanged(Event):
    """Somebody who had voted chose something else."""

    ballot_id: int
    person_id: int | None


@event(plugin, "voting.vote_withdrawn", version=1, subject=BALLOT, quiet=True)
class VoteWithdrawn(Event):
    """Somebody who had voted took the vote back."""

    ballot_id: int
    person_id: int | None


@event(plugin, "voting.votes_excluded", version=1, subject=BALLOT)
class VotesExcluded(Event):
    """Votes are left out of the count, or taken in again (``reversed``), for a public reason."""

    ballot_id: int
    number: int
    votes: int
    reversed: bool = False


@event(plugin, "voting.ballot_closed", version=1, subject=BALLOT)
class BallotClosed(Event):
    """The ballot's end has come; ``voters`` is how many people voted."""

    ballot_id: int
    voters: int


@event(plugin, "voting.ballot_counted", version=1, subject=BALLOT)
class BallotCounted(Event):
    """The result stands; ``result_hash`` is the SHA-256 of its canonical JSON."""

    ballot_id: int
    conclusive: bool
    result_hash: Code


@event(plugin, "voting.ballot_cancelled", version=1, subject=BALLOT)
class BallotCancelled(Event):
    """A ballot was cancelled; its page says why."""

    ballot_id: int


@event(plugin, "voting.support_given", version=1, subject="idea:{idea_id}")
class SupportGiven(Event):
    """Somebody supports an idea, outside of any ballot."""

    idea_id: int
    person_id: int | None


@event(plugin, "voting.support_withdrawn", version=1, subject="idea:{idea_id}")
class SupportWithdrawn(Event):
    """Somebody no longer supports an idea."""

    idea_id: int
    person_id: int | None


@event(plugin, "voting.supports_merged", version=1, subject="idea:{idea_id}")
class SupportsMerged(Event):
    """Those who supported the idea ``merged_id``, which became part of this one, support this one;
    ``added`` of them did not before."""

    idea_id: int
    merged_id: int
    added: int


@event(plugin, "voting.supports_transferred", version=1, subject="idea:{idea_id}")
class SupportsTransferred(Event):
    """Those who support an idea went with it from one service to another: ``change`` is how many
    more support it here, less than 0 where it left."""

    idea_id: int
    change: int


@event(plugin, "voting.voter_erased", version=1, subject="person:{person_id}")
class VoterErased(Event):
    """The account of somebody who voted openly in this service was erased: their votes count on,
    without a name."""

    person_id: int
