"""What the plugin knows of a person: given to them, and forgotten with their account."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select, update

from eak_core.api import Actor, Session, person_address
from eak_matchmaking.matching.tables import MatchingRound, Pair, Wish
from eak_matchmaking.models import Invitation, Member, Need, Offer, Organisation, Presence
from eak_matchmaking.organisations.members import remove
from eak_matchmaking.proposals import stopping
from eak_matchmaking.proposals.tables import Proposal, ProposalStep
from eak_matchmaking.suggestions.tables import Decline


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """The organisations that a person acts for, those that they brought, and what they offered and
    asked for."""
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
        "invitations": [
            dict(row)
            for row in session.execute(
                select(Organisation.name, Invitation.role, Invitation.invited_at)
                .join(Invitation, Invitation.organisation_id == Organisation.id)
                .where(Invitation.email == person_address(session, person_id))
            ).mappings()
        ],
        "offers": _written(session, Offer, Offer.created_by == person_id),
        "needs": _written(session, Need, Need.stated_by == person_id),
        "declined": [
            dict(row)
            for row in session.execute(
                select(
                    Organisation.name,
                    Decline.idea_id,
                    Decline.reason,
                    Decline.words,
                    Decline.declined_at,
                )
                .join(Organisation, Organisation.id == Decline.organisation_id)
                .where(Decline.declined_by == person_id)
                .order_by(Decline.declined_at)
            ).mappings()
        ],
        "proposals": _written(session, Proposal, Proposal.proposed_by == person_id),
        "said_of_proposals": _written(session, ProposalStep, ProposalStep.person_id == person_id),
        "matching_rounds": _told(
            session,
            select(
                MatchingRound.title,
                MatchingRound.text,
                MatchingRound.opened_at,
                MatchingRound.closes_at,
            ).where(MatchingRound.opened_by == person_id),
        ),
        "preferences": _told(
            session,
            select(
                Wish.round_id,
                Wish.by,
                Wish.idea_id,
                Wish.organisation_id,
                Wish.place,
                Wish.declared_at,
            ).where(Wish.declared_by == person_id),
        ),
        "decided_pairs": _told(
            session,
            select(
                Pair.round_id,
                Pair.idea_id,
                Pair.organisation_id,
                Pair.standing,
                Pair.reason,
                Pair.decided_at,
            ).where(Pair.decided_by == person_id),
        ),
    }


def _told(session: Session, query: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(query).mappings()]


#: The columns that say who it was, which the person knows.
_KEYS = frozenset({"created_by", "stated_by", "proposed_by", "person_id", "form_key"})


def _written(
    session: Session,
    table: type[Offer | Need | Proposal | ProposalStep],
    theirs: ColumnElement[bool],
) -> list[dict[str, Any]]:
    columns = [each for each in table.__table__.columns if each.name not in _KEYS]
    rows = session.execute(select(*columns).where(theirs).order_by(table.id)).mappings()
    return [
        {name: value.isoformat() if type(value) is date else value for name, value in row.items()}
        for row in rows
    ]


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
    session.execute(
        delete(Invitation).where(Invitation.email == person_address(session, person_id))
    )
    # Whom the author of an idea prefers was never public; what a partner wishes is its own word.
    session.execute(delete(Wish).where(Wish.declared_by == person_id, Wish.by == "idea"))
    for column in (
        Organisation.registered_by,
        Presence.verified_by,
        Invitation.invited_by,
        Wish.declared_by,
        Pair.decided_by,
    ):
        session.execute(update(column.class_).where(column == person_id).values({column.key: None}))
    # What was offered is the organisation's, and what is missing the idea's.
    for table, column in (
        (Offer, Offer.created_by),
        (Need, Need.stated_by),
        (Proposal, Proposal.proposed_by),
        (MatchingRound, MatchingRound.opened_by),
    ):
        forgotten = {column.key: None, "form_key": None}
        session.execute(update(table).where(column == person_id).values(forgotten))
    # That an idea is not for it is the organisation's word; what was said of it was never public.
    session.execute(
        update(Decline).where(Decline.declined_by == person_id).values(declined_by=None, words="")
    )
    stopping.pass_on(session, person_id)
    # What an author said of a proposal was never public; that they were for it or not remains.
    theirs = ProposalStep.person_id == person_id
    session.execute(
        update(ProposalStep).where(theirs, ProposalStep.by == "author").values(words="")
    )
    session.execute(update(ProposalStep).where(theirs).values(person_id=None))
    session.execute(delete(Member).where(Member.person_id == person_id))
