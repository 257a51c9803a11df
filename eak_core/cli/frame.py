"""The frame of every command: where the instance is, how the application is opened, how a
refusal becomes one sentence on standard error and an exit code.

0: done. 1: refused, or something wrong was found. 2: misused or misconfigured.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from copy import copy
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from eak_core.errors import EakError, Misconfigured

if TYPE_CHECKING:
    from flask import Flask

    from eak_core.config import Config

REFUSED = 1
MISUSED = 2


@dataclass
class State:
    """What the options common to every command said."""

    instance: Path | None = None

    @property
    def folder(self) -> Path:
        """The instance folder: the option, else ``EAK_INSTANCE``, else ``instance/``."""
        if self.instance is not None:
            return self.instance
        return Path(os.environ.get("EAK_INSTANCE") or "instance")

    def config(self, **overrides: Any) -> "Config":
        """The settings of the instance. Raises Misconfigured."""
        from eak_core.config import load

        return load(self.folder, **overrides)

    @contextmanager
    def application(self, *, migrated: bool = True, **overrides: Any) -> "Iterator[Flask]":
        """The application of the instance, in its context and in English like all of ``eak``.

        Raises Misconfigured where the database lacks migrations, unless told not to mind.
        """
        from eak_core.loading import without_collecting

        # A process loads once. Whoever runs many commands in one, as tests do, pays with each to
        # have all counted that it froze.
        first = "eak_core.app" not in sys.modules
        with without_collecting() if first else nullcontext():
            from flask_babel import force_locale

            from eak_core.app import create_app
            from eak_core.db.migrations import require_current

            app = create_app(self.config(**overrides))
        with app.app_context(), force_locale("en"):
            if migrated:
                require_current(app)
            yield app


def state() -> State:
    """The state of the command that is running."""
    return click.get_current_context().ensure_object(State)


def _remember_instance(
    context: click.Context, _parameter: click.Parameter, value: Path | None
) -> None:
    if value is not None:
        context.ensure_object(State).instance = value


def _instance_option() -> click.Option:
    return click.Option(
        ["--instance"],
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="The instance folder.  [env: EAK_INSTANCE; default: instance]",
        expose_value=False,
        callback=_remember_instance,
    )


def accept_instance(command: click.Command) -> click.Command:
    """A copy of ``command`` that accepts ``--instance`` after its name too, and so do all below."""
    copied = duplicate(command, accept_instance)
    if not any("--instance" in parameter.opts for parameter in command.params):
        copied.params.append(_instance_option())
    return copied


def duplicate(
    command: click.Command, below: Callable[[click.Command], click.Command]
) -> click.Command:
    """A copy of ``command`` to change at will, with ``below`` done to the commands of a group.

    The command itself may be a plugin's, and its tests call it: what it was given, it stays.
    """
    copied = copy(command)
    copied.params = list(command.params)
    if isinstance(command, click.Group) and isinstance(copied, click.Group):
        copied.commands = {name: below(each) for name, each in command.commands.items()}
        copied.get_command = partial(_below, command, copied, below)  # type: ignore[method-assign]  # any kind of group
    return copied


def _below(
    group: click.Group,
    copied: click.Group,
    below: Callable[[click.Command], click.Command],
    context: click.Context,
    name: str,
) -> click.Command | None:
    """What is called ``name``, also where ``group`` makes its commands when they are asked for."""
    known = copied.commands.get(name)
    found = group.get_command(context, name) if known is None else None
    return known if found is None else below(found)


class LazyGroup(click.Group):
    """A group that imports a command (``module:attribute``) when it is asked for."""

    def __init__(
        self, *args: Any, commands_at: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.commands_at = dict(commands_at or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order they were written down."""
        return list(dict.fromkeys([*self.commands_at, *self.commands]))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, with ``--instance``; None where there is none."""
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in self.commands_at:
            found = _imported(self.commands_at[cmd_name])
        return None if found is None else accept_instance(found)


def _imported(place: str) -> Any:
    """What stands at ``place`` (``module:attribute``)."""
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)


class Root(LazyGroup):
    """``eak`` itself: the core's commands, then those of the plugins, which the function
    ``contributed_at`` (``module:attribute``) answers by their names, and the exit codes."""

    def __init__(self, *args: Any, contributed_at: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contributed_at = contributed_at
        self.params.append(_instance_option())
        self.params.append(_version_option())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The core's commands first, so that a plugin can add to them and never replace one."""
        core = super().list_commands(ctx)
        return [*core, *(name for name in self._contributed() if name not in core)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, from a plugin only where the core has none of this name."""
        found = super().get_command(ctx, cmd_name)
        return found if found is not None else self._contributed().get(cmd_name)

    def _contributed(self) -> Mapping[str, click.Command]:
        commands: Mapping[str, click.Command] = _imported(self.contributed_at)()
        return commands

    def main(self, args: Sequence[str] | None = None, *rest: Any, **kwargs: Any) -> NoReturn:
        """Run, and exit: never a traceback for what a person can put right."""
        kwargs["standalone_mode"] = False
        sys.exit(_run(lambda: click.Group.main(self, args, *rest, **kwargs)))


def _run(command: Any) -> int:
    try:
        result = command()
    except click.ClickException as error:
        return _refuse(_usage(error), MISUSED if error.exit_code == MISUSED else REFUSED)
    except click.Abort:
        return _refuse("Stopped; nothing more was done.", REFUSED)
    except Misconfigured as error:
        return _refuse(str(error), MISUSED)
    except EakError as error:
        return _refuse(_with_fields(error), REFUSED)
    except BrokenPipeError:
        # The reader has seen enough (`eak event list | head`): nothing to say, nor a way to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        return _refuse(sentence, MISUSED)
    return result if isinstance(result, int) else 0


def _usage(error: click.ClickException) -> str:
    sentence = error.format_message()
    context = getattr(error, "ctx", None)
    if isinstance(error, click.UsageError) and context is not None:
        sentence = f"{sentence} See “{context.command_path} --help”."
    return sentence


def _with_fields(error: EakError) -> str:
    fields: Mapping[str, Any] = getattr(error, "fields", {})
    return " ".join([str(error), *(f"{name}: {said}" for name, said in fields.items())])


def _sentence(error: Exception) -> str | None:
    """A sentence where a disk or the database is the cause; None for any other mistake."""
    if isinstance(error, OSError) and error.errno is not None:
        what = f"{error.filename}: " if error.filename is not None else ""
        return f"{what}{error.strerror or error}."
    if "sqlalchemy" not in sys.modules:
        return None
    from eak_core.db.trouble import is_database_trouble, is_read_only

    if not is_database_trouble(error) and not is_read_only(error):
        return None
    reason = " ".join(str(getattr(error, "orig", error)).split())
    return f"The database cannot be used (setting database_url): {reason}."


def _refuse(sentence: str, code: int) -> int:
    from eak_core.web.text import clean_line

    # A sentence may quote a file, whose signs must not do anything to the screen.
    click.echo(f"eak: {' '.join(clean_line(sentence).split())}", err=True)
    return code


def _version_option() -> click.Option:
    def show(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
        if asked and not context.resilient_parsing:
            from eak_core import __version__

            click.echo(f"eak {__version__}")
            context.exit()

    return click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help="Show the version and exit.",
    )
