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
