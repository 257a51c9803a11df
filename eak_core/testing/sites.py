"""Where tests get their applications: each on a fresh database, or several on the same one."""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from eak_core.testing.databases import Databases, Kind
from eak_core.testing.migrated import Plugins, distributions, migrate, template_name
from eak_core.testing.site import Site, open_app


class Sites:
    """Makes applications, and closes all of them at the end."""

    def __init__(self, databases: Databases, kind: Kind, folder: Path) -> None:
        self.kind = kind
        self._databases = databases
        self._folder = folder
        self._made = 0
        self._templates: dict[str, str] = {}
        self._kept = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._kept.close()

    def database(self, plugins: Plugins = None) -> str:
        """The address of a fresh database with the tables of the core and of ``plugins``."""
        of = distributions(plugins)
        key = template_name(of)
        url = self._kept.enter_context(
            self._databases.fresh(self.kind, key, lambda url: migrate(url, of))
        )
        self._templates[url] = key
        return url

    def empty(self) -> str:
        """The address of a fresh database without any table."""
        return self._kept.enter_context(
            self._databases.fresh(self.kind, "empty", lambda url: migrate(url, ()))
        )

    def make(self, plugins: Plugins = None, *, url: str | None = None, **overrides: Any) -> Site:
        """An application with ``plugins``, on the database at ``url`` or a fresh one."""
        self._made += 1
        instance = self._folder / f"instance-{self._made}"
        site = Site(open_app(url or self.database(plugins), instance, plugins, **overrides))
        self._kept.callback(site.close)
        return site

    def renew(self, site: Site) -> None:
        """Put the database of ``site`` back to what it began with; quicker than another site."""
        site.forget()
        self._databases.renew(self.kind, site.url, self._templates[site.url])
