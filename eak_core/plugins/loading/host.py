"""The plugin host of one application: who is installed, who is ready, and how they are asked.

Every plugin is loaded once, at start, in every process. Which are on where is data: callers pass
the names that are on, and nothing is registered or removed while the site runs. What a call
needs is worked out once (`_index`), so that a plugin that is off costs one look into a set.

The core's own features answer the same hooks. They are no plugins: nobody switches them, they are
asked before the plugins, and a fault of theirs is a fault of the page.
"""

import logging
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple

import pluggy
from flask import Flask, current_app
from sqlalchemy import Engine

from eak_core.db import migrations
from eak_core.db.trouble import is_database_trouble
from eak_core.events import SITE
from eak_core.i18n import _l, lazy_ngettext
from eak_core.invocation import DEFAULT_INSTANCE, typed
from eak_core.plugins.hooks import dataspecs, hookspecs, slotspecs
from eak_core.plugins.hooks.contributions import Denial
from eak_core.plugins.hooks.failures import isolated, note
from eak_core.plugins.hooks.shapes import SHAPES
from eak_core.plugins.loading import checks, mounting
from eak_core.plugins.loading.blueprint import PluginBlueprint
from eak_core.plugins.loading.candidates import Candidate
from eak_core.plugins.loading.discovery import discover, settle
from eak_core.plugins.loading.installed import Installed
from eak_core.plugins.loading.manifest import Plugin

logger = logging.getLogger("eak.plugins")

EXTENSION = "eak_plugins"


class _Call(NamedTuple):
    """One implementation of one hook, by a plugin or a feature of the core."""

    owner: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]


class _Failed:
    """In the place of an answer that could not be had."""


_FAILED = _Failed()


