"""Links on one's account page to what one has elsewhere, given by the rooms that keep it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from flask import Flask, current_app

from eak_core.db import Session
from eak_core.people.models import Person

EXTENSION = "eak_shortcuts"


class Shortcut(NamedTuple):
    """A link, by what it leads to."""

    label: str
    url: str


#: What one room offers a person; asked when the account page is shown.
Shortcuts = Callable[[Session, Person], Iterable[Shortcut]]


def offer_shortcuts(app: Flask, shortcuts: Shortcuts) -> None:
    """Let a room put links on the account page of ``app``."""
    app.extensions.setdefault(EXTENSION, []).append(shortcuts)


def shortcuts_of(session: Session, person: Person) -> list[Shortcut]:
    """Every link for ``person``, room by room."""
    offered: list[Shortcuts] = current_app.extensions.get(EXTENSION, [])
    return [link for shortcuts in offered for link in shortcuts(session, person)]
