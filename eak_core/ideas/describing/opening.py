"""Opening a service. It is never without the lists that its ideas are described with, so the room
that knows them does it."""

from collections.abc import Collection

from sqlalchemy.exc import IntegrityError

from eak_core import clock
from eak_core.db import Session
from eak_core.events import CORE, publish, subscriptions
from eak_core.ideas.describing.criteria import add_usual_criteria
from eak_core.ideas.describing.subjects import add_usual_subjects
from eak_core.ideas.describing.territory import ensure_communes
from eak_core.permissions import Actor, require
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service import activation
from eak_core.services.directory import checked_values, stored
from eak_core.services.events import ServiceCreated
from eak_core.services.models import Audience, Service
from eak_core.services.slugs import check_slug, slug_taken


def create_service(
    session: Session,
    actor: Actor,
    slug: str,
    name: str,
    *,
    description: str = "",
    audience: Audience = "public",
    theme: str | None = None,
    plugins: Collection[str] = (),
) -> Service:
    """Open a service, with what its ideas are described with and these ``plugins``, by name,
    switched on: all or nothing.

    `Invalid` names the field that is wrong; `Forbidden` unless administrator; `Refused` where one
    of the plugins is not ready or requires another one, `NotFound` where it is not installed.
    """
    require(actor, "service.create")
    check_slug(slug)
    values = checked_values(name, description, audience, theme)
    service = Service(slug=slug, created_at=clock.now(), **stored(values))
    try:
        with session.begin_nested():
            session.add(service)
    except IntegrityError:
        raise slug_taken() from None
    subscriptions.start(session, CORE.name, service.id)
    publish(
        session,
        ServiceCreated(
            created_id=service.id,
            slug=slug,
            audience="public" if audience == "public" else "internal",
        ),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    _furnish(session, service)
    for name in _in_order(plugins):
        activation.enable(session, actor, service, name)
    return service


def _furnish(session: Session, service: Service) -> None:
    ensure_communes(session)
    add_usual_criteria(session, service.id)
    add_usual_subjects(session, service.id)
    session.flush()


def _in_order(names: Collection[str]) -> list[str]:
    """``names`` in calling order, in which a plugin follows those that it requires."""
    known = [name for name in get_host().installed if name in names]
    return [*known, *sorted(set(names).difference(known))]
