"""Where tests get their applications: each on a fresh database, or several on the same one."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from eak_core.db.migrations import Distribution
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.migrated import Plugins, distributions, migrate, template_name
from eak_core.kit.testing.pool import Kept, Pool
from eak_core.kit.testing.site import Site, open_app


class Sites:
    """Lends applications from ``pool``, and takes all of them back at the end."""

    def __init__(self, pool: Pool, kind: Kind, folder: Path) -> None:
        self.kind = kind
        self._pool = pool
        self._folder = folder
        self._made = 0
        self._lent: dict[str, Kept] = {}
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    def database(self, plugins: Plugins = None) -> str:
        """The address of a fresh database with the tables of the core and of ``plugins``."""
        of = distributions(plugins)
        return self._fresh(template_name(of), of)

    def empty(self) -> str:
        """The address of a fresh database without any table."""
        return self._fresh("empty", ())

    def _fresh(self, key: str, of: Sequence[Distribution]) -> str:
        return self._closing.enter_context(
            self._pool.databases.fresh(self.kind, key, lambda url: migrate(url, of))
        )

    def make(self, plugins: Plugins = None, *, url: str | None = None, **overrides: Any) -> Site:
        """An application with ``plugins`` on a fresh database, lent until the end of the test; with
        ``url`` a new one, on the database there."""
        if url is None:
            kept = self._pool.lend(self.kind, plugins, overrides)
            self._closing.callback(self._pool.take_back, kept)
            self._lent[kept.url] = kept
            return Site(kept.app)
        self._made += 1
        instance = self._folder / f"instance-{self._made}"
        site = Site(open_app(url, instance, plugins, **overrides))
        self._closing.callback(site.close)
        return site

    def renew(self, site: Site) -> None:
        """Put the database of ``site`` back to what it began with; quicker than another site."""
        site.forget()
        kept = self._lent[site.url]
        self._pool.databases.renew(self.kind, kept.url, kept.template, kept.let_go)
