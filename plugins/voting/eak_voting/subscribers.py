"""What follows from events: how many support an idea or voted, and who is reminded no more."""

from collections.abc import Iterable

from sqlalchemy import delete

from eak_core.api import Context, Session, count, counted, counts, subscriber
from eak_voting.events import (
    BallotCancelled,
    BallotClosed,
    SupportGiven,
    SupportWithdrawn,
    VoteCast,
    VoteWithdrawn,
)
from eak_voting.manifest import plugin
from eak_voting.models import Ballot, Reminder

SUPPORTS = "supports"
VOTERS = "voters"


@subscriber(plugin, SupportGiven)
def count_support(given: SupportGiven, ctx: Context) -> None:
    """One more person supports the idea."""
    count(ctx, SUPPORTS)


@subscriber(plugin, SupportWithdrawn)
def count_support_withdrawn(withdrawn: SupportWithdrawn, ctx: Context) -> None:
    """One person less supports the idea."""
    count(ctx, SUPPORTS, -1)


@subscriber(plugin, VoteCast)
def count_voter(cast: VoteCast, ctx: Context) -> None:
    """One more person voted in the ballot."""
    count(ctx, VOTERS)


@subscriber(plugin, VoteWithdrawn)
def count_vote_withdrawn(withdrawn: VoteWithdrawn, ctx: Context) -> None:
    """One person less voted in the ballot."""
    count(ctx, VOTERS, -1)


@subscriber(plugin, BallotClosed, BallotCancelled)
def forget_reminders(over: BallotClosed | BallotCancelled, ctx: Context) -> None:
    """Nobody needs to be reminded any more."""
    ctx.session.execute(delete(Reminder).where(Reminder.ballot_id == over.ballot_id))


def supports(session: Session, service_id: int, idea_ids: Iterable[int]) -> dict[int, int]:
    """How many people support each of these ideas, in one query."""
    subjects = {f"idea:{idea_id}": idea_id for idea_id in idea_ids}
    found = counts(session, service_id, plugin.name, SUPPORTS, subjects)
    return {subjects[subject]: number for subject, number in found.items()}


def voters_so_far(session: Session, ballot: Ballot) -> int:
    """How many people voted in ``ballot``, as far as the worker has read. Whether anybody may see
    it is for the ballot's publication rule to say."""
    subject = f"voting.ballot:{ballot.id}"
    return counted(session, ballot.service_id, plugin.name, VOTERS, subject)
