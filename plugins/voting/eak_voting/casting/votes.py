"""Casting a vote: register, box, receipt and event in the one transaction that is open.

One vote per person and ballot is the register's primary key. The same form sent again, twice at
once or after a time-out, finds what it wrote and answers the same receipt.

In public and pseudonymous ballots the box is keyed by the voter, who changes the vote by voting
again. In secret ones nothing leads from the register to the box: whoever holds the code of a vote
changes it, and nobody else can, the platform included.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from eak_core.api import (
    Actor,
    EakError,
    Event,
    NotFound,
    Refused,
    Service,
    Session,
    _l,
    clock,
    publish,
    require,
)
from eak_voting.ballots.finding import asked_at, phase, terms_of
from eak_voting.casting import box, bursts, mixing, receipts
from eak_voting.casting.choices import check
from eak_voting.casting.electorate import require_admitted
from eak_voting.casting.opening import open_ballot
from eak_voting.events import VoteCast, VoteChanged, VoteWithdrawn
from eak_voting.models import Ballot, Paper, RegisterEntry

_ballots = Ballot.__table__
_hold = (
    select(_ballots.c.state, _ballots.c.version_id, _ballots.c.closes_at)
    .where(_ballots.c.id == bindparam("ballot_id"))
    .with_for_update(read=True)
)


class NotOpen(EakError):
    """The ballot takes no votes; nothing was recorded."""

    status = 409


class TooLate(NotOpen):
    """The ballot is closed."""


class TooEarly(NotOpen):
    """The ballot is not open yet."""


class CodeNeeded(Refused):
    """This person has voted in this secret ballot; only the code of the vote changes it."""


class WrongCode(NotFound):
    """No vote of this ballot has this code."""

    status = 422


@dataclass(frozen=True, slots=True)
class Cast:
    """What the voter is told. ``code`` is there in secret ballots alone. ``repeated``: the vote
    stood already, and nothing was written."""

    receipt: str
    code: str | None = None
    changed: bool = False
    repeated: bool = False


def cast(
    session: Session,
    actor: Actor,
    service: Service,
    ballot: Ballot,
    choices: str,
    *,
    form_key: str,
    source: str | None = None,
) -> Cast:
    """Record the vote of ``actor``, or in public and pseudonymous ballots change it.

    ``choices`` is canonical JSON (`eak_voting.casting.choices`), ``form_key`` the key of the form
    it comes from, ``source`` what names the network it comes from (`eak_voting.casting.bursts`).
    `TooLate` where the request arrived after the close, `TooEarly` before the opening, `CodeNeeded`
    where the vote was cast by another form and is secret; `Forbidden` for whoever is not of the
    electorate; `ValueError` for choices that the terms do not allow.
    """
    require(actor, "voting.vote", service)
    try:
        ballot = _taking_votes(session, service, ballot)
    except TooLate:
        # An answer that was lost on its way is asked for again after the close.
        done = _standing(session, actor, ballot, choices, form_key)
        if done is None:
            raise
        return done
    terms = terms_of(session, service, ballot)
    require_admitted(session, actor, service, terms.settings.electorate)
    choices = check(terms, choices)
    assert actor.person_id is not None
    key = receipts.voter_key(ballot.key, actor.person_id)
    first = box.enter(session, ballot, key)
    if ballot.secrecy == "secret":
        done = _cast_secret(session, ballot, choices, form_key, first=first)
        if first:
            mixing.mix_around(session, RegisterEntry, ballot.id, key)
    else:
        done = _cast_open(session, actor, ballot, key, choices, form_key, source, first=first)
    if first:
        bursts.note(session, ballot, actor, source)
    if not done.repeated:
        _publish(session, actor, ballot, VoteCast if first else VoteChanged)
    return done


def change_with_code(
    session: Session, actor: Actor, service: Service, ballot: Ballot, code: str, choices: str
) -> Cast:
    """Change the vote that ``code`` belongs to in a secret ballot, whoever has the code.

    `WrongCode`, `TooLate`, `ValueError` as in `cast`.
    """
    require(actor, "voting.vote", service)
    ballot = _taking_votes(session, service, ballot)
    choices = check(terms_of(session, service, ballot), choices)
    done = _change_secret(session, ballot, receipts.read_code(code), choices)
    if not done.repeated:
        _publish(session, actor, ballot, VoteChanged)
    return done


def withdraw(
    session: Session, actor: Actor, service: Service, ballot: Ballot, *, code: str | None = None
) -> None:
    """Take the vote of ``actor`` back, who can vote again as long as the ballot is open.

    Nothing happens where there is none. In a secret ballot the ``code`` of the vote is needed
    (`WrongCode` otherwise).
    """
    require(actor, "voting.vote", service)
    ballot = _taking_votes(session, service, ballot)
    assert actor.person_id is not None
    key = receipts.voter_key(ballot.key, actor.person_id)
    # First the register, as casting does: two requests of one person wait for each other here. It
    # is held and not deleted yet, because a wrong code must leave everything as it is.
    entry = session.get(
        RegisterEntry, (ballot.id, key), with_for_update=True, populate_existing=True
    )
    if entry is None:
        return
    mark = key
    if ballot.secrecy == "secret":
        mark = receipts.mark_of(receipts.read_code(code or ""))
    paper = box.paper_of(session, ballot, mark)
    if paper is None:
        raise _wrong_code()
    box.replace_receipt(session, ballot, box.receipt_of(ballot, paper, code))
    session.delete(paper)
    session.delete(entry)
    _publish(session, actor, ballot, VoteWithdrawn)


def has_voted(session: Session, actor: Actor, ballot: Ballot) -> bool:
    """Whether ``actor`` stands in the register of ``ballot``."""
    if actor.person_id is None:
        return False
    key = receipts.voter_key(ballot.key, actor.person_id)
    return session.get(RegisterEntry, (ballot.id, key)) is not None


def own_choices(session: Session, actor: Actor, ballot: Ballot) -> str | None:
    """What ``actor`` chose (canonical JSON), for themselves; always None in secret ballots."""
    if actor.person_id is None or ballot.secrecy == "secret":
        return None
    key = receipts.voter_key(ballot.key, actor.person_id)
    return session.scalar(
        select(Paper.choices).where(Paper.ballot_id == ballot.id, Paper.mark == key)
    )


def choices_with_code(session: Session, ballot: Ballot, code: str) -> str:
    """What the vote that ``code`` belongs to says, for whoever has the code. `WrongCode`."""
    paper = session.get(Paper, (ballot.id, receipts.mark_of(receipts.read_code(code))))
    if paper is None:
        raise _wrong_code()
    return paper.choices


def require_open(session: Session, ballot: Ballot) -> None:
    """Return where ``ballot`` was open when what ``session`` works for arrived; `TooLate` or
    `TooEarly` otherwise."""
    stands = phase(ballot, asked_at(session))
    if ballot.state == "closed" or stands in ("closing", "counted"):
        raise TooLate(_l("This ballot is closed: your vote was not recorded."))
    if stands == "cancelled":
        raise TooLate(_l("This ballot was cancelled: your vote was not recorded."))
    if stands != "open":
        raise TooEarly(_l("This ballot is not open yet: your vote was not recorded."))


def _taking_votes(session: Session, service: Service, ballot: Ballot) -> Ballot:
    """``ballot``, which takes votes and cannot be closed before this transaction ends.

    What counts is when the request arrived, before it waited for a thread or for its turn; the
    close waits for those (`eak_voting.ballots.timetable.GRACE`).
    """
    if ballot.state == "announced" and phase(ballot, asked_at(session)) == "open":
        open_ballot(session, service, ballot)  # the worker is late: whoever comes first opens it
    held = session.connection().execute(_hold, {"ballot_id": ballot.id}).one()
    if tuple(held) != (ballot.state, ballot.version_id, ballot.closes_at):
        session.refresh(ballot)
    require_open(session, ballot)
    return ballot


def _standing(
    session: Session, actor: Actor, ballot: Ballot, choices: str, form_key: str
) -> Cast | None:
    """What this very vote of ``actor`` was answered, where it was recorded in time."""
    assert actor.person_id is not None
    code = receipts.new_code(form_key, ballot.id) if ballot.secrecy == "secret" else None
    mark = receipts.mark_of(code) if code else receipts.voter_key(ballot.key, actor.person_id)
    paper = box.paper_of(session, ballot, mark)
    if paper is None or paper.choices != choices:
        return None
    return Cast(box.receipt_of(ballot, paper, code), code, repeated=True)


def _cast_secret(
    session: Session, ballot: Ballot, choices: str, form_key: str, *, first: bool
) -> Cast:
    code = receipts.new_code(form_key, ballot.id)
    if not first:
        if box.paper_of(session, ballot, receipts.mark_of(code)) is None:
            raise CodeNeeded(
                _l(
                    "You have already voted in this ballot. It is secret: only the code that you"
                    " received then can change your vote."
                )
            )
        return _change_secret(session, ballot, code, choices)
    proof, version = box.give_receipt(session, ballot, code, 1, choices)
    box.put_in(session, ballot, proof.mark, choices, version=version)
    mixing.mix_around(session, Paper, ballot.id, proof.mark)
    return Cast(proof.receipt, code)


def _change_secret(session: Session, ballot: Ballot, code: str, choices: str) -> Cast:
    paper = box.paper_of(session, ballot, receipts.mark_of(code))
    if paper is None:
        raise _wrong_code()
    before = box.receipt_of(ballot, paper, code)
    if paper.choices == choices:
        return Cast(before, code, repeated=True)
    after, paper.version = box.give_receipt(session, ballot, code, paper.version + 1, choices)
    paper.choices = choices
    box.replace_receipt(session, ballot, before)
    session.flush()
    mixing.mix_around(session, Paper, ballot.id, paper.mark)
    return Cast(after.receipt, code, changed=True)


def _cast_open(
    session: Session,
    actor: Actor,
    ballot: Ballot,
    key: str,
    choices: str,
    form_key: str,
    source: str | None,
    *,
    first: bool,
) -> Cast:
    code = receipts.new_code(form_key, ballot.id)
    if first:
        proof, version = box.give_receipt(session, ballot, code, 1, choices)
        box.put_in(
            session,
            ballot,
            key,
            choices,
            version=version,
            salt=proof.salt,
            receipt=proof.receipt,
            person_id=actor.person_id if ballot.secrecy == "public" else None,
            source=bursts.group(ballot, source),
        )
        return Cast(proof.receipt)
    paper = box.paper_of(session, ballot, key)
    assert paper is not None  # the register's entry and the paper come and go together
    before = box.receipt_of(ballot, paper, None)
    if paper.choices == choices:
        return Cast(before, repeated=True)
    proof, paper.version = box.give_receipt(session, ballot, code, paper.version + 1, choices)
    paper.choices, paper.salt, paper.receipt = choices, proof.salt, proof.receipt
    box.replace_receipt(session, ballot, before)
    return Cast(proof.receipt, changed=True)


def _wrong_code() -> WrongCode:
    return WrongCode(
        _l("No vote in this ballot has this code. Compare it with your receipt, letter by letter.")
    )


def _publish(session: Session, actor: Actor, ballot: Ballot, happened: type[Event]) -> None:
    """In secret ballots without the person, and no finer than the hour."""
    secret = ballot.secrecy == "secret"
    person_id = None if secret else actor.person_id
    publish(
        session,
        happened(ballot_id=ballot.id, person_id=person_id),
        service_id=ballot.service_id,
        actor_id=person_id,
        occurred_at=box.hour_of(clock.now()) if secret else None,
    )
