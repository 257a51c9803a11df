"""What the host needs from rooms that stand above it, handed over when the application starts.

Imports run one way, from the rooms down to the host; so the host says here what it asks for, and
`eak_core.app` gives it the functions.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from eak_core.db import Session
from eak_core.permissions import Actor

EXTENSION = "eak_plugin_neighbours"

#: How many ideas stand in each of these stages of a service (stages without any left out).
IdeasInStages = Callable[[Session, int, Collection[str]], Mapping[str, int]]

#: Brings every idea of a service that stands in one of the stages to another one, with a public
#: reason, without asking guards; answers how many.
MoveIdeas = Callable[[Session, Actor, Any, Collection[str], str, str], int]


def _no_ideas(session: Session, service_id: int, stages: Collection[str]) -> Mapping[str, int]:
    return {}


def _move_none(
    session: Session, actor: Actor, service: Any, stages: Collection[str], to: str, reason: str
) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The functions of other rooms that the host calls."""

    ideas_in_stages: IdeasInStages = _no_ideas
    move_ideas: MoveIdeas = _move_none

    def init_app(self, app: Flask) -> None:
        """Answer for ``app``."""
        app.extensions[EXTENSION] = self


def get_neighbours() -> Neighbours:
    """What was handed over to the current application; without ideas where nothing was."""
    found = current_app.extensions.get(EXTENSION)
    return found if isinstance(found, Neighbours) else Neighbours()
