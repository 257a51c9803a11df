"""The database that tests begin with: migrated once per run and set of distributions."""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from types import ModuleType

from flask import Flask

from eak_core.db import db, init_db
from eak_core.db.migrations import CORE, Distribution, upgrade
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.plugins.loading.candidates import from_entry_points, from_modules
from eak_core.plugins.loading.host import PluginHost

#: The plugins of an application: modules or their names; None for those that are installed.
Plugins = Iterable[ModuleType | str] | None


def distributions(plugins: Plugins) -> Sequence[Distribution]:
    """The core, and those of ``plugins`` that have migrations."""
    host = PluginHost(from_entry_points() if plugins is None else from_modules(plugins))
    found = (each.migrations for each in host.installed.values() if each.loaded)
    return (CORE, *(each for each in found if each is not None))


def template_name(of: Sequence[Distribution]) -> str:
    """A name that changes with the migrations, so that a template is never an older state."""
    digest = hashlib.sha256()
    for distribution in of:
        digest.update(distribution.name.encode())
        for file in sorted((distribution.folder / "versions").glob("*.py")):
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:24]


def fresh(
    databases: Databases, kind: Kind, of: Sequence[Distribution]
) -> AbstractContextManager[str]:
    """The URL of a database of its own with the tables of ``of``. The core is migrated once for
    all."""
    core = (CORE,)
    ground = (template_name(core), partial(migrate, of=core))
    name = template_name(of)
    beside = None if name == ground[0] else ground
    return databases.fresh(kind, name, partial(migrate, of=of), beside)


def migrate(url: str, of: Sequence[Distribution]) -> None:
    """Run every migration of ``of`` on the database at ``url``."""
    app = Flask(__name__)
    init_db(app, url)
    with app.app_context():
        engine = db.engine
    for distribution in of:
        upgrade(engine, distribution)
    # A template that anybody is connected to cannot be copied.
    engine.dispose()
