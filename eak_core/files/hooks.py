"""What the room of files answers to the questions that plugins are asked as well."""

from collections.abc import Mapping
from typing import Any

from eak_core.db import Session
from eak_core.files import personal_data
from eak_core.plugins.hooks.hookspecs import hookimpl


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """The files that a person has sent."""
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    """The files that a person has sent, wherever they belong."""
    personal_data.erase_person(session, person_id)
