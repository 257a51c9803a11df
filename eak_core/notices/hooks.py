"""What the room of notices answers to the questions that plugins are asked as well."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from eak_core.db import Session
from eak_core.i18n import _, _l
from eak_core.notices import personal_data
from eak_core.plugins.hooks.contributions import Kept, NavItem
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.services.models import Service


@hookimpl
def followed_things(service: Service, subjects: Sequence[str]) -> Mapping[str, NavItem]:
    """The service itself; who may read it has been asked by whoever asks here."""
    mine: Iterable[str] = {f"service:{service.id}"}.intersection(subjects)
    label = _("The service %(name)s", name=service.name)
    return {subject: NavItem(label, "services.home") for subject in mine}


@hookimpl
def kept_data() -> Iterator[Kept]:
    """What is stored here about people."""
    yield Kept(
        _l("What you follow, and what you were told"),
        _l(
            "the ideas, services and ballots you follow, how you want to be told, and the notices"
            " you were sent"
        ),
        _l("to tell you what becomes of them"),
        _l("you"),
        _l("notices for 90 days; the rest until your account is erased"),
    )


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """What they follow, how they want to be told, what they were told of."""
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    """All of that."""
    personal_data.erase_person(session, person_id)
