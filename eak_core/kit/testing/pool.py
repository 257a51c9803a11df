"""Applications kept from one test to the next, each put back to how it began.

Making an application costs about a tenth of a second, mostly for compiling its routes; a test of
one page costs less. So an application is lent to one test at a time, on a database of its own, and
afterwards its database, its instance folder and its state are as they were when it was made. One
that cannot be put back (a page was added to it, say) is not kept.
"""

import importlib
import os
import shutil
import sys
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from flask import Flask
from sqlalchemy import QueuePool

from eak_core.db import db
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.migrated import Plugins, distributions, fresh, template_name
from eak_core.kit.testing.site import open_app

#: How many applications wait for their next test, at most: one for each plugin and database, since
#: each new one compiles its statements again. Each holds some megabytes.
KEPT = 24
#: How many of them keep their connections, of which PostgreSQL has a hundred for all processes.
CONNECTED = 6

#: What makes two applications the same: their database, plugins, settings and environment.
Key = tuple[Any, ...]


class Beginning:
    """How an application was when it was made."""

    def __init__(self, app: Flask) -> None:
        self._attributes = dict(vars(app))
        self._config = dict(app.config)
        self._extensions = {name: (each, _inside(each)) for name, each in app.extensions.items()}
        self._globals = dict(app.jinja_env.globals), dict(app.jinja_env.filters)
        self._furniture = _furniture(app)

    def restore(self, app: Flask) -> bool:
        """Put ``app`` back; False where something was built in that cannot be taken out."""
        if _furniture(app) != self._furniture:
            return False
        # What Flask worked out since (its logger, its first request) is kept or forgotten alike.
        vars(app).update(self._attributes)
        _refill(app.config, self._config)
        _refill(app.extensions, {name: each for name, (each, _) in self._extensions.items()})
        for each, inside in self._extensions.values():
            if isinstance(inside, list):
                each[:] = inside
            elif inside is not None:
                _refill(each if isinstance(each, dict) else vars(each), inside)
        _refill(app.jinja_env.globals, self._globals[0])
        _refill(app.jinja_env.filters, self._globals[1])
        return True


def _inside(extension: Any) -> dict[str, Any] | list[Any] | None:
    """What ``extension`` holds, if it is the platform's own and can change."""
    if isinstance(extension, list):
        return list(extension)
    if isinstance(extension, dict):
        return dict(extension)
    ours = type(extension).__module__.startswith("eak_")
    return dict(vars(extension)) if ours and hasattr(extension, "__dict__") else None


def _refill(kept: dict[str, Any], pristine: Mapping[str, Any]) -> None:
    kept.clear()
    kept.update(pristine)


def _furniture(app: Flask) -> tuple[Any, ...]:
    """What pages and functions are built into ``app``."""
    functions = (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
        app.template_context_processors,
        app.url_value_preprocessors,
        app.url_default_functions,
    )
    return (
        sum(1 for _ in app.url_map.iter_rules()),
        {name: id(view) for name, view in app.view_functions.items()},
        [{of: [id(each) for each in several] for of, several in at.items()} for at in functions],
        [id(each) for each in app.teardown_appcontext_funcs],
        [
            (of, code, kind, id(handler))
            for of, codes in app.error_handler_spec.items()
            for code, handlers in codes.items()
            for kind, handler in handlers.items()
        ],
    )


