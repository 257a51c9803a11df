"""The box of a ballot: puts a vote in, changes it, takes it back, each with its receipt.

One vote per person and ballot is the register's primary key. The same form sent again, twice at
once or after a time-out, finds what it wrote and is answered the same receipt. In public and
pseudonymous ballots (`OpenBox`) a vote is kept under its voter, who changes it by voting again. In
secret ones (`SecretBox`) nothing leads from the register to the box: whoever holds the code of a
vote changes it, and nobody else can, the platform included.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select, text, update

from eak_core.api import (
    NotFound,
    Prepared,
    Refused,
    Service,
    Session,
    UTCDateTime,
    _l,
    clock,
)
from eak_voting.ballots.finding import terms_of
from eak_voting.ballots.timetable import hour_of
from eak_voting.casting import bursts, mixing, receipts
from eak_voting.casting.choices import check
from eak_voting.models import Ballot, Paper, Receipt, RegisterEntry
from eak_voting.settings import Terms

_enter = Prepared(
    text(
        "INSERT INTO voting_register (ballot_id, voter_key, hour)"
        " VALUES (:ballot_id, :voter_key, :hour) ON CONFLICT DO NOTHING RETURNING ballot_id"
    ).bindparams(bindparam("hour", type_=UTCDateTime()))
)
_keep = Prepared(
    text(
        "INSERT INTO voting_receipt (ballot_id, receipt, logged, replaced, replacement_logged)"
        " VALUES (:ballot_id, :receipt, FALSE, FALSE, FALSE)"
        " ON CONFLICT DO NOTHING RETURNING ballot_id"
    )
)
_NOTHING_KNOWN = dict.fromkeys(("salt", "receipt", "person_id", "source"))
_put = Prepared(insert(Paper), ("ballot_id", "mark", "choices", "version", *_NOTHING_KNOWN))


class CodeNeeded(Refused):
    """This person has voted in this secret ballot; only the code of the vote changes it."""


class WrongCode(NotFound):
    """No vote of this ballot has this code."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            _l(
                "No vote in this ballot has this code. Compare it with your receipt, letter by"
                " letter."
            )
        )


@dataclass(frozen=True, slots=True)
class Vote:
    """What a form brings: its voter's key in the register, what was chosen (canonical JSON, see
    `eak_voting.casting.choices`) and the form's own key; whose it is, and what names the network it
    comes from (`eak_voting.casting.bursts`), which only open boxes keep."""

    voter: str
    choices: str
    form_key: str
    person_id: int
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """What the voter is told. ``code`` is there in secret ballots alone. ``repeated``: the vote
    stood already, and nothing was written."""

    receipt: str
    code: str | None = None
    changed: bool = False
    repeated: bool = False

    @property
    def first(self) -> bool:
        """Whether this voter had no vote in the ballot before."""
        return not (self.changed or self.repeated)


