"""What the host needs from rooms that stand above it, handed over when the application starts.

Imports run one way, from the rooms down to the host; so the host says here what it asks for, and
`eak_core.app` gives it the functions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flask import Flask, current_app, request

from eak_core.db import Session
from eak_core.permissions import Actor

EXTENSION = "eak_plugin_neighbours"


class IdeasInStages(Protocol):
    """How many ideas of a service stand in one of ``stages``."""

    def __call__(self, session: Session, service_id: int, stages: Sequence[str]) -> int: ...


class MoveIdeas(Protocol):
    """Brings every idea that stands in one of ``from_stages`` to the stage ``to``, with a public
    reason and without asking guards; answers how many. The plugins ``active`` stay on."""

    def __call__(
        self,
        session: Session,
        actor: Actor,
        service: Any,
        from_stages: Sequence[str],
        to: str,
        reason: str,
        *,
        active: frozenset[str],
    ) -> int: ...


class TellSuspended(Protocol):
    """Tells those who run a service, by mail in this transaction, that a plugin was put aside."""

    def __call__(self, session: Session, service_id: int, plugin: str, at: datetime) -> None: ...


class Client(Protocol):
    """What tells the client of this request from others: the network it comes from."""

    def __call__(self) -> str: ...


def _no_ideas(session: Session, service_id: int, stages: Sequence[str]) -> int:
    return 0


def _move_none(
    session: Session,
    actor: Actor,
    service: Any,
    from_stages: Sequence[str],
    to: str,
    reason: str,
    *,
    active: frozenset[str],
) -> int:
    return 0


def _tell_nobody(session: Session, service_id: int, plugin: str, at: datetime) -> None:
    """Nobody runs a service here."""


def _address() -> str:
    return request.remote_addr or ""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The functions of other rooms that the host calls."""

    ideas_in_stages: IdeasInStages = _no_ideas
    move_ideas: MoveIdeas = _move_none
    tell_suspended: TellSuspended = _tell_nobody
    client: Client = _address

    def init_app(self, app: Flask) -> None:
        """Answer for ``app``."""
        app.extensions[EXTENSION] = self


def get_neighbours() -> Neighbours:
    """What was handed over to the current application; without ideas where nothing was."""
    found = current_app.extensions.get(EXTENSION)
    return found if isinstance(found, Neighbours) else Neighbours()
