"""The matchmaking plugin: what it answers when the core asks."""

from collections.abc import Iterable

import click

from eak_core.api import hookimpl
from eak_matchmaking.commands import COMMANDS
from eak_matchmaking.manifest import plugin

__all__ = ["plugin"]


@hookimpl
def register_commands() -> Iterable[click.Command]:
    return COMMANDS
