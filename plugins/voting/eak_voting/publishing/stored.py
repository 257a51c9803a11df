"""What stands after the count: the result of a ballot, and the file that anyone can recount."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import select

from eak_core.api import NotFound, Service, Session, _l
from eak_voting.ballots.finding import terms_of
from eak_voting.counting.outcome import Outcome
from eak_voting.models import Ballot, Exclusion, Paper, Receipt
from eak_voting.publishing.masking import reasons_of
from eak_voting.publishing.published import (
    BallotFile,
    PublishedExclusion,
    PublishedHiding,
    PublishedLeaf,
    PublishedLog,
    PublishedPaper,
    assemble,
)
from eak_voting.transparency import log
from eak_voting.transparency.recording import key_of

_outcome = msgspec.json.Decoder(Outcome)


def result_of(ballot: Ballot) -> Outcome:
    """The result of ``ballot``; `NotFound` before the count."""
    if ballot.result is None:
        raise NotFound(_l("This ballot has no result yet."))
    return _outcome.decode(ballot.result)


def file_of(session: Session, service: Service, ballot: Ballot) -> BallotFile:
    """Everything about a counted ballot that anyone needs to count it again; no names.

    Reads every vote, so it costs in proportion to them. `NotFound` before the count.
    """
    result = result_of(ballot)
    exclusions = {
        each.id: each
        for each in session.scalars(
            select(Exclusion).where(
                Exclusion.ballot_id == ballot.id, Exclusion.reversed_at.is_(None)
            )
        )
    }
    numbers = {each.id: each.number for each in exclusions.values()}
    standing = select(Receipt.receipt).where(
        Receipt.ballot_id == ballot.id, Receipt.replaced.is_(False)
    )
    terms = terms_of(session, service, ballot)
    return assemble(
        terms,
        _papers(session, ballot, numbers),
        session.scalars(standing),
        [
            PublishedExclusion(number=each.number, reason=each.reason, votes=each.votes)
            for each in exclusions.values()
        ],
        result,
        _log(session, service, ballot),
        hidden=[
            PublishedHiding(option=number, reason=reason)
            for number, reason in reasons_of(session, service, terms).items()
        ],
    )


def _papers(session: Session, ballot: Ballot, numbers: dict[int, int]) -> Iterator[PublishedPaper]:
    query = select(Paper.choices, Paper.receipt, Paper.salt, Paper.exclusion_id)
    query = query.where(Paper.ballot_id == ballot.id).execution_options(yield_per=5_000)
    for row in session.execute(query):
        yield PublishedPaper(
            choices=row.choices,
            receipt=row.receipt,
            salt=row.salt,
            exclusion=numbers.get(row.exclusion_id),
        )


def _log(session: Session, service: Service, ballot: Ballot) -> PublishedLog | None:
    """The public log as far as the result of ``ballot``; None for one that was imported."""
    if ballot.checkpoint is None:
        return None
    leaves = log.leaves_of(session, ballot.id)
    size = leaves[-1].index + 1
    return PublishedLog(
        key=key_of(session, service, ballot.checkpoint),
        checkpoint=ballot.checkpoint,
        hashes=tuple(each.hex() for each in log.leaf_hashes(session, service.id, size)),
        leaves=tuple(PublishedLeaf(index=each.index, leaf=each.data.decode()) for each in leaves),
    )
