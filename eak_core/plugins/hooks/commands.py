"""Commands of plugins, and which of them need no site."""

from typing import TypeVar
from weakref import WeakSet

import click

C = TypeVar("C", bound=click.Command)

_standalone: WeakSet[click.Command] = WeakSet()


def standalone(command: C) -> C:
    """Let a command of ``register_commands`` run without an instance, a database or a service.

    Over ``@click.command()``; over a group it holds for all below it. Such a command takes all it
    works on from its arguments, and gets no ``--service``::

        @standalone
        @click.command()
        @click.argument("file", type=click.File())
        def recount(file):
            ...
    """
    _standalone.add(command)
    return command


def is_standalone(command: click.Command) -> bool:
    """Whether ``command`` was marked so."""
    return command in _standalone