@dataclass
class Kept:
    """An application with its database and its instance folder, lent to one test at a time."""

    key: Key
    app: Flask
    kind: Kind
    url: str
    template: str
    instance: Path
    #: Held so that no other module is ever taken for one of these.
    modules: Sequence[object]
    closing: ExitStack
    beginning: Beginning = field(init=False)
    files: dict[Path, tuple[int, bytes]] = field(init=False)

    def __post_init__(self) -> None:
        self.beginning = Beginning(self.app)
        self.files = {
            file: (file.stat().st_mode & 0o777, file.read_bytes())
            for file in self.instance.rglob("*")
            if file.is_file()
        }

    def clear(self, databases: Databases) -> bool:
        """Make all as it was; False where it cannot be, as while a connection was never given
        back: it may hold the writer's place, or rows."""
        with self.app.app_context():
            lost = isinstance(db.engine.pool, QueuePool) and db.engine.pool.checkedout()
        # What limits count is cleared by a thread of its own, which may write back what it was
        # about to forget while a reset empties the counts.
        counts = self.app.extensions["eak_limiter"].enabled
        if lost or counts or not self.beginning.restore(self.app):
            return False
        # It was put back with what was counted in its first minute, and with that minute.
        vars(self.app.extensions["eak_security_log"])["_written"].clear()
        databases.renew(self.kind, self.url, self.template, self.let_go)
        mode = self.instance.stat().st_mode & 0o777
        shutil.rmtree(self.instance)
        self.instance.mkdir(mode)
        for file, (permissions, content) in self.files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(permissions)
        return True

    def let_go(self) -> None:
        """Close the connections to its database."""
        with self.app.app_context():
            db.engine.dispose()

    def close(self) -> None:
        """Give everything back."""
        self.let_go()
        self.closing.close()
        shutil.rmtree(self.instance, ignore_errors=True)


class Pool:
    """Applications on ``databases``, lent and taken back; see the module."""

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self._idle: OrderedDict[int, Kept] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all that wait."""
        while self._idle:
            self._idle.popitem()[1].close()

    def lend(self, kind: Kind, plugins: Plugins, overrides: Mapping[str, Any]) -> Kept:
        """An application with ``plugins`` and the settings ``overrides`` on a fresh database: one
        that waited, or a new one."""
        given = None if plugins is None else list(plugins)
        key, modules = _key(kind, given, overrides)
        for number, waiting in reversed(self._idle.items()):
            if waiting.key == key:
                return self._idle.pop(number)
        of = distributions(given)
        template = template_name(of)
        closing = ExitStack()
        url = closing.enter_context(fresh(self.databases, kind, of))
        instance = self.databases.folder / f"instance-{uuid.uuid4().hex}"
        app = open_app(url, instance, given, **overrides)
        return Kept(key, app, kind, url, template, instance, modules, closing)

    def take_back(self, kept: Kept) -> None:
        """Let ``kept`` wait for its next test, as it was at first."""
        if not kept.clear(self.databases):
            kept.close()
            return
        self._idle[id(kept)] = kept
        if len(self._idle) > CONNECTED:
            list(self._idle.values())[-CONNECTED - 1].let_go()
        while len(self._idle) > KEPT:
            self._idle.popitem(last=False)[1].close()


def _key(
    kind: Kind, plugins: Sequence[ModuleType | str] | None, overrides: Mapping[str, Any]
) -> tuple[Key, Sequence[object]]:
    environment = sorted(each for each in os.environ.items() if each[0].startswith("EAK_"))
    settings = repr(sorted(overrides.items()))
    if plugins is None:
        # The packages that are installed are those found along the path.
        return (kind, None, tuple(sys.path), metadata.entry_points, settings, *environment), ()
    modules = [_module(each) for each in plugins]
    contents = tuple(tuple(_contents(each)) for each in modules)
    return (kind, contents, settings, *environment), [list(vars(each).values()) for each in modules]


def _module(given: ModuleType | str) -> ModuleType:
    """The module ``given``, or what stands for one that cannot be imported, for this reason."""
    if isinstance(given, ModuleType):
        return given
    try:
        return importlib.import_module(given)
    except Exception as error:  # noqa: BLE001 - whatever an author got wrong
        return _broken(given, repr(error))


@cache
def _broken(name: str, reason: str) -> ModuleType:
    return ModuleType(name, reason)


def _contents(module: ModuleType) -> Iterator[tuple[str, int]]:
    """What stands in ``module`` now: a test may have put something else into it."""
    yield module.__name__, id(module)
    for name, value in vars(module).items():
        if name != "__builtins__":
            yield name, id(value)
