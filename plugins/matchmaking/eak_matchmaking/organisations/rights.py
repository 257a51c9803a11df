"""Who may change an organisation. It stands once on the site: what one service's manager did to it
would be done for all that it is there for."""

from typing import Any

from sqlalchemy import select

from eak_core.api import Actor, Forbidden, Service, Session, _l, may, require
from eak_matchmaking.models import Organisation, Presence


def require_answer(
    session: Session, actor: Actor, service: Service, organisation: Organisation
) -> None:
    """Return where ``actor`` may change an organisation, for all services that it is there for.
    `Forbidden` otherwise; those who run ``service`` are told who may."""
    if may(actor, "matchmaking.run", service) and not answers(actor, service, organisation):
        raise Forbidden(who_answers(session, actor, service, organisation))
    require(actor, "matchmaking.answer", service, organisation)


def answers(actor: Actor, service: Service, organisation: Organisation) -> bool:
    """Whether ``actor`` may change an organisation: its referents, those who manage all services
    that it is there for, and administrators of the site."""
    return may(actor, "matchmaking.answer", service, organisation)


def who_answers(
    session: Session, actor: Actor, service: Service, organisation: Organisation
) -> Any:
    """A sentence about who may change an organisation that is there for other services than
    ``service``. Of these it names those that ``actor`` may read, and says nothing of the others."""
    others = session.scalars(
        select(Service)
        .join(Presence, Presence.service_id == Service.id)
        .where(Presence.organisation_id == organisation.id, Service.id != service.id)
        .order_by(Service.name, Service.id)
    )
    names = [each.name for each in others if may(actor, "service.read", each)]
    if not names:
        return _l("Only its referent or the administration of the site can change it.")
    return _l(
        "This organisation is also a partner of %(services)s: its referent or the administration"
        " of the site can change it.",
        services=", ".join(names),
    )
