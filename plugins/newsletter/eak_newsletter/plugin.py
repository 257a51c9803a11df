"""The newsletter: what it answers when the core asks."""

from collections.abc import Iterable, Mapping
from typing import Any

from eak_core.api import (
    AccountLinks,
    NavItem,
    Session,
    _l,
    hookimpl,
)
from eak_newsletter.manifest import plugin
from eak_newsletter.pages import views
from eak_newsletter.readers import finding, personal_data

__all__ = ["plugin", "views"]


@hookimpl
def nav_items() -> Iterable[NavItem]:
    return [NavItem(_l("Letter"), "newsletter.index")]


@hookimpl
def footer_links() -> Iterable[NavItem]:
    return [NavItem(_l("Receive the letter"), "newsletter.subscribe")]


@hookimpl
def account_links(session: Session, person_id: int) -> AccountLinks | None:
    services = finding.services_of(session, person_id)
    links = [
        NavItem(each.name, "newsletter.mine", {"service_slug": each.slug}) for each in services
    ]
    return AccountLinks(_l("The letters that I receive"), links) if links else None


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    personal_data.erase_person(session, person_id)
