"""Excluding a burst of votes from the count: with a public number and reason, and reversibly.

Only whole bursts are excluded (`eak_voting.casting.bursts`), and only before the count, by people
who see neither what was voted in them nor any partial result. The votes stay in the box, and are
published with the others under the number of their exclusion. In secret ballots nothing leads from
a network to a vote, so there is nothing to exclude.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update

from eak_core.api import (
    REASON_LENGTH,
    Actor,
    NotFound,
    Refused,
    Service,
    Session,
    _,
    _l,
    checked_words,
    clock,
    publish,
    require,
)
from eak_voting.ballots.preparing import locked
from eak_voting.casting.bursts import Burst, bursts_of
from eak_voting.events import VotesExcluded
from eak_voting.models import Ballot, Exclusion, Paper


@dataclass(frozen=True, slots=True)
class Standing:
    """How many of a burst's votes are in the box and count, and how many are excluded. Fewer
    together than came, where voters took theirs back."""

    counting: int = 0
    excluded: int = 0


def exclude(
    session: Session, actor: Actor, service: Service, ballot: Ballot, group: str, reason: str
) -> Exclusion:
    """Leave out of the count the votes of the burst ``group``, for a public ``reason``.

    `Refused` in a secret ballot, before the opening and after the count, and where ``group`` is no
    burst or has no vote left that counts; `Invalid` without a reason. What comes in the same group
    later counts.
    """
    ballot = _held(session, actor, service, ballot)
    reason = _checked(reason)
    if group not in {burst.group for burst in bursts_of(session, ballot)}:
        raise Refused(_l("This is no unusual burst any more: nothing was excluded."))
    last = session.scalar(select(func.max(Exclusion.number)).where(_of(ballot))) or 0
    exclusion = Exclusion(
        ballot_id=ballot.id,
        number=last + 1,
        reason=reason,
        votes=0,
        excluded_by=actor.person_id,
        excluded_at=clock.now(),
    )
    session.add(exclusion)
    session.flush()
    marks = session.scalars(
        update(Paper)
        .where(Paper.ballot_id == ballot.id, Paper.source == group, Paper.exclusion_id.is_(None))
        .values(exclusion_id=exclusion.id)
        .returning(Paper.mark)
    ).all()
    if not marks:
        raise Refused(_l("None of these votes counts any more: there was nothing to exclude."))
    exclusion.votes = len(marks)
    _tell(session, actor, exclusion, service)
    return exclusion


def reverse(
    session: Session, actor: Actor, service: Service, ballot: Ballot, number: int, reason: str
) -> None:
    """Let the votes of the exclusion ``number`` count again, for a public ``reason``.

    `NotFound` where there is none of this number, `Refused` where it is reversed already or the
    votes are counted, `Invalid` without a reason.
    """
    ballot = _held(session, actor, service, ballot)
    exclusion = exclusion_of(session, ballot, number)
    if exclusion.reversed_at is not None:
        raise Refused(_l("These votes count already."))
    exclusion.reversal = _checked(reason)
    exclusion.reversed_at = clock.now()
    session.execute(
        update(Paper)
        .where(Paper.ballot_id == ballot.id, Paper.exclusion_id == exclusion.id)
        .values(exclusion_id=None)
    )
    _tell(session, actor, exclusion, service)


def may_exclude(ballot: Ballot) -> bool:
    """Whether votes of ``ballot`` can be excluded, or taken in again, now."""
    return ballot.secrecy != "secret" and ballot.state in ("open", "closed")


def exclusions_of(session: Session, ballot: Ballot) -> list[Exclusion]:
    """The exclusions of ``ballot`` by number, those among them that were reversed."""
    return list(session.scalars(select(Exclusion).where(_of(ballot)).order_by(Exclusion.number)))


def exclusion_of(session: Session, ballot: Ballot, number: int) -> Exclusion:
    """The exclusion ``number`` of ``ballot``; `NotFound` where there is none."""
    query = select(Exclusion).where(_of(ballot), Exclusion.number == number)
    # As it stands now: the page that led here may have read it before somebody else reversed it.
    query = query.execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none() if 0 < number < 2**31 else None
    if found is None:
        raise NotFound(_l("This ballot has no exclusion of this number."))
    return found


def standings(session: Session, ballot: Ballot, bursts: Iterable[Burst]) -> dict[str, Standing]:
    """What became of the votes of ``bursts``, by their groups, before the count: one query."""
    groups = [burst.group for burst in bursts]
    if not groups or not may_exclude(ballot):
        return {}
    excluded = func.count(Paper.exclusion_id)
    rows = session.execute(
        select(Paper.source, func.count() - excluded, excluded)
        .where(Paper.ballot_id == ballot.id, Paper.source.in_(groups))
        .group_by(Paper.source)
    )
    found = {source: Standing(counting, left_out) for source, counting, left_out in rows}
    return {group: found.get(group, Standing()) for group in groups}


def settle(session: Session, ballot: Ballot) -> None:
    """With the count, say of each exclusion how many votes it leaves out: some of their voters may
    have taken them back since. The caller holds the row of ``ballot``."""
    rows = session.execute(
        select(Paper.exclusion_id, func.count())
        .where(Paper.ballot_id == ballot.id, Paper.exclusion_id.is_not(None))
        .group_by(Paper.exclusion_id)
    )
    left = dict(rows.all())
    for exclusion in exclusions_of(session, ballot):
        if exclusion.reversed_at is None:
            exclusion.votes = left.get(exclusion.id, 0)


def _held(session: Session, actor: Actor, service: Service, ballot: Ballot) -> Ballot:
    """``ballot``, whose votes stay as they are until the transaction ends; or a refusal."""
    require(actor, "voting.manage", service)
    ballot = locked(session, ballot)
    if ballot.secrecy == "secret":
        raise Refused(
            _l(
                "This ballot is secret: nothing leads from a network to a vote, so no vote can be"
                " excluded. The burst is published with the result."
            )
        )
    if not may_exclude(ballot):
        raise Refused(_l("Votes are excluded, or taken in again, from the opening to the count."))
    return ballot


def _checked(reason: str) -> str:
    return checked_words(
        reason,
        "reason",
        _l("Nothing was changed."),
        most=REASON_LENGTH,
        missing=_("Give a reason: it is published, and voters will look for it."),
    )


def _tell(session: Session, actor: Actor, exclusion: Exclusion, service: Service) -> None:
    event = VotesExcluded(
        ballot_id=exclusion.ballot_id,
        number=exclusion.number,
        votes=exclusion.votes,
        reversed=exclusion.reversed_at is not None,
    )
    publish(session, event, service_id=service.id, actor_id=actor.person_id)


def _of(ballot: Ballot) -> ColumnElement[bool]:
    return Exclusion.ballot_id == ballot.id
