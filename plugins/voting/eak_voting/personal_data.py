"""What votes store about a person: the copy of it, and its erasure.

A vote that was cast counts on when its voter leaves: register and box get a random key in the
place of the voter's, the name and the salt of the receipt go, and the count stays what it was. In
secret ballots the register alone knows the person, so the vote is not touched. Support outside of
ballots is somebody's standing word for an idea: it is taken back, and the count of the idea says
so by an event like any other. What was declared and the reminders are deleted.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, tuple_, update

from eak_core.api import Session, publish
from eak_voting.ballots.frozen import forget_words
from eak_voting.ballots.preparing import locked
from eak_voting.casting.receipts import voter_key
from eak_voting.events import SupportWithdrawn, VoterErased
from eak_voting.models import (
    Ballot,
    Declaration,
    Exclusion,
    Paper,
    RegisterEntry,
    Reminder,
    Support,
)

_AT_ONCE = 200


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """The ballots that a person voted in, what they chose where the site knows it, what they
    support, declared and asked for, and what they did as a manager."""
    declared = session.get(Declaration, person_id)
    return {
        "ballots": [_voted(session, *each) for each in _entries(session, person_id)],
        "supports": [
            {"service_id": each.service_id, "idea_id": each.idea_id, "given_at": each.given_at}
            for each in session.scalars(
                select(Support).where(Support.person_id == person_id).order_by(Support.given_at)
            )
        ],
        "declaration": {
            "commune": declared.commune_code,
            "age": declared.attested_age,
            "declared_at": declared.declared_at,
            "changes": declared.changes,
            "changed_at": declared.changed_at,
        }
        if declared is not None
        else None,
        "reminders": [
            {"ballot_id": each.ballot_id, "asked_at": each.asked_at}
            for each in session.scalars(select(Reminder).where(Reminder.person_id == person_id))
        ],
        **_managed(session, person_id),
    }


def erase_person(session: Session, person_id: int) -> None:
    """Cut a person from their votes, and delete the rest."""
    named_in: set[int] = set()
    for ballot, key, _hour in list(_entries(session, person_id)):
        if ballot.secrecy == "public":
            named_in.add(ballot.service_id)
        _cut(session, ballot, key)
    for service_id in sorted(named_in):
        publish(session, VoterErased(person_id=person_id), service_id=service_id)
    _withdraw_support(session, person_id)
    _forget_who_managed(session, person_id)
    forget_words(session, person_id)
    for table in (Declaration, Reminder):
        session.execute(delete(table).where(table.person_id == person_id))


def _entries(session: Session, person_id: int) -> Iterator[tuple[Ballot, str, datetime]]:
    """Every ballot in whose register the person stands, with their key there and the hour."""
    query = select(Ballot).where(Ballot.state != "draft").order_by(Ballot.id)
    ballots = session.scalars(query).all()
    entry = tuple_(RegisterEntry.ballot_id, RegisterEntry.voter_key)
    for start in range(0, len(ballots), _AT_ONCE):
        some = {ballot.id: ballot for ballot in ballots[start : start + _AT_ONCE]}
        keys = [(ballot.id, voter_key(ballot.key, person_id)) for ballot in some.values()]
        rows = session.execute(
            select(RegisterEntry.ballot_id, RegisterEntry.voter_key, RegisterEntry.hour)
            .where(entry.in_(keys))
            .order_by(RegisterEntry.ballot_id)
        )
        yield from ((some[ballot_id], key, hour) for ballot_id, key, hour in rows)


def _voted(session: Session, ballot: Ballot, key: str, hour: datetime) -> Mapping[str, Any]:
    said: dict[str, Any] = {
        "ballot_id": ballot.id,
        "service_id": ballot.service_id,
        "title": ballot.title,
        "hour": hour,
        "secrecy": ballot.secrecy,
    }
    if ballot.secrecy != "secret":
        paper = session.get(Paper, (ballot.id, key))
        if paper is not None:
            said |= {"choices": json.loads(paper.choices), "receipt": paper.receipt}
    return said


def _managed(session: Session, person_id: int) -> Mapping[str, Any]:
    prepared = select(Ballot.id, Ballot.title, Ballot.created_at)
    excluded = select(Exclusion.ballot_id, Exclusion.number, Exclusion.excluded_at)
    return {
        "prepared_ballots": [
            dict(row)
            for row in session.execute(
                prepared.where(Ballot.created_by == person_id).order_by(Ballot.id)
            ).mappings()
        ],
        "exclusions": [
            dict(row)
            for row in session.execute(
                excluded.where(Exclusion.excluded_by == person_id).order_by(Exclusion.id)
            ).mappings()
        ],
    }


def _cut(session: Session, ballot: Ballot, key: str) -> None:
    # With the row of the ballot: publishing receipts writes register and box of an open ballot
    # anew, and would carry the old key over.
    locked(session, ballot)
    nobody = secrets.token_hex(32)
    session.execute(
        update(RegisterEntry)
        .where(RegisterEntry.ballot_id == ballot.id, RegisterEntry.voter_key == key)
        .values(voter_key=nobody)
    )
    if ballot.secrecy != "secret":
        session.execute(
            update(Paper)
            .where(Paper.ballot_id == ballot.id, Paper.mark == key)
            .values(mark=nobody, person_id=None, salt=None)
        )


def _forget_who_managed(session: Session, person_id: int) -> None:
    """Ballots and exclusions stay, with their public reasons; who had made them does not."""
    for column in (Ballot.created_by, Exclusion.excluded_by):
        session.execute(update(column.class_).where(column == person_id).values({column: None}))


def _withdraw_support(session: Session, person_id: int) -> None:
    rows = session.execute(
        delete(Support)
        .where(Support.person_id == person_id)
        .returning(Support.idea_id, Support.service_id)
    ).all()
    for idea_id, service_id in sorted(rows):
        withdrawn = SupportWithdrawn(idea_id=idea_id, person_id=person_id)
        publish(session, withdrawn, service_id=service_id)
