"""How ``eak`` is typed here: by the way it was called, and with the instance that is in use.

A sentence that says “run eak db upgrade” makes a second site where somebody obeys it in another
folder, or cannot be obeyed where ``eak`` is not on the path. So each names the command whole.
"""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DEFAULT_INSTANCE = Path("instance")


def program() -> str:
    """``eak`` where that is enough, else the way to it: ``.venv/bin/eak``, or a module of Python.

    Under another program (a WSGI server of the operator's) it is the ``eak`` beside its Python.
    """
    called = Path(sys.argv[0]) if sys.argv and sys.argv[0] else Path()
    if called.name == "__main__.py" and called.parent.name == "cli":
        return f"{python()} -m eak_core.cli"
    if called.name != "eak":
        called = Path(sys.executable).with_name("eak")
        if not called.exists():
            return "eak"
    found = shutil.which("eak")
    if found is not None and Path(found).resolve() == called.resolve():
        return "eak"
    return _shortest(called)


def python() -> str:
    """The Python that EAK is installed for, as it can be typed here."""
    return _shortest(Path(sys.executable))


def typed(words: str, instance: Path | str) -> str:
    """``eak`` with ``words``, such as ``db upgrade``, as it can be typed for this ``instance``."""
    instance = Path(instance).absolute()
    if "EAK_INSTANCE" not in os.environ and instance == DEFAULT_INSTANCE.absolute():
        return f"{program()} {words}"
    return f"{program()} --instance {_shortest(instance)} {words}"


def _shortest(path: Path) -> str:
    """``path``, quoted for a shell, from the current folder where it lies below that."""
    whole = path.absolute()
    here = Path.cwd()
    return shlex.quote(str(whole.relative_to(here) if whole.is_relative_to(here) else whole))


@contextmanager
def open_site() -> Iterator[Any]:
    """The site of the command that is running (``--instance``), for a `standalone` command that
    wants it after all: a session that only reads. `Misconfigured` where there is none, or where its
    database lacks migrations."""
    import click

    # What the frame of all commands keeps there, which knows how a site is opened.
    state: Any = click.get_current_context().obj
    with state.application() as app, app.extensions["eak_sessions"]() as session:
        yield session
