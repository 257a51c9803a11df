"""What the room of the front pages answers to the questions that plugins are asked as well."""

from eak_core.db import Session
from eak_core.permissions import Actor
from eak_core.plugins.hooks.contributions import FileHolder
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.portal import picture
from eak_core.services.models import Service


@hookimpl
def file_holder(
    session: Session, service: Service, subject: str, actor: Actor
) -> FileHolder | None:
    """The home of the service, whose picture a file is."""
    return picture.holder(service, subject)
