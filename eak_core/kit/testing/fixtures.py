"""The fixtures that tests of the platform and of plugins ask for."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from eak_core import clock as platform_clock
from eak_core.db import Session, current_session
from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.migrated import Plugins
from eak_core.kit.testing.people import People
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Enabled, Sent, Site
from eak_core.kit.testing.sites import Sites
from eak_core.permissions import Actor
from eak_core.services.models import Service


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Databases:
    """The databases of this run, shared by all its processes."""
    base = tmp_path_factory.getbasetemp()
    # Not by the environment: a run that a test starts inherits it, and is a run of its own.
    one_of_several = hasattr(pytestconfig, "workerinput")
    return Databases((base.parent if one_of_several else base) / "databases")


@pytest.fixture(scope="session")
def pool(databases: Databases) -> Iterator[Pool]:
    """Applications that wait between two tests; ``sites`` lends them."""
    with Pool(databases) as pool:
        yield pool


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Kind:
    """The kind of database: every test that asks for it, or for what rests on it, runs on both.

    Where one is enough: ``@pytest.mark.parametrize("database", ["sqlite"])``.
    """
    kind: Kind = request.param
    return kind


@pytest.fixture
def plugins() -> Plugins:
    """The plugins that ``app`` loads: by default those that are installed. Override it with a list
    of modules or their names."""
    return None


@pytest.fixture
def sites(pool: Pool, database: Kind, tmp_path: Path) -> Iterator[Sites]:
    """Makes applications, each with its database or several on one; all are closed at the end."""
    with Sites(pool, database, tmp_path) as made:
        yield made


@pytest.fixture
def site(sites: Sites, plugins: Plugins) -> Site:
    """The application under test with its people and its service, on a fresh database."""
    return sites.make(plugins)


@pytest.fixture
def app(site: Site) -> Flask:
    """The application under test, with ``plugins``, on a fresh and migrated database."""
    return site.app


@pytest.fixture
def client(site: Site) -> Browser:
    """A browser of somebody who is not signed in."""
    return site.browser()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session that may write, in an application context. Commit before anything else (a request,
    ``drain``) is to see what it wrote."""
    with app.app_context():
        session = current_session()
        session.writes = True
        yield session


@pytest.fixture
def service(site: Site) -> Service:
    """A service, at ``/culture/``."""
    return site.service


@pytest.fixture
def people(site: Site) -> People:
    """One person of each role, made when first asked for: ``people.citizen`` and so on."""
    return site.people


@pytest.fixture
def citizen(people: People) -> Actor:
    """Somebody with an account and nothing else."""
    return people.actor(people.citizen)


@pytest.fixture
def agent(people: People) -> Actor:
    """Somebody of the administration."""
    return people.actor(people.agent)


@pytest.fixture
def manager(people: People) -> Actor:
    """Who runs ``service``."""
    return people.actor(people.manager)


@pytest.fixture
def administrator(people: People) -> Actor:
    """Who runs the site."""
    return people.actor(people.administrator)


@pytest.fixture
def idea(site: Site) -> Idea:
    """An idea that the citizen submitted in ``service``."""
    return site.submit()


@pytest.fixture
def publish(site: Site) -> Callable[..., None]:
    """``publish(event, …)`` records events in the log of ``service``, in their own transaction."""
    return site.publish


@pytest.fixture
def drain(site: Site) -> Callable[[], None]:
    """``drain()`` lets a worker handle all events and send what is in the outbox."""
    return site.drain


@pytest.fixture
def replay(site: Site) -> Callable[..., None]:
    """``replay("voting")`` builds what the plugin derives anew, from the first event."""
    return site.replay


@pytest.fixture
def enabled(site: Site) -> Callable[..., Enabled]:
    """``enabled("voting")`` switches a plugin on in ``service``; ``with`` it, until the end of the
    block."""
    return site.enabled


@pytest.fixture
def sent(site: Site) -> Sequence[Sent]:
    """What has left through the outbox, in order; ``drain()`` lets it leave."""
    return site.sent


@pytest.fixture
def sign_in() -> Callable[[Browser, Any], None]:
    """``sign_in(client, people.citizen)`` lets somebody sign in, on the page for it."""
    return Browser.sign_in


@pytest.fixture
def query_count(app: Flask) -> Callable[[], AbstractContextManager[Queries]]:
    """``with query_count() as queries:`` counts what is sent to the database: ``queries.count``."""
    return lambda: Queries(app)


class FrozenClock:
    """The platform's clock, standing still until it is set."""

    def __init__(self, instant: datetime) -> None:
        self._frozen = ExitStack()
        self.set(instant)

    @property
    def now(self) -> datetime:
        """What the platform takes for now."""
        return platform_clock.now()

    def set(self, instant: datetime) -> None:
        """Let it be ``instant`` (aware)."""
        self.release()
        self._frozen.enter_context(platform_clock.freeze(instant))

    def advance(self, **duration: float) -> None:
        """Let time pass: ``clock.advance(days=2)``, with the words of `datetime.timedelta`."""
        self.set(self.now + timedelta(**duration))

    def release(self) -> None:
        """Let it run again."""
        self._frozen.close()


@pytest.fixture
def clock() -> Iterator[FrozenClock]:
    """The clock, frozen at ten in the morning of a Monday in Paris."""
    frozen = FrozenClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    yield frozen
    frozen.release()
