"""A plugin on trial: with it on, with it off, and as if it had never been installed."""

import os
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from random import Random
from types import ModuleType
from typing import Any, TypeVar

from sqlalchemy import Table, select

from eak_core.db import Base
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.filled import Chosen
from eak_core.kit.testing.migrated import Plugins
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.plugins.loading.candidates import from_entry_points, from_modules
from eak_core.plugins.loading.host import PluginHost, get_host
from eak_core.plugins.loading.installed import Installed
from eak_core.plugins.loading.manifest import Plugin
from eak_core.plugins.per_service.models import PluginCounter, PluginFault

#: Something that happens on a site, with the dice for what is left open. It goes through domain
#: functions; where there is nothing to act on it does nothing. What it answers is how much time
#: passes afterwards, beside the minute that every act takes.
Act = Callable[[Site, Random], timedelta | None]

#: Further addresses of a plugin's pages, for those that take arguments.
Pages = Callable[[Site], Iterable[str]]

#: Whom pages are shown to: the name of an account of `Site.people`, or nobody's.
READERS = ("visitor", "citizen", "agent", "manager", "administrator")

T = TypeVar("T")


def _no_pages(site: Site) -> Iterable[str]:
    return ()


def chosen_seed() -> int:
    """The seed in the variable CONFORMANCE_SEED, or one that no test run had before."""
    return int(os.environ.get("CONFORMANCE_SEED") or random.randrange(2**32))


@dataclass
class Stage:
    """Where several checks of one plugin look at the same: ``made`` is by the name of what it is,
    and stands on ``sites``, which outlast each of them."""

    sites: Sites
    made: dict[str, Any] = field(default_factory=dict)


@dataclass
class Trial:
    """The plugin ``name`` among ``plugins``, with what it requires and what is ``beside`` it.

    ``acts`` are what people do with it, ``pages`` addresses of it that take arguments. ``seed`` is
    what is left to chance. ``stage`` holds what several checks share (`scene_of`, `lived`).
    ``rows`` are values for filled tables.
    """

    name: str
    sites: Sites
    plugins: Plugins = None
    acts: Sequence[Act] = ()
    pages: Pages = _no_pages
    state_of: Callable[[Site], Any] | None = None
    beside: Sequence[str] = ()
    seed: int = field(default_factory=chosen_seed)
    stage: Stage | None = None
    rows: Chosen = field(default_factory=dict)
    _browsers: dict[tuple[int, str], Browser] = field(default_factory=dict)

    @cached_property
    def found(self) -> Installed:
        """The plugin as the host finds it. AssertionError where it cannot be loaded."""
        candidates = from_entry_points() if self.plugins is None else from_modules(self.plugins)
        self._host = PluginHost(candidates)
        found = self._host.installed.get(self.name)
        assert found is not None, (
            f"No plugin “{self.name}” is installed; these are: {', '.join(self._host.installed)}."
            " Install it (pip install -e .), or override the fixture `plugins`."
        )
        assert found.loaded is not None, f"“{self.name}” is {found.state}: {found.reason}"
        return found

    @property
    def manifest(self) -> Plugin:
        """What the plugin says about itself."""
        plugin = self.found.plugin
        assert plugin is not None
        return plugin

    @property
    def company(self) -> Sequence[str]:
        """The plugins that are on with it: those it requires, and those beside it."""
        return [*self.manifest.requires, *self.beside]

    @cached_property
    def required(self) -> list[ModuleType]:
        """The modules of its company, and of what those require."""
        needed = list(self.company)
        for name in needed:
            each = self._host.installed.get(name)
            assert each is not None, f"“{self.name}” needs “{name}”, which is not installed."
            needed += each.plugin.requires if each.plugin else ()
        modules = (self._host.installed[name].module for name in dict.fromkeys(needed))
        return [module for module in modules if module is not None]

    def site(self, called: str = "") -> Site:
        """A new site with the plugin installed, and its company on, in a service ``called`` so."""
        site = self.empty_site()
        if called:
            site.service = site.add_service("culture", called)
        self.prepare(site)
        return site

    def empty_site(self) -> Site:
        """A new site with the plugin and its company installed, and none of them on."""
        assert self.found.module is not None
        site = self.sites.make([*self.required, self.found.module])
        with site.app.app_context():
            found = get_host().installed[self.name]
        assert found.state == "ready", f"“{self.name}” is {found.state}: {found.reason}"
        return site

    def shared(self, name: str, make: "Callable[[Trial], T]") -> T:
        """What the checks share under this ``name``; who asks first has it made."""
        if self.stage is None:
            self.stage = Stage(self.sites)
        if name not in self.stage.made:
            self.stage.made[name] = make(replace(self, sites=self.stage.sites))
        found: T = self.stage.made[name]
        return found

    def prepare(self, site: Site) -> None:
        """Switch on the plugin's company."""
        for name in self.company:
            site.enable(name)

    def dice(self) -> Random:
        """Dice that fall in the same way for the same seed."""
        return Random(self.seed)

    def never_installed(self, site: Site) -> Site:
        """The same database, seen by an application that does not have the plugin."""
        twin = self.sites.make(self.required, url=site.url)
        twin.people, twin.service = site.people, site.service
        return twin

    def browser(self, site: Site, reader: str) -> Browser:
        """The browser of one of `READERS` on ``site``, signed in once."""
        key = id(site), reader
        if key not in self._browsers:
            browser = self._browsers[key] = site.browser()
            if reader != "visitor":
                browser.sign_in(getattr(site.people, reader))
        return self._browsers[key]

    def lets_in(self, reader: str) -> bool:
        """Whether some of the managers' pages may be for ``reader``: agents with a right of their
        own."""
        return reader == "agent" and "agent" in self.manifest.permissions.values()

    def tables(self) -> list[Table]:
        """The plugin's tables."""
        return [
            table for table in Base.metadata.sorted_tables if self.manifest.owns_table(table.name)
        ]

    def state(self, site: Site) -> Any:
        """Everything the plugin has stored: its rows without their surrogate keys, its counts."""
        told = self.state_of(site) if self.state_of is not None else None
        if told is not None:
            return told
        counters = PluginCounter.__table__
        with site.reading() as session:
            state = {
                table.name: sorted(
                    (str(row._asdict()) for row in session.execute(select(*_telling(table)))),
                )
                for table in self.tables()
            }
            rows = session.execute(
                select(counters).where(PluginCounter.plugin == self.name, PluginCounter.value != 0)
            )
            state["plugin_counter"] = sorted(str(row._asdict()) for row in rows)
        return state

    def faults(self, site: Site) -> list[str]:
        """The tracebacks of the plugin's hooks that failed."""
        with site.reading() as session:
            return list(
                session.scalars(
                    select(PluginFault.traceback).where(PluginFault.plugin == self.name)
                )
            )


def _telling(table: Table) -> list[Any]:
    """The columns of ``table`` that say something: a number that only names the row does not."""
    keys = list(table.primary_key.columns)
    surrogate = len(keys) == 1 and keys[0].autoincrement in (True, "auto")
    surrogate = surrogate and keys[0].name == "id" and not keys[0].foreign_keys
    return [each for each in table.columns if not (surrogate and each is keys[0])] or keys
