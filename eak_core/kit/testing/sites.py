"""Where tests get their applications: each on a fresh database, or several on the same one."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.migrated import Plugins, distributions, fresh
from eak_core.kit.testing.pool import Kept, Pool
from eak_core.kit.testing.site import Sent, Site, open_app
from eak_core.people.models import Person
from eak_core.services.models import Service


@dataclass(frozen=True)
class Past:
    """What has happened on a site, kept so that others go on from there."""

    template: str
    files: Path
    people: Mapping[str, Person]
    service: Service
    sent: Sequence[Sent]


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
        return self._closing.enter_context(fresh(self._pool.databases, self.kind, of))

    def empty(self) -> str:
        """The address of a fresh database without any table."""
        databases = self._pool.databases
        return self._closing.enter_context(databases.fresh(self.kind, "empty", lambda _url: None))

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

    def renew(self, site: Site, past: Past | None = None) -> None:
        """Put the database of ``site`` back to what it began with, or to ``past``; quicker than
        another site, or than living all that again."""
        site.forget()
        kept = self._lent[site.url]
        template = kept.template if past is None else past.template
        self._pool.databases.renew(self.kind, kept.url, template, kept.let_go)
        if past is not None:
            shutil.copytree(past.files, kept.instance, dirs_exist_ok=True)
            vars(site.people).update(past.people)
            site.service = past.service
            site.sent += past.sent

    def keep(self, site: Site) -> Past:
        """What has happened on ``site``, which was lent, until the end of the test."""
        kept, databases = self._lent[site.url], self._pool.databases
        template = databases.keep(self.kind, kept.url, kept.let_go)
        self._closing.callback(databases.forget, self.kind, template)
        files = self._folder / template
        shutil.copytree(kept.instance, files)
        # What is asked for once is kept beside what an object is made of.
        people = {name: one for name, one in vars(site.people).items() if isinstance(one, Person)}
        return Past(template, files, people, site.service, tuple(site.sent))
