"""The file of a counted ballot, put together from the tables (`eak_voting.published`)."""

import msgspec
from sqlalchemy import select

from eak_core.api import NotFound, Service, Session, _l
from eak_voting.ballots import terms_of
from eak_voting.models import Ballot, Exclusion, Paper, Receipt
from eak_voting.outcome import Outcome
from eak_voting.published import (
    BallotFile,
    PublishedExclusion,
    PublishedLeaf,
    PublishedLog,
    PublishedPaper,
    assemble,
)
from eak_voting.publishing import origin_of, signing_key, verifier_key
from eak_voting.transparency import log

_outcome = msgspec.json.Decoder(Outcome)


def file_of(session: Session, service: Service, ballot: Ballot) -> BallotFile:
    """All that anyone needs to recount ``ballot``. `NotFound` as long as it is not counted.

    It is as long as the ballot has votes and the log has leaves before its result; it stays the
    same, but for the salts of people whose accounts are erased.
    """
    if ballot.state != "counted" or ballot.result is None:
        raise NotFound(_l("This ballot is not counted yet."))
    return assemble(
        terms_of(session, service, ballot),
        _papers(session, ballot),
        session.scalars(
            select(Receipt.receipt).where(
                Receipt.ballot_id == ballot.id, Receipt.logged, Receipt.replaced.is_(False)
            )
        ),
        _exclusions(session, ballot),
        _outcome.decode(ballot.result),
        _log(session, service, ballot),
    )


def _papers(session: Session, ballot: Ballot) -> list[PublishedPaper]:
    rows = session.execute(
        select(Paper.choices, Paper.receipt, Paper.salt, Exclusion.number)
        .outerjoin(Exclusion, Exclusion.id == Paper.exclusion_id)
        .where(Paper.ballot_id == ballot.id)
    )
    return [
        PublishedPaper(choices=choices, receipt=receipt, salt=salt, exclusion=number)
        for choices, receipt, salt, number in rows.tuples()
    ]


def _exclusions(session: Session, ballot: Ballot) -> list[PublishedExclusion]:
    rows = session.execute(
        select(Exclusion.number, Exclusion.reason, Exclusion.votes).where(
            Exclusion.ballot_id == ballot.id, Exclusion.reversed_at.is_(None)
        )
    )
    return [
        PublishedExclusion(number=number, reason=reason, votes=votes)
        for number, reason, votes in rows.tuples()
    ]


def _log(session: Session, service: Service, ballot: Ballot) -> PublishedLog | None:
    leaves = log.leaves_of(session, ballot.id)
    if not leaves:
        return None  # imported: nobody voted here
    size = leaves[-1].index + 1
    return PublishedLog(
        key=verifier_key(service),
        checkpoint=log.signed_at_size(session, service.id, size, signing_key(), origin_of(service)),
        hashes=tuple(each.hex() for each in log.leaf_hashes(session, service.id, size)),
        leaves=tuple(PublishedLeaf(index=each.index, leaf=each.data.decode()) for each in leaves),
    )