class Box(ABC):
    """What every box does; how votes are kept in it is for its two kinds to say. Each act is part
    of the transaction that is open."""

    def __init__(self, session: Session, ballot: Ballot, terms: Terms) -> None:
        self.session, self.ballot, self.terms = session, ballot, terms

    def put(self, vote: Vote) -> Cast:
        """Put ``vote`` in, or where its voter has one already, let it take the place of that one.

        `ValueError` for choices that the terms do not allow, `CodeNeeded` where the vote that is
        there is secret and came with another form.
        """
        choices = check(self.terms, vote.choices)
        code = receipts.new_code(vote.form_key, self.ballot.id)
        if not self._enter(vote.voter):
            paper = self._paper(self._mark(vote.voter, code))
            if paper is None:
                raise CodeNeeded(
                    _l(
                        "You have already voted in this ballot. It is secret: only the code that"
                        " you received then can change your vote."
                    )
                )
            return self._change(paper, code, choices)
        proof, version = self._give_receipt(code, 1, choices)
        self._keep(vote, proof, choices, version)
        return Cast(proof.receipt, self._shown(code))

    def standing(self, vote: Vote) -> Cast | None:
        """What this very vote was answered, where it is in the box; None where it is not."""
        code = receipts.new_code(vote.form_key, self.ballot.id)
        paper = self._paper(self._mark(vote.voter, code))
        if paper is None or paper.choices != vote.choices:
            return None
        return Cast(self._receipt_of(paper, code), self._shown(code), repeated=True)

    def change(self, typed: str, choices: str) -> Cast:
        """Let ``choices`` take the place of what the vote says that the code ``typed`` belongs to.

        `WrongCode`, and `ValueError` as in `put`.
        """
        choices, code = check(self.terms, choices), receipts.read_code(typed)
        paper = self._paper(receipts.mark_of(code))
        if paper is None:
            raise WrongCode
        return self._change(paper, code, choices)

    def take_back(self, voter: str, typed: str | None = None) -> bool:
        """Take the vote of ``voter`` out, and the voter out of the register; False where there is
        none. In a secret box the code of the vote is needed: `WrongCode` without it."""
        # First the register, as `put` does: two requests of one person wait for each other here. It
        # is held and not deleted yet, because a wrong code must leave everything as it is.
        entry = self.session.get(
            RegisterEntry, (self.ballot.id, voter), with_for_update=True, populate_existing=True
        )
        if entry is None:
            return False
        code = receipts.read_code(typed or "")
        paper = self._paper(self._mark(voter, code))
        if paper is None:
            raise WrongCode
        self._replace_receipt(self._receipt_of(paper, code))
        self.session.delete(paper)
        self.session.delete(entry)
        return True

    # --- How a kind of box keeps votes.

    @abstractmethod
    def _mark(self, voter: str, code: str) -> str:
        """What a vote is kept under."""

    @abstractmethod
    def _shown(self, code: str) -> str | None:
        """The code, where it is given to the voter."""

    @abstractmethod
    def _receipt_of(self, paper: Paper, code: str) -> str:
        """The receipt of the vote ``paper``, whose code is ``code``."""

    @abstractmethod
    def _keep(self, vote: Vote, proof: receipts.Proof, choices: str, version: int) -> None:
        """Keep a first vote."""

    @abstractmethod
    def _prove(self, paper: Paper, proof: receipts.Proof) -> None:
        """Keep what proves that a vote was changed."""

    # --- The rows of register, box and receipts.

    def _enter(self, voter: str) -> bool:
        """Enter a voter; whether it is the first time. Whoever comes at once waits here."""
        row = {"ballot_id": self.ballot.id, "voter_key": voter, "hour": hour_of(clock.now())}
        return _enter.run(self.session.connection(), row).scalar_one_or_none() is not None

    def _paper(self, mark: str) -> Paper | None:
        """The vote that is kept under ``mark``, locked; None where there is none."""
        return self.session.get(
            Paper, (self.ballot.id, mark), with_for_update=True, populate_existing=True
        )

    def _put_in(self, mark: str, choices: str, **known: str | int | None) -> None:
        """Write a vote; ``known`` are other columns of `Paper`, empty where not given."""
        row = {**_NOTHING_KNOWN, **known, "ballot_id": self.ballot.id}
        _put.run(self.session.connection(), {**row, "mark": mark, "choices": choices})

    def _change(self, paper: Paper, code: str, choices: str) -> Cast:
        before = self._receipt_of(paper, code)
        if paper.choices == choices:
            return Cast(before, self._shown(code), repeated=True)
        proof, paper.version = self._give_receipt(code, paper.version + 1, choices)
        paper.choices = choices
        self._replace_receipt(before)
        self._prove(paper, proof)
        return Cast(proof.receipt, self._shown(code), changed=True)

    def _give_receipt(self, code: str, version: int, choices: str) -> tuple[receipts.Proof, int]:
        """Keep a receipt that was never given before, and the version it belongs to: ``version``,
        or a later one where the same form voted so before and the vote was taken back since."""
        while True:
            proof = receipts.proof(code, version, self.ballot.id, choices)
            row = {"ballot_id": self.ballot.id, "receipt": proof.receipt}
            given = _keep.run(self.session.connection(), row)
            if given.scalar_one_or_none() is not None:
                return proof, version
            version += 1

    def _replace_receipt(self, receipt: str) -> None:
        """Note that the vote of ``receipt`` no longer counts."""
        self.session.execute(
            update(Receipt)
            .where(Receipt.ballot_id == self.ballot.id, Receipt.receipt == receipt)
            .values(replaced=True)
        )


class OpenBox(Box):
    """The box of a public or pseudonymous ballot: votes lie in it under their voters' keys."""

    def _mark(self, voter: str, code: str) -> str:
        return voter

    def _shown(self, code: str) -> str | None:
        return None

    def _receipt_of(self, paper: Paper, code: str) -> str:
        assert paper.receipt is not None
        return paper.receipt

    def _keep(self, vote: Vote, proof: receipts.Proof, choices: str, version: int) -> None:
        self._put_in(
            vote.voter,
            choices,
            version=version,
            salt=proof.salt,
            receipt=proof.receipt,
            person_id=vote.person_id if self.ballot.secrecy == "public" else None,
            source=bursts.group(self.ballot, vote.source),
        )

    def _prove(self, paper: Paper, proof: receipts.Proof) -> None:
        paper.salt, paper.receipt = proof.salt, proof.receipt


class SecretBox(Box):
    """The box of a secret ballot: votes lie in it under what is computed from their codes, and
    whatever is written is made one of many."""

    def _mark(self, voter: str, code: str) -> str:
        return receipts.mark_of(code)

    def _shown(self, code: str) -> str | None:
        return code

    def _receipt_of(self, paper: Paper, code: str) -> str:
        return receipts.proof(code, paper.version, self.ballot.id, paper.choices).receipt

    def _keep(self, vote: Vote, proof: receipts.Proof, choices: str, version: int) -> None:
        self._put_in(proof.mark, choices, version=version)
        mixing.mix_around(self.session, Paper, self.ballot.id, proof.mark)
        mixing.mix_around(self.session, RegisterEntry, self.ballot.id, vote.voter)

    def _prove(self, paper: Paper, proof: receipts.Proof) -> None:
        self.session.flush()
        mixing.mix_around(self.session, Paper, self.ballot.id, paper.mark)


def box_of(session: Session, service: Service, ballot: Ballot) -> Box:
    """The box of ``ballot``, whether or not it takes votes."""
    kind: type[Box] = SecretBox if ballot.secrecy == "secret" else OpenBox
    return kind(session, ballot, terms_of(session, service, ballot))


def one_at_a_time(session: Session, ballot: Ballot, person_id: int) -> None:
    """Let no two transactions of one person do something in ``ballot`` at once, until this one
    ends. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int(receipts.voter_key(ballot.key, person_id)[:15], 16)
        session.execute(select(func.pg_advisory_xact_lock(number)))
