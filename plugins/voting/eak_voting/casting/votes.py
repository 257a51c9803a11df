"""Casting a vote: register, box, receipt and event in the one transaction that is open."""

from sqlalchemy import select

from eak_core.api import Actor, Event, Service, Session, clock, hold_account, publish, require
from eak_voting.ballots.timetable import hour_of
from eak_voting.casting import bursts, receipts
from eak_voting.casting.box import Cast, Vote, WrongCode, box_of
from eak_voting.casting.electorate import require_admitted
from eak_voting.casting.holding import TooLate, hold_open
from eak_voting.events import VoteCast, VoteChanged, VoteWithdrawn
from eak_voting.models import Ballot, Paper, RegisterEntry


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
    where the vote was cast by another form and is secret; `SignInRequired` where the account was
    erased or closed meanwhile, `Forbidden` for whoever is not of the electorate; `ValueError` for
    choices that the terms do not allow.
    """
    require(actor, "voting.vote", service)
    assert actor.person_id is not None
    hold_account(session, actor)
    voter = receipts.voter_key(ballot.key, actor.person_id)
    vote = Vote(voter, choices, form_key, actor.person_id, source)
    try:
        box = hold_open(session, service, ballot)
    except TooLate:
        # An answer that was lost on its way is asked for again after the close.
        done = box_of(session, service, ballot).standing(vote)
        if done is None:
            raise
        return done
    require_admitted(session, actor, service, box.terms.settings.electorate)
    done = box.put(vote)
    if done.first:
        bursts.note(session, ballot, actor, source)
    if not done.repeated:
        _publish(session, actor, ballot, VoteCast if done.first else VoteChanged)
    return done


def change_with_code(
    session: Session, actor: Actor, service: Service, ballot: Ballot, code: str, choices: str
) -> Cast:
    """Change the vote that ``code`` belongs to in a secret ballot, whoever has the code.

    `WrongCode`, `TooLate`, `ValueError` as in `cast`.
    """
    require(actor, "voting.vote", service)
    done = hold_open(session, service, ballot).change(code, choices)
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
    assert actor.person_id is not None
    box = hold_open(session, service, ballot)
    if box.take_back(receipts.voter_key(ballot.key, actor.person_id), code):
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
        raise WrongCode
    return paper.choices


def _publish(session: Session, actor: Actor, ballot: Ballot, happened: type[Event]) -> None:
    """In secret ballots without the person, and no finer than the hour."""
    secret = ballot.secrecy == "secret"
    person_id = None if secret else actor.person_id
    publish(
        session,
        happened(ballot_id=ballot.id, person_id=person_id),
        service_id=ballot.service_id,
        actor_id=person_id,
        occurred_at=hour_of(clock.now()) if secret else None,
    )
