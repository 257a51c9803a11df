"""What the plugin knows of a person: given to them, and forgotten with their account."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update

from eak_core.api import Actor, Session
from eak_matchmaking.models import Invitation, Member, Organisation, Presence
from eak_matchmaking.organisations.members import remove


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """The organisations that a person acts for, and those that they brought."""
    theirs = session.execute(
        select(Organisation.name, Member.role, Member.since)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.person_id == person_id)
    ).mappings()
    brought = select(Organisation.name, Organisation.registered_at)
    return {
        "member_of": [dict(row) for row in theirs],
        "registered": [
            dict(row)
            for row in session.execute(
                brought.where(Organisation.registered_by == person_id)
            ).mappings()
        ],
        "verified": [
            dict(row)
            for row in session.execute(
                select(Organisation.name, Presence.verified_at)
                .join(Presence, Presence.organisation_id == Organisation.id)
                .where(Presence.verified_by == person_id)
            ).mappings()
        ],
    }


def erase_person(session: Session, person_id: int) -> None:
    """Let a person act for nobody; what their organisations did stays under the organisations'
    names."""
    for organisation in session.scalars(
        select(Organisation)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.person_id == person_id)
        .order_by(Organisation.id)
    ).all():
        remove(session, organisation, person_id, Actor.system())
    for column in (Organisation.registered_by, Presence.verified_by, Invitation.invited_by):
        session.execute(update(column.class_).where(column == person_id).values({column.key: None}))
    session.execute(delete(Member).where(Member.person_id == person_id))
