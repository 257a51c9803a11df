"""What follows from events: how many support an idea or voted, who is reminded no more, and which
ballots are found."""

from collections.abc import Iterable, Mapping, Sequence

from flask import url_for
from sqlalchemy import ColumnElement, delete, select

from eak_core.api import (
    Actor,
    Context,
    Document,
    Link,
    SearchKind,
    Session,
    _l,
    count,
    counted,
    counts,
    searched,
    subscriber,
)
from eak_voting.events import (
    BallotAnnounced,
    BallotCancelled,
    BallotClosed,
    BallotCounted,
    BallotOpened,
    SupportGiven,
    SupportsMerged,
    SupportsTransferred,
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


@subscriber(plugin, SupportsMerged)
def count_supports_merged(merged: SupportsMerged, ctx: Context) -> None:
    """Those who are new there support the idea that stays; nobody supports the other any more."""
    count(ctx, SUPPORTS, merged.added)
    gone = f"idea:{merged.merged_id}"
    number = counted(ctx.session, ctx.service_id, plugin.name, SUPPORTS, gone)
    count(ctx, SUPPORTS, -number, subject=gone)


@subscriber(plugin, SupportsTransferred)
def count_supports_transferred(gone: SupportsTransferred, ctx: Context) -> None:
    """Those who support the idea do so where it is."""
    count(ctx, SUPPORTS, gone.change)


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


def _readable(service_id: int, _actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return Ballot.service_id == service_id, Ballot.state != "draft"


def _read(session: Session, service_id: int, ids: Sequence[int]) -> Mapping[int, Document]:
    rows = session.execute(
        select(Ballot.id, Ballot.title, Ballot.text).where(
            Ballot.id.in_(ids), Ballot.service_id == service_id, Ballot.state != "draft"
        )
    )
    return {ballot_id: Document(title, text) for ballot_id, title, text in rows}


def _link(session: Session, ids: Sequence[int]) -> Mapping[int, Link]:
    rows = session.execute(select(Ballot.id, Ballot.slug, Ballot.title).where(Ballot.id.in_(ids)))
    return {
        ballot_id: Link(title, url_for("voting.show", ballot_id=ballot_id, slug=slug))
        for ballot_id, slug, title in rows
    }


searched(
    plugin,
    SearchKind("voting.ballot", _l("Votes"), Ballot.id, _readable, _read, _link),
    BallotAnnounced,
    BallotOpened,
    BallotCounted,
    BallotCancelled,
)
