"""The ambassadors plugin: what it answers when the core asks."""

from collections.abc import Iterable, Mapping
from typing import Any

import click
from sqlalchemy import select

from eak_ambassadors import personal_data, schedule
from eak_ambassadors.commands import COMMANDS
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Nomination
from eak_ambassadors.nominations.answering import open_since
from eak_ambassadors.pages import desk, nominations, wall
from eak_core.api import (
    AccountLinks,
    Asset,
    DeskItem,
    NavItem,
    Service,
    Session,
    _l,
    hookimpl,
    lazy_ngettext,
    person_address,
)

__all__ = ["desk", "nominations", "plugin", "schedule", "wall"]


@hookimpl
def nav_items() -> Iterable[NavItem]:
    return [NavItem(_l("Ambassadors"), "ambassadors.index")]


@hookimpl
def assets() -> Iterable[Asset]:
    return [Asset("ambassadors.css", "style")]


@hookimpl
def account_links(session: Session, person_id: int) -> AccountLinks | None:
    address = person_address(session, person_id)
    services = session.execute(
        select(Service.slug, Service.name)
        .join(Nomination, Nomination.service_id == Service.id)
        .where(
            Nomination.address == (address or ""),
            Nomination.agreed_at.is_(None),
            Nomination.nominated_at > open_since(),
        )
        .order_by(Service.name)
        .distinct()
    )
    links = [NavItem(name, "ambassadors.mine", {"service_slug": slug}) for slug, name in services]
    return AccountLinks(_l("You were nominated as an ambassador"), links) if links else None


@hookimpl
def desk_items(session: Session, service: Service) -> Iterable[DeskItem]:
    waiting = desk.sent(session, service.id)
    label = lazy_ngettext(
        "%(num)s nomination is passed on", "%(num)s nominations are passed on", waiting
    )
    return [DeskItem(waiting, label, "ambassadors_manage.index")]


@hookimpl
def reset_projections(session: Session, service_id: int) -> None:
    """Nothing is derived from events."""


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    personal_data.erase_person(session, person_id)


@hookimpl
def register_commands() -> Iterable[click.Command]:
    return COMMANDS