class PluginHost:
    """The plugins among ``candidates``, loaded, and the core's ``features``: by a name that no
    plugin can have, the module that holds the answers.

    ``installed`` has all of them in calling order, failed ones included. ``ready`` has the manifest
    of those that can be on. ``by_segment`` and ``by_blueprint`` say whose a path segment or a
    blueprint is, ready or not.
    """

    def __init__(
        self,
        candidates: Iterable[Candidate] = (),
        *,
        features: Mapping[str, ModuleType] = MappingProxyType({}),
    ) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._manager.add_hookspecs(dataspecs)
        self._manager.add_hookspecs(slotspecs)
        self.features = tuple(features)
        for name, module in features.items():
            self._manager.register(module, name)
        self._manager.check_pending()
        self._found: Mapping[str, Installed] = discover(candidates, self._manager)
        self._pending: dict[str, Any] = {}
        self._mounted: Mapping[str, PluginBlueprint] = {}
        self._instance = DEFAULT_INSTANCE
        #: Up to where the log of the site was looked through for purges by other processes.
        self.purges_noticed = 0
        #: What has no tables yet, or no more: once it is on somewhere, they are there.
        self.absent: frozenset[str] = frozenset()
        self._index()

    def _index(self) -> None:
        """Work out states and calls; new objects are swapped in, never changed in place."""
        installed = settle(self._found, self._pending)
        ready = {name: each.plugin for name, each in installed.items() if each.state == "ready"}
        calls = {
            hook: tuple(
                _Call(impl.plugin_name, impl.function, tuple(impl.argnames))
                for name in (*self.features, *ready)
                for impl in getattr(self._manager.hook, hook).get_hookimpls()
                if impl.plugin_name == name
            )
            for hook in SHAPES
        }
        # A plugin that was refused halfway may have left pages behind: they must be gated too.
        there = {blueprint.plugin.name for blueprint in self._mounted.values()}
        manifests = [
            each.plugin
            for name, each in installed.items()
            if each.plugin is not None and (each.loaded or name in there)
        ]
        segments = {plugin.segment: plugin.name for plugin in manifests}
        owners = {
            blueprint.name: plugin.name
            for plugin in manifests
            for blueprint in plugin.blueprints.values()
        } | {name: blueprint.plugin.name for name, blueprint in self._mounted.items()}
        self.installed: Mapping[str, Installed] = MappingProxyType(installed)
        self.ready: Mapping[str, Plugin] = MappingProxyType(
            {name: plugin for name, plugin in ready.items() if plugin is not None}
        )
        self.ready_names = frozenset(self.ready)
        self.by_segment: Mapping[str, str] = MappingProxyType(segments)
        self.by_blueprint: Mapping[str, str] = MappingProxyType(owners)
        self._calls: Mapping[str, tuple[_Call, ...]] = MappingProxyType(calls)

    def init_app(self, app: Flask) -> None:
        """Belong to ``app``: mount the plugins' pages, announce their migrations."""
        app.extensions[EXTENSION] = self
        self._instance = Path(app.instance_path)
        faults = mounting.mount(app, [each for each in self.installed.values() if each.loaded])
        self._found = {**self._found, **faults}
        self._mounted = mounting.mounted(app)
        for name in faults:
            self._manager.unregister(name=name)
        self._index()
        for each in self.installed.values():
            if each.loaded and each.migrations:
                migrations.register(app, each.migrations)

    def notice_again(self, active: frozenset[str], engine: Engine) -> None:
        """Take for ready what had no tables and is on by now (``active``): another process has
        switched it on, as it may once its migrations have run."""
        if self.absent & active:
            self.check_migrations(engine)
            self.absent -= active

    def check_migrations(self, engine: Engine) -> None:
        """Look which plugins lack migrations in the database, or have tables and no migrations at
        all; those are not ready until it is asked again after an upgrade."""
        self._pending = {}
        absent = set()
        for name, each in self._found.items():
            reason = None
            if each.loaded and each.migrations:
                reason = _pending_reason(engine, each.migrations, self._instance)
                if reason is not None and migrations.is_absent(engine, each.migrations):
                    absent.add(name)
            elif each.loaded:
                reason = checks.tables_nobody_makes(each)
            if reason is not None:
                self._pending[name] = reason
        self.absent = frozenset(absent)
        self._index()

    def call_each(
        self, hook: str, active: Container[str], **arguments: Any
    ) -> Iterator[tuple[str, Any]]:
        """Ask the core's features, then the plugins in ``active`` that are ready; yields the name
        and the answer of each that has one, in order. A plugin that fails is left out, and noted
        for administrators; what a feature raises passes through."""
        for owner, answer in self._answers(hook, active, arguments):
            if answer is not None and answer is not _FAILED:
                yield owner, answer

    def first_denial(self, hook: str, active: Container[str], **arguments: Any) -> Denial | None:
        """The first refusal, asked as in `call_each`. A plugin whose guard fails refuses: its rule
        could not be checked."""
        for owner, answer in self._answers(hook, active, arguments):
            if answer is _FAILED:
                return Denial(
                    _l(
                        "“%(plugin)s” could not check this change, so nothing was changed. Please"
                        " try again, or tell an administrator.",
                        plugin=self.ready[owner].title,
                    )
                )
            if answer is not None:
                assert isinstance(answer, Denial)
                return answer
        return None

    def call_all(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        """Ask every ready plugin, on or off, and then the core's features, whose rows the plugins'
        refer to; a failure is raised. For what must be whole or not at all, such as an erasure."""
        return [
            (call.owner, self._shaped(hook, call.owner, answer))
            for call in sorted(self._calls[hook], key=lambda call: call.owner in self.features)
            if (answer := call.function(*_chosen(call, arguments))) is not None
        ]

    def answering(self, hook: str) -> tuple[str, ...]:
        """The ready plugins that answer ``hook``, in order."""
        return tuple(call.owner for call in self._calls[hook] if call.owner in self.ready)

    def answers(self, hook: str, plugin: str) -> bool:
        """Whether ``plugin``, ready or not, answers ``hook``."""
        return any(call.owner == plugin for call in self._calls[hook])

    def call_one(self, hook: str, plugin: str, **arguments: Any) -> Any:
        """Ask ``plugin`` alone, on or off; None where it has no answer. A failure is raised."""
        for call in self._calls[hook]:
            if call.owner == plugin:
                return self._shaped(hook, plugin, call.function(*_chosen(call, arguments)))
        return None

    def static_folder(self, plugin: str) -> Path | None:
        """The ``static/`` of ``plugin``, on or off; None where it has none or is not ready."""
        return self.installed[plugin].subfolder("static") if plugin in self.ready else None

    def _answers(
        self, hook: str, active: Container[str], arguments: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        for call in self._calls[hook]:
            if call.owner in self.features:
                # No isolation: what fails here is the core's, and must be seen.
                chosen = _chosen(call, arguments)
                yield call.owner, self._shaped(hook, call.owner, call.function(*chosen))
            elif call.owner in active:
                yield call.owner, self._isolated(hook, call, arguments)

    def _isolated(self, hook: str, call: _Call, arguments: Mapping[str, Any]) -> Any:
        """The answer of a plugin, or that it has failed."""
        chosen = _chosen(call, arguments)
        try:
            with isolated(arguments.get("session")):
                return self._shaped(hook, call.owner, call.function(*chosen))
        except Exception as error:  # noqa: BLE001 – logged and counted by the breaker
            note(call.owner, hook, _service_id(arguments), error)
            return _FAILED

    def _shaped(self, hook: str, owner: str, answer: Any) -> Any:
        """``answer`` in the shape of its hook; raises where it is something else."""
        if answer is None:
            return None
        shaped = SHAPES[hook](answer)
        if hook == "style_sheets":
            folder = self.static_folder(owner)
            for path in shaped:
                within = not path.startswith("/") and ".." not in path.split("/")
                if folder is None or not within or not (folder / path).is_file():
                    raise FileNotFoundError(f"{owner}: no file static/{path}")
        return shaped


def _chosen(call: _Call, arguments: Mapping[str, Any]) -> list[Any]:
    return [arguments[name] for name in call.arguments]


def _service_id(arguments: Mapping[str, Any]) -> int:
    service = arguments.get("service")
    found = arguments.get("service_id", SITE) if service is None else service.id
    assert isinstance(found, int)
    return found


def _pending_reason(
    engine: Engine, distribution: migrations.Distribution, instance: Path
) -> Any | None:
    try:
        missing = migrations.pending(engine, distribution)
    except Exception as error:
        if is_database_trouble(error):
            # Nothing can be read at all: that says nothing about this plugin.
            raise
        logger.warning("plugin %s: migrations cannot be read", distribution.name, exc_info=True)
        return _l("Its migrations cannot be read: %(error)s", error=str(error))
    if not missing:
        return None
    return lazy_ngettext(
        "%(num)s of its migrations has not run: run “%(command)s”.",
        "%(num)s of its migrations have not run: run “%(command)s”.",
        len(missing),
        command=typed("db upgrade", instance),
    )


def get_host(app: Flask | None = None) -> PluginHost:
    """The plugin host of ``app``, or of the current application."""
    host = (app or current_app).extensions[EXTENSION]
    assert isinstance(host, PluginHost)
    return host
