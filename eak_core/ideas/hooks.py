"""What the room of ideas answers to the questions that plugins are asked as well."""

from collections.abc import Iterator, Mapping
from typing import Any

from eak_core.db import Session
from eak_core.i18n import _l
from eak_core.ideas import personal_data
from eak_core.plugins.contributions import NavItem
from eak_core.plugins.hookspecs import hookimpl


@hookimpl
def nav_items() -> Iterator[NavItem]:
    """The list of ideas, for everybody who meets the service."""
    yield NavItem(_l("Ideas"), "ideas.index")


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """A person's ideas, and the stage changes they decided."""
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    """Their drafts, and the words of what nobody may read."""
    personal_data.erase_person(session, person_id)
