"""A whole application on a database of its own, and what tests do with it.

The fixtures of `eak_core.kit.testing` are this class taken apart; a test that needs two
applications, or one in the place of another, uses it directly.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import event
from sqlalchemy.util import LRUCache

from eak_core import config as settings
from eak_core.app import create_app
from eak_core.db import Session, db, read_session, write_session
from eak_core.events import Event, publish
from eak_core.events.worker import Worker
from eak_core.ideas.deciding.switching import disable
from eak_core.ideas.describing.opening import create_service
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, submit_idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.migrated import Plugins
from eak_core.kit.testing.people import AGENT_DOMAIN, People
from eak_core.letters.message import Claimed
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service import activation
from eak_core.services.models import Service

SECRET = "a secret that every test knows"
"""The same for all, so that what one application signed another one can read."""


YEAR = 366 * 24 * 3600
"""In seconds."""


@dataclass(frozen=True)
class Sent:
    """Something that left the house through the outbox. ``payload`` has all of it."""

    kind: str
    key: str
    payload: dict[str, Any]

    @property
    def to(self) -> str:
        return str(self.payload.get("to", ""))

    @property
    def subject(self) -> str:
        return str(self.payload.get("subject", ""))

    @property
    def text(self) -> str:
        return str(self.payload.get("text", ""))


def open_app(url: str, instance: Path, plugins: Plugins = None, **overrides: Any) -> Flask:
    """The application under test on the database at ``url``; ``overrides`` are settings."""
    chosen = {
        "database_url": url,
        "secret_key": SECRET,
        "agent_domains": (AGENT_DOMAIN,),
        "base_url": "http://localhost",
        "rate_limits": False,
        # Their managers sign in by the password alone.
        "second_factor_required": False,
        # Tests turn the clock by days; whoever signed in before stays so.
        "session_idle": YEAR,
        "session_lifetime": YEAR,
    }
    app = create_app(
        settings.load(instance, **{**chosen, **overrides}), plugins=plugins, testing=True
    )
    app.test_client_class = Browser
    _hurry(app)
    return app


class _Compiled(BytecodeCache):
    """What the applications of this process have compiled of templates, told apart by their names,
    files and sources."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()
#: What the applications of this process have compiled of statements. A site has a thousand.
_STATEMENTS: LRUCache[Any, Any] = LRUCache(4_000)


def share_compiled(app: Flask) -> None:
    """Let ``app`` compile no template and no statement that another application of this process
    has compiled."""
    app.jinja_env.bytecode_cache = _COMPILED
    with app.app_context():
        engine = db.engine
    engine.update_execution_options(compiled_cache=_STATEMENTS)
    kind: Any = type(engine.dialect)
    engine.dialect.__class__ = _alike(kind)


def _hurry(app: Flask) -> None:
    """Leave out what takes long on purpose: hashing at full strength, waiting for the disk, and
    asking a server each time whether it is still there; and compiling what another application has
    compiled.

    The machine does not lose power in a test, whoever looks for passwords has none to find, and the
    server of a test run is never started again.
    """
    share_compiled(app)
    security = app.extensions["security"]
    security.pwd_context = security.pwd_context.copy(argon2__time_cost=1, argon2__memory_cost=8)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        engine.dispose()
        event.listen(engine, "connect", _without_waiting)
    else:
        vars(engine.pool)["_pre_ping"] = False


@cache
def _alike(kind: Any) -> Any:
    """``kind``, of which any two are the same where statements are kept: all databases of a kind
    are of one server, or of one library."""
    own = {
        "__eq__": lambda one, other: type(one) is type(other),
        "__hash__": lambda _one: hash(kind),
        "supports_statement_cache": True,
    }
    return type(kind.__name__, (kind,), own)


