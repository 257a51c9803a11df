"""What the administration answers to the questions that plugins are asked as well."""

from collections.abc import Iterator

from eak_core.admin.manage import has_desk
from eak_core.i18n import _l
from eak_core.permissions import Actor
from eak_core.plugins.hooks.contributions import NavItem
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.services.models import Service


@hookimpl
def nav_items(service: Service, actor: Actor) -> Iterator[NavItem]:
    """The way to the desk, for those who have one."""
    if has_desk(service, actor):
        yield NavItem(_l("Management"), "manage.home")


@hookimpl
def desk_pages() -> Iterator[NavItem]:
    """What a service is, who runs it, what is switched on in it, and what was decided."""
    yield NavItem(
        _l("Settings"), "manage.settings",
        note=_l("Name, description, picture, audience and appearance of the service."),
    )  # fmt: skip
    yield NavItem(
        _l("Team"), "manage.people",
        note=_l("Who runs this service with you, and who is invited to."),
    )  # fmt: skip
    yield NavItem(
        _l("Plugins"), "manage_plugins.index",
        note=_l("What is switched on here, and the settings of each."),
    )  # fmt: skip
    yield NavItem(
        _l("Journal"), "journal.index", note=_l("Who decided what in this service, and when.")
    )
