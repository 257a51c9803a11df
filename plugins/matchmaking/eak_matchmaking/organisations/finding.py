"""Finding organisations, and the one that a person acts for."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, select

from eak_core.api import Actor, Forbidden, NotFound, Service, Session, _l
from eak_matchmaking.models import Acting, Member, Organisation, Presence


def present(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep the organisations that are there for a service and at work."""
    there = select(Presence.organisation_id).where(
        Presence.service_id == service_id, Presence.organisation_id == Organisation.id
    )
    # Of the organisation alone: a query may have a presence of its own.
    return Organisation.closed_at.is_(None), there.correlate(Organisation).exists()


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


def own(session: Session, person_id: int | None) -> Sequence[Organisation]:
    """The organisations at work that a person is a member of, by their names."""
    if person_id is None:
        return ()
    return session.scalars(
        select(Organisation)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.person_id == person_id, Organisation.closed_at.is_(None))
        .order_by(Organisation.folded, Organisation.id)
    ).all()


def here(session: Session, service_id: int, ids: Collection[int]) -> set[int]:
    """Those of ``ids`` that are there for a service."""
    found = session.scalars(
        select(Presence.organisation_id).where(
            Presence.service_id == service_id, Presence.organisation_id.in_(ids)
        )
    )
    return set(found)


def acting_for(session: Session, actor: Actor) -> Organisation | None:
    """The organisation that ``actor`` acts for: the one they chose, or the only one there is."""
    if actor.person_id is None:
        return None
    mine = own(session, actor.person_id)
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
        raise Forbidden(_l("Say first which organisation you act for, on the page of partners."))
    there = session.get(Presence, (service.id, organisation.id))
    if there is None:
        raise Forbidden(
            _l(
                "“%(name)s” is not among the partners of this service yet: add it there first.",
                name=organisation.name,
            )
        )
    return organisation


def names_of(session: Session, ids: Collection[int]) -> Mapping[int, Organisation]:
    """Organisations by their ids, with one statement."""
    found = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return {each.id: each for each in found}
