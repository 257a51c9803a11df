"""Register, box and receipts of a ballot: the rows that one vote is made of."""

from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, text, update

from eak_core.api import Session, UTCDateTime, clock
from eak_voting.casting import receipts
from eak_voting.models import Ballot, Paper, Receipt

# Made once: what a statement costs to put together is most of what a vote costs.
_enter = text(
    "INSERT INTO voting_register (ballot_id, voter_key, hour)"
    " VALUES (:ballot_id, :voter_key, :hour) ON CONFLICT DO NOTHING RETURNING ballot_id"
).bindparams(bindparam("hour", type_=UTCDateTime()))
_put = insert(Paper.__table__)  # type: ignore[arg-type]  # a table
_keep = text(
    "INSERT INTO voting_receipt (ballot_id, receipt, logged, replaced, replacement_logged)"
    " VALUES (:ballot_id, :receipt, FALSE, FALSE, FALSE) ON CONFLICT DO NOTHING RETURNING ballot_id"
)
_NOTHING_KNOWN = dict.fromkeys(("salt", "receipt", "person_id", "source", "exclusion_id"))


def hour_of(at: datetime) -> datetime:
    """The hour that ``at`` lies in: the finest time that the register knows."""
    return at.replace(minute=0, second=0, microsecond=0)


def enter(session: Session, ballot: Ballot, key: str) -> bool:
    """Enter a voter; whether it is the first time. Whoever comes at once waits here."""
    entered = session.execute(
        _enter, {"ballot_id": ballot.id, "voter_key": key, "hour": hour_of(clock.now())}
    )
    return entered.scalar_one_or_none() is not None


def one_at_a_time(session: Session, ballot: Ballot, person_id: int) -> None:
    """Let no two transactions of one person do something in ``ballot`` at once, until this one
    ends. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int(receipts.voter_key(ballot.key, person_id)[:15], 16)
        session.execute(select(func.pg_advisory_xact_lock(number)))


def put_in(
    session: Session, ballot: Ballot, mark: str, choices: str, **known: str | int | None
) -> None:
    """Put a vote into the box; ``known`` are other columns of `Paper`, empty where not given."""
    row = {**_NOTHING_KNOWN, **known, "ballot_id": ballot.id, "mark": mark, "choices": choices}
    session.connection().execute(_put, row)


def paper_of(session: Session, ballot: Ballot, mark: str) -> Paper | None:
    """The vote that is kept under ``mark``, locked; None where there is none."""
    return session.get(Paper, (ballot.id, mark), with_for_update=True, populate_existing=True)


def receipt_of(ballot: Ballot, paper: Paper, code: str | None) -> str:
    """The receipt of a vote: kept with it, or in secret ballots computed from its code."""
    if paper.receipt is not None:
        return paper.receipt
    assert code is not None
    plain = receipts.read_code(code)
    return receipts.proof(plain, paper.version, ballot.id, paper.choices).receipt


def give_receipt(
    session: Session, ballot: Ballot, code: str, version: int, choices: str
) -> tuple[receipts.Proof, int]:
    """Keep a receipt that was never given before, and the version it belongs to: ``version``, or
    a later one where the same form voted so before and the vote was taken back since."""
    while True:
        proof = receipts.proof(code, version, ballot.id, choices)
        row = {"ballot_id": ballot.id, "receipt": proof.receipt}
        given = session.connection().execute(_keep, row)
        if given.scalar_one_or_none() is not None:
            return proof, version
        version += 1


def replace_receipt(session: Session, ballot: Ballot, receipt: str) -> None:
    """Note that the vote of ``receipt`` no longer counts."""
    session.execute(
        update(Receipt)
        .where(Receipt.ballot_id == ballot.id, Receipt.receipt == receipt)
        .values(replaced=True)
    )
