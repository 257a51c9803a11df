"""The event core alone: an application with a database and a registry, and no site."""

from collections.abc import Iterator

import pytest
from flask import Flask

from eak_core import clock
from eak_core.db import Base, db, init_db
from eak_core.events import CORE, EventRegistry
from eak_core.events.core import EventCore
from eak_core.kit.testing.databases import Databases, Kind
from tests.core.events.planned import NOON
from tests.core.events.probe import PROBE, Listener, MakeApp


def build(url: str) -> None:
    app = Flask(__name__)
    init_db(app, url)
    with app.app_context():
        Base.metadata.create_all(db.engine.execution_options(eak_writes=True))
        db.engine.dispose()


@pytest.fixture
def url(databases: Databases, database: Kind) -> Iterator[str]:
    with databases.fresh(database, "events", build) as found:
        yield found


@pytest.fixture
def make_app(url: str) -> Iterator[MakeApp]:
    """Builds applications on the test's database, as several processes would."""
    made: list[Flask] = []

    def make(*listeners: Listener) -> Flask:
        app = Flask(__name__)
        init_db(app, url)
        app.config["SECRET_KEY"] = "a secret that every test knows"
        app.extensions["eak_transports"] = {}
        app.extensions["eak_events"] = EventCore(
            EventRegistry([CORE, PROBE, *(each for each in listeners if each.name != "probe")]),
            {each.name: tuple(each.subscribers) for each in listeners},
            scheduled={each.name: each.scheduled for each in listeners},
        )
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture
def noon() -> Iterator[None]:
    """Nothing happens by itself in these tests but what is due at noon."""
    with clock.freeze(NOON):
        yield
