"""Finding organisations, and the one that a person acts for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import selectinload

from eak_core.api import Actor, Forbidden, NavItem, NotFound, Service, Session, _l, may, numbered
from eak_matchmaking.models import ORGANISATION_NAME, Acting, Member, Organisation, Presence

#: So many others are offered where one is to be chosen.
MOST_OTHERS = 500

#: Where one says which organisation one acts for, and adds it to the partners of a service.
PARTNERS = (_l("See the partners of this service"), "matchmaking.index")

#: What `rights` reads of an organisation, for many at once.
_RIGHTS = selectinload(Organisation.presences), selectinload(Organisation.members)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asks of the directory: a kind, a commune by its INSEE code."""

    kind: str | None = None
    commune: str | None = None


def present(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep the organisations that are there for a service and at work."""
    there = select(Presence.organisation_id).where(
        Presence.service_id == service_id, Presence.organisation_id == Organisation.id
    )
    # Of the organisation alone: a query may have a presence of its own.
    return Organisation.closed_at.is_(None), there.correlate(Organisation).exists()


def listed(
    service_id: int, filters: Filters, *matching: ColumnElement[bool]
) -> Select[Organisation, datetime | None]:
    """The statement of the directory of a service: what ``filters`` and the conditions ``matching``
    let through, by its name, each with when it was verified there."""
    kept = [Presence.service_id == service_id, Organisation.closed_at.is_(None), *matching]
    if filters.kind:
        kept.append(Organisation.kind == filters.kind)
    if filters.commune:
        # An organisation that names no commune works in all of them.
        there = Organisation.communes.contains(f" {filters.commune} ", autoescape=True)
        kept.append(or_(Organisation.communes == "", there))
    return (
        select(Organisation, Presence.verified_at)
        .join(Presence, Presence.organisation_id == Organisation.id)
        .where(*kept)
        .order_by(Organisation.folded, Organisation.id)
    )


def at_desk(service_id: int) -> Select[Organisation, Presence]:
    """The statement of the organisations at work in a service, for those who run it: what waits to
    be verified first. What rights over each rest on comes along."""
    return (
        select(Organisation, Presence)
        .join(Presence, Presence.organisation_id == Organisation.id)
        .where(Presence.service_id == service_id, Organisation.closed_at.is_(None))
        .order_by(Presence.verified_at.is_not(None), Organisation.folded, Organisation.id)
        .options(*_RIGHTS)
    )


def others(session: Session, service_id: int, organisation_id: int) -> Sequence[Organisation]:
    """The other organisations at work in a service, by their names, at most `MOST_OTHERS`, with
    what rights over each rest on."""
    return session.scalars(
        select(Organisation)
        .where(*present(service_id), Organisation.id != organisation_id)
        .order_by(Organisation.folded, Organisation.id)
        .limit(MOST_OTHERS)
        .options(*_RIGHTS)
    ).all()


def organisation_of(session: Session, service: Service, organisation_id: int) -> Organisation:
    """An organisation that is, or was, there for ``service``; also one that closed. `NotFound`
    otherwise."""
    found = session.scalar(
        select(Organisation)
        .join(Presence, Presence.organisation_id == Organisation.id)
        .where(Organisation.id == organisation_id, Presence.service_id == service.id)
    ) if 0 < organisation_id < 2**31 else None  # fmt: skip
    if found is None:
        raise NotFound(_l("There is no partner at this address."))
    return found


def known_as(session: Session, identifier: str, origin: str | None) -> int | None:
    """The id of the organisation at work that has a SIREN or SIRET, or that a list called so; None
    where there is none."""
    same = Organisation.identifier == identifier if identifier else Organisation.origin == origin
    return session.scalar(select(Organisation.id).where(same, Organisation.closed_at.is_(None)))


def role_of(session: Session, organisation_id: int, person_id: int | None) -> str | None:
    """What a person is in an organisation: ``referent`` or ``member``; None for anybody else."""
    if person_id is None:
        return None
    return session.scalar(
        select(Member.role).where(
            Member.organisation_id == organisation_id, Member.person_id == person_id
        )
    )


def reads_hidden(session: Session, actor: Actor, service: Service, organisation_id: int) -> bool:
    """Whether ``actor`` reads what moderators have hidden of an organisation: its members do, and
    those who run the service."""
    is_member = role_of(session, organisation_id, actor.person_id) is not None
    return is_member or may(actor, "matchmaking.run", service)


def own(session: Session, person_id: int | None) -> Sequence[Organisation]:
    """The organisations at work that a person is a member of, by their names, with what rights over
    each rest on."""
    if person_id is None:
        return ()
    return session.scalars(
        select(Organisation)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.person_id == person_id, Organisation.closed_at.is_(None))
        .order_by(Organisation.folded, Organisation.id)
        .options(*_RIGHTS)
    ).all()


def acting_for(
    session: Session, actor: Actor, mine: Sequence[Organisation] | None = None
) -> Organisation | None:
    """The organisation that ``actor`` acts for: the one they chose, or the only one there is.
    ``mine`` is what `own` answers, where that was asked already."""
    if mine is None:
        mine = own(session, actor.person_id)
    if not mine:
        return None
    chosen = session.scalar(
        select(Acting.organisation_id).where(Acting.person_id == actor.person_id)
    )
    found = next((each for each in mine if each.id == chosen), None)
    return found or (mine[0] if len(mine) == 1 else None)


def require_acting(session: Session, actor: Actor, service: Service) -> Organisation:
    """The organisation that ``actor`` acts for, there for ``service``. `Forbidden`, with what to do
    about it, where there is none."""
    organisation = acting_for(session, actor)
    if organisation is None:
        raise Forbidden(
            _l("Say first which organisation you act for, on the page of partners."), PARTNERS
        )
    there = session.get(Presence, (service.id, organisation.id))
    if there is None:
        raise Forbidden(
            _l(
                "“%(name)s” is not among the partners of this service yet: add it there first.",
                name=organisation.name,
            ),
            PARTNERS,
        )
    return organisation


def names_of(session: Session, ids: Collection[int]) -> Mapping[int, Organisation]:
    """Organisations by their ids, with one statement."""
    found = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return {each.id: each for each in found}


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, NavItem]:
    """The organisations among ``subjects`` (``matchmaking.organisation:12``) that are partners of a
    service, by what they are called there."""
    numbers = numbered(ORGANISATION_NAME, subjects)
    if not numbers:
        return {}
    query = select(Organisation.id, Organisation.name).where(
        Organisation.id.in_(numbers), *present(service.id)
    )
    return {
        numbers[number]: NavItem(name, "matchmaking.show", {"organisation_id": number})
        for number, name in session.execute(query)
    }
