"""The directory of services: listing them, changing what one says, archiving it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Conflict, Invalid
from eak_core.events import publish
from eak_core.i18n import _l
from eak_core.permissions import Actor, require
from eak_core.services.events import Changed, ServiceChanged
from eak_core.services.lookup import visible_to
from eak_core.services.models import AUDIENCES, Audience, Service
from eak_core.visible import without_ignorable
from eak_core.web.text import clean_line, clean_lines

NAME_LENGTH = 120
DESCRIPTION_LENGTH = 5_000

#: A theme, or one of its variants: see `eak_core.web.themes`.
THEME = re.compile(r"(?=.{1,40}\Z)[a-z][a-z0-9_-]*(\.[a-z][a-z0-9-]*)?")


def list_services(session: Session, actor: Actor, *, archived: bool = False) -> Sequence[Service]:
    """The services ``actor`` may read, by name; the archived ones at the end where asked for."""
    query = select(Service).where(visible_to(actor))
    if not archived:
        query = query.where(Service.archived_at.is_(None))
    return session.scalars(
        query.order_by(Service.archived_at.isnot(None), Service.name, Service.id)
    ).all()


def change_rule(
    session: Session, service: Service, column: InstrumentedAttribute[Any], value: Any
) -> bool:
    """Let ``service`` have this ``value`` of ``column``; whether it had another one. One statement
    says so, also to the later one of two who do the same at once."""
    changed = session.scalar(
        update(Service)
        .where(Service.id == service.id, column.is_distinct_from(value))
        .values({column: value})
        .returning(Service.id)
    )
    if changed is not None:
        session.refresh(service)
    return changed is not None


def change_service(
    session: Session,
    actor: Actor,
    service: Service,
    *,
    version: int,
    name: str,
    description: str,
    audience: Audience,
    theme: str | None,
) -> Service:
    """Change what ``service`` says, from the ``version_id`` that the person had before their eyes.

    The address stays: links that people hold must keep working. `Conflict` where somebody else
    saved in between; nothing is written then. Nothing happens where nothing changed.
    """
    _lock(session, service)
    require(actor, "service.manage", service)
    values = checked_values(name, description, audience, theme)
    before = {field: getattr(service, field) for field in _FIELDS} | {"audience": service.readers}
    changed: list[Changed] = [field for field in _FIELDS if before[field] != values[field]]
    if not changed:
        return service
    if service.version_id != version:
        raise Conflict(
            _l(
                "Somebody else changed this service while you were writing. Nothing was saved;"
                " what you typed is still in the form. Please compare with the current settings"
                " and save again."
            )
        )
    for column, value in stored(values).items():
        setattr(service, column, value)
    _changed(session, actor, service, *changed)
    return service


def archive_service(session: Session, actor: Actor, service: Service) -> None:
    """Make ``service`` read-only and take it off the portal; its pages stay."""
    require(actor, "service.archive", service)
    _lock(session, service)
    if service.archived_at is None:
        service.archived_at = clock.now()
        _changed(session, actor, service, "archived")


def restore_service(session: Session, actor: Actor, service: Service) -> None:
    """Open an archived ``service`` again."""
    require(actor, "service.archive", service)
    _lock(session, service)
    if service.archived_at is not None:
        service.archived_at = None
        _changed(session, actor, service, "restored")


_FIELDS: tuple[Changed, ...] = ("name", "description", "audience", "theme")


def _lock(session: Session, service: Service) -> None:
    """Read the row as it stands now, and let nobody else change it before the commit."""
    session.refresh(service, with_for_update=True)


def _changed(session: Session, actor: Actor, service: Service, *changed: Changed) -> None:
    session.flush()
    publish(
        session,
        ServiceChanged(changed_id=service.id, changed=changed),
        service_id=service.id,
        actor_id=actor.person_id,
    )


def checked_values(
    name: str, description: str, audience: str, theme: str | None
) -> dict[str, str | None]:
    """The values as they are kept; `Invalid` with a reason for each field that is wrong."""
    name, description = " ".join(clean_line(name).split()), clean_lines(description)
    wrong: dict[str, object] = {}
    if not any(char.isalnum() for char in without_ignorable(name)):
        wrong["name"] = _l("Please give the service a name.")
    elif len(name) > NAME_LENGTH:
        wrong["name"] = _l("The name is too long: 120 characters at most.")
    if len(description) > DESCRIPTION_LENGTH:
        wrong["description"] = _l("The description is too long: 5,000 characters at most.")
    if audience not in AUDIENCES:
        wrong["audience"] = _l("Please choose who may read this service.")
    if theme is not None and not THEME.fullmatch(theme):
        wrong["theme"] = _l("Please choose one of the themes offered.")
    if wrong:
        raise Invalid(_l("The service was not saved: one answer needs correction."), wrong)
    return {"name": name, "description": description, "audience": audience, "theme": theme}


def stored(values: Mapping[str, str | None]) -> dict[str, str | bool | None]:
    """`checked_values` by the columns of a service."""
    preparing = values["audience"] == "preparing"
    return {**values, "audience": "internal" if preparing else values["audience"],
            "preparing": preparing}  # fmt: skip
