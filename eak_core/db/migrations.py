"""Migrations: one line of them, and one version table, per distribution.

The core and each plugin move on their own, so removing a plugin's package never blocks an
upgrade of the core, and its tables stay until somebody purges them.

Alembic is imported where there is something for it to do: it takes a tenth of a start, and most
starts find nothing to run.
"""

import logging
import re
from ast import literal_eval
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import Connection, Engine, column, inspect, select, table, text

from eak_core.db.base import Base
from eak_core.db.session import db
from eak_core.db.trouble import is_database_trouble
from eak_core.db.used_ids import go_on, numbering_once
from eak_core.errors import Misconfigured
from eak_core.invocation import typed

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext, MigrationStep
    from alembic.script import ScriptDirectory

logger = logging.getLogger("eak.migrations")

EXTENSION = "eak_migrations"

_CORE_FOLDER = Path(__file__).resolve().parent.parent / "migrations"
# One upgrade at a time per PostgreSQL database; on SQLite there is one writer anyway.
_ADVISORY_LOCK = 92_101
# What a file of migrations says of itself: which revision it is, and which it follows.
_SAID = re.compile(r"^(revision|down_revision)\b[^=\n]*=[ ]*(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Distribution:
    """The migrations of the core or of one plugin: ``folder`` holds ``versions/``."""

    name: str
    folder: Path

    @property
    def version_table(self) -> str:
        """Where the database keeps how far this distribution has come."""
        return "alembic_version" if self.name == CORE.name else f"{self.name}_alembic_version"

    def newest(self) -> frozenset[str]:
        """The revisions that no other follows, from what its files say where they say it plainly:
        Alembic runs all of them to know."""
        revisions, followed = set[str](), set[str]()
        for file in self._files():
            said = _SAID.findall(file.read_text(encoding="utf-8"))
            try:
                values = {name: literal_eval(value) for name, value in said}
                revisions.add(values["revision"])
                below = values["down_revision"] or ()
                followed.update((below,) if isinstance(below, str) else below)
            except (KeyError, SyntaxError, TypeError, ValueError):
                return frozenset(self.script().get_heads())
        return frozenset(revisions - followed)

    def script(self) -> "ScriptDirectory":
        """Its revisions, read anew once a file of them has changed."""
        states = ((file.name, file.stat()) for file in self._files())
        return _read(self, tuple((name, its.st_mtime_ns, its.st_size) for name, its in states))

    def _files(self) -> Sequence[Path]:
        return sorted((self.folder / "versions").glob("*.py"))

    def alembic(self, connection: Connection | None = None) -> "Config":
        """Alembic's configuration: the versions of this distribution, the environment of all."""
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", _literal(_CORE_FOLDER))
        config.set_main_option("version_locations", _literal(self.folder / "versions"))
        config.set_main_option("path_separator", "newline")
        config.attributes.update(connection=connection, distribution=self)
        return config


CORE = Distribution("core", _CORE_FOLDER)


@lru_cache(maxsize=64)
def _read(
    distribution: Distribution, _files: tuple[tuple[str, int, int], ...]
) -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(distribution.alembic())
    # It reads when it is first asked something, and threads share it.
    script.get_heads()
    return script


#: So begins the name of what migrations make and no model can name: what a search looks into.
MADE_BY_STATEMENTS = "search_index"


def holds_rows(table: str) -> bool:
    """Whether a table is one of a model's: not what keeps the versions, nor an index of rows."""
    return not table.endswith("alembic_version") and not table.startswith(MADE_BY_STATEMENTS)


def _literal(path: Path) -> str:
    """``path`` for a configuration in which % introduces a variable."""
    return str(path).replace("%", "%%")


def register(app: Flask, distribution: Distribution) -> None:
    """Let ``distribution`` be upgraded and checked with ``app``; the core goes first."""
    known = app.extensions.setdefault(EXTENSION, [CORE])
    if distribution not in known:
        known.append(distribution)


def distributions(app: Flask) -> Sequence[Distribution]:
    """The core, then the plugins that were registered."""
    known: list[Distribution] = app.extensions.get(EXTENSION, [CORE])
    return tuple(known)


def configure(context: Any) -> None:
    """Set Alembic's environment up for the distribution and connection of its configuration."""
    distribution: Distribution = context.config.attributes["distribution"]
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        version_table=distribution.version_table,
        include_name=names_of(distribution),
        transactional_ddl=True,
        render_as_batch=True,
        user_module_prefix="eak_core.db." if distribution == CORE else "eak_core.api.",
    )


def names_of(distribution: Distribution, others: Sequence[str] = ()) -> Any:
    """Alembic's filter that shows a distribution its own tables only."""

    def include(name: str | None, kind: str, _parents: Any) -> bool:
        if kind != "table" or name is None:
            return True
        if not holds_rows(name):
            return False
        if distribution.name == CORE.name:
            return not any(name.startswith(f"{other}_") for other in others)
        return name.startswith(f"{distribution.name}_")

    return include


def pending(engine: Engine, distribution: Distribution) -> Sequence[str]:
    """The revisions that the database lacks, oldest first.

    Raises Misconfigured where the database is ahead of the code: a newer version wrote to it.
    """
    if is_missing(engine):
        # Connecting would make the file: looking at a folder must leave it as it was.
        revisions = distribution.script().walk_revisions()
        return [revision.revision for revision in reversed(list(revisions))]
    with engine.connect() as connection:
        if set(heads_in(connection, distribution)) == distribution.newest():
            return []
        return _pending(connection, distribution)


