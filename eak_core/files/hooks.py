"""What the room of files answers to the questions that plugins are asked as well."""

from collections.abc import Iterator, Mapping
from typing import Any

from eak_core.db import Session
from eak_core.files import personal_data
from eak_core.i18n import _l
from eak_core.plugins.hooks.contributions import Kept
from eak_core.plugins.hooks.hookspecs import hookimpl


@hookimpl
def kept_data() -> Iterator[Kept]:
    """What is stored here about people."""
    yield Kept(
        _l("Your pictures and documents"),
        _l("the file without what the camera wrote into it, its description and its name"),
        _l("to show them with what you wrote"),
        _l("whoever reads what they belong to"),
        _l("you take them away, or your account is erased"),
    )


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """The files that a person has sent."""
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    """The files that a person has sent, wherever they belong."""
    personal_data.erase_person(session, person_id)