def _without_waiting(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()


class Site:
    """``app`` with its people, its first service, and what happens to them.

    Everything is written through domain functions, each in a transaction of its own. ``sent`` is
    what left through the outbox, in order: nothing leaves for anywhere else.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.url = app.extensions["eak_config"].database_url
        self.people = self._people()
        self.sent: list[Sent] = []
        transports = app.extensions["eak_transports"]
        app.extensions["eak_transports"] = dict.fromkeys(transports, self._keep)

    def _people(self) -> People:
        return People(self.app, lambda: self.service)

    def _keep(self, message: Claimed) -> None:
        self.sent.append(Sent(message.kind, message.key, dict(message.payload)))

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction of its own, committed at the end."""
        with self.app.app_context(), write_session(self.app) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session of its own that only reads."""
        with self.app.app_context(), read_session(self.app) as session:
            yield session

    def browser(self) -> Browser:
        """A browser of somebody who is not signed in."""
        client = self.app.test_client()
        assert isinstance(client, Browser)
        return client

    def add_service(self, slug: str, name: str = "", **values: Any) -> Service:
        """Another service; ``values`` as in `eak_core.ideas.describing.opening.create_service`."""
        with self.writing() as session:
            return create_service(
                session, Actor.system(), slug, name or slug.capitalize(), **values
            )

    @cached_property
    def service(self) -> Service:
        """The service that most tests are content with, at ``/culture/``."""
        return self.add_service("culture", "Culture")

    def submit(
        self,
        title: str = "A tool library",
        *,
        service: Service | None = None,
        author: Actor | None = None,
    ) -> Idea:
        """An idea, submitted by the citizen or ``author``."""
        service = service or self.service
        author = author or self.people.actor(self.people.citizen)
        proposal = Proposal(title=title, problem="Tools sleep in cellars.", body="Lend them.")
        with self.writing() as session:
            saved = submit_idea(session, author, service, proposal)
        with self.reading() as session:
            return session.get_one(Idea, saved.id)

    def publish(
        self, *events: Event, service: Service | None = None, actor: Actor | None = None
    ) -> None:
        """Record ``events`` in the log of ``service``, in one transaction."""
        with self.writing() as session:
            for event in events:
                publish(
                    session,
                    event,
                    service_id=(service or self.service).id,
                    actor_id=actor.person_id if actor else None,
                )

    def drain(self) -> None:
        """Let a worker do all there is to do: handlers, retries that are due, the outbox."""
        # A busy machine is no failure: a demonstration takes three seconds on a quiet one.
        assert Worker(self.app).drain(timeout=120), "after two minutes a subscription still lags"

    def enable(self, name: str, *, service: Service | None = None) -> None:
        """Switch a plugin on, after what it requires."""
        service = service or self.service
        with self.app.app_context():
            found = get_host().installed.get(name)
        for need in found.plugin.requires if found and found.plugin else ():
            self.enable(need, service=service)
        with self.writing() as session:
            activation.enable(session, Actor.system(), service, name)

    def disable(self, name: str, *, service: Service | None = None) -> None:
        """Switch a plugin off; ideas in its stages go back to be accepted."""
        with self.writing() as session:
            disable(
                session,
                Actor.system(),
                service or self.service,
                name,
                move_ideas_to="accepted",
                reason="The plugin is switched off.",
            )

    def enabled(self, name: str, *, service: Service | None = None) -> "Enabled":
        """Switch a plugin on; as a context manager, until its end."""
        return Enabled(self, name, service or self.service)

    def replay(self, name: str, *, service: Service | None = None) -> None:
        """Build what a plugin derives from events anew, from the first one, and wait for it."""
        with self.writing() as session:
            activation.rebuild(session, Actor.system(), service or self.service, name)
        self.drain()

    def forget(self) -> None:
        """Begin anew: its database was put back to what tests begin with."""
        self.close()
        self.people = self._people()
        self.__dict__.pop("service", None)
        self.sent.clear()
        # What another test wrote too many of is nothing that this one left out.
        vars(self.app.extensions["eak_security_log"])["_written"].clear()

    def active(self, service: Service | None = None) -> frozenset[str]:
        """The plugins that are on."""
        with self.reading() as session:
            return activation.active_plugins(session, (service or self.service).id)

    def close(self) -> None:
        """Give the connections back."""
        with self.app.app_context():
            db.engine.dispose()


class Enabled:
    """A plugin that was switched on; leaving the block switches it off."""

    def __init__(self, site: Site, name: str, service: Service) -> None:
        self.site, self.name, self.service = site, name, service
        site.enable(name, service=service)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.site.disable(self.name, service=self.service)