def is_missing(engine: Engine) -> bool:
    """Whether there is no database file yet, which connecting would make."""
    file = engine.url.database
    return engine.dialect.name == "sqlite" and bool(file) and not Path(str(file)).exists()


def is_absent(engine: Engine, distribution: Distribution) -> bool:
    """Whether nothing of ``distribution`` has run in the database, which may not be there yet."""
    if is_missing(engine):
        return True
    with engine.connect() as connection:
        return not heads_in(connection, distribution)


def heads_in(connection: Connection, distribution: Distribution) -> tuple[str, ...]:
    """The revisions up to which the database has come; none where nothing has run."""
    versions = table(distribution.version_table, column("version_num"))
    if not inspect(connection).has_table(versions.name):
        return ()
    return tuple(connection.scalars(select(versions.c.version_num)))


def upgrade(engine: Engine, distribution: Distribution, to: str = "heads") -> Sequence[str]:
    """Run what is pending up to ``to``, in one transaction; answers the revisions that were run."""
    with locked(engine) as connection:
        return upgrade_in(connection, distribution, to)


def upgrade_in(
    connection: Connection, distribution: Distribution, to: str = "heads"
) -> Sequence[str]:
    """`upgrade` within the caller's transaction, which holds the lock (`locked`)."""
    missing = _pending(connection, distribution, to)
    if not missing:
        return missing
    with numbering_once(connection) if distribution != CORE else nullcontext():
        _run(connection, distribution, to)
    if distribution != CORE:
        go_on(connection, distribution.name)
    return missing


def _run(connection: Connection, distribution: Distribution, to: str) -> None:
    """What Alembic's own command does, with the revisions that were read already."""
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationStep

    script = distribution.script()

    def steps(current: Any, _context: "MigrationContext") -> list["MigrationStep"]:
        above = list(script.iterate_revisions(to, current, implicit_base=True))
        return [
            MigrationStep.upgrade_from_script(script.revision_map, each) for each in reversed(above)
        ]

    config = distribution.alembic(connection)
    with EnvironmentContext(config, script, fn=steps, destination_rev=to):
        script.run_env()


def _pending(
    connection: Connection, distribution: Distribution, to: str = "heads"
) -> Sequence[str]:
    from alembic.script.revision import RevisionError
    from alembic.util import CommandError

    script = distribution.script()
    current = heads_in(connection, distribution)
    try:
        missing = list(script.iterate_revisions(to, current or "base"))
    except (CommandError, RevisionError) as error:
        raise Misconfigured(
            f"The database is ahead of the installed version of “{distribution.name}” "
            f"(it is at {', '.join(current)}): install the newer version again."
        ) from error
    return [revision.revision for revision in reversed(missing)]


@contextmanager
def locked(engine: Engine) -> Iterator[Connection]:
    """A transaction in which nobody else migrates."""
    with engine.execution_options(eak_writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            # Whoever comes second waits for a whole migration, which may take minutes.
            connection.execute(text("SET LOCAL lock_timeout = '10min'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        yield connection


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What was run, by distribution; and a sentence for each plugin whose migrations were not."""

    done: dict[str, Sequence[str]]
    faults: dict[str, str]


def upgrade_all(app: Flask) -> Upgraded:
    """Run what is pending for the core and every plugin. A plugin whose migrations cannot run keeps
    nobody else from theirs; an error of the core's is raised, and so is trouble of the database."""
    engine = _engine(app)
    done, faults = {CORE.name: upgrade(engine, CORE)}, {}
    for each in distributions(app):
        if each == CORE:
            continue
        try:
            done[each.name] = upgrade(engine, each)
        except Exception as error:
            if is_database_trouble(error):
                raise
            logger.warning("migrations of %s were not run", each.name, exc_info=error)
            faults[each.name] = _said(each, error)
    return Upgraded({name: run for name, run in done.items() if run}, faults)


def faults_in(app: Flask) -> dict[str, str]:
    """A sentence for each distribution that the database does not fit, whichever way."""
    engine = _engine(app)
    command = typed("db upgrade", app.instance_path)
    found = {}
    for each in distributions(app):
        try:
            missing = pending(engine, each)
        except Exception as error:  # a plugin's migrations are anybody's code
            if is_database_trouble(error):
                raise
            found[each.name] = _said(each, error)
        else:
            if missing:
                found[each.name] = f"{each.name} lacks {', '.join(missing)}: run “{command}”."
    return found


def _said(distribution: Distribution, error: Exception) -> str:
    if isinstance(error, Misconfigured):
        return str(error)
    reason = " ".join(str(getattr(error, "orig", None) or error).split())
    return f"{distribution.name}: its migrations cannot run ({type(error).__name__}: {reason})."


def require_current(app: Flask) -> None:
    """Return where the core's tables are as this code needs them; Misconfigured otherwise.

    A plugin with pending migrations does not stop the site: the plugin host puts it aside.
    """
    missing = pending(_engine(app), CORE)
    if missing:
        raise Misconfigured(
            f"The database lacks {len(missing)} migration(s), up to {missing[-1]}: "
            f"run “{typed('db upgrade', app.instance_path)}”."
        )


def _engine(app: Flask) -> Engine:
    with app.app_context():
        engine: Engine = db.engine
        return engine
