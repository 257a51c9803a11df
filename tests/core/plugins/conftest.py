"""A small site around the plugin host, on both databases."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

import eak_core.people.models
import eak_core.services.models  # noqa: F401 – the tables that the host's refer to
from eak_core.db import Base, db
from eak_core.kit.testing.databases import Databases, Kind
from tests.core.plugins.site import MakeApp, make_site

# Their tables are made with the others.


def build(url: str) -> None:
    app = make_site(url)
    with app.app_context():
        Base.metadata.create_all(db.engine.execution_options(eak_writes=True))
        db.engine.dispose()


@pytest.fixture
def url(databases: Databases, database: Kind) -> Iterator[str]:
    with databases.fresh(database, "plugins", build) as found:
        yield found


@pytest.fixture
def make_app(url: str) -> Iterator[MakeApp]:
    """Builds sites on the test's database, as several processes would."""
    made: list[Flask] = []

    def make(*plugins: ModuleType | str, **features: Any) -> Flask:
        made.append(make_site(url, *plugins, **features))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()
