"""What tests of several rooms ask for."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine

from eak_core.db.engine import engine_options, prepare


@pytest.fixture
def opened() -> Iterator[Callable[[str], Engine]]:
    """Opens databases as the application does, and closes them at the end."""
    engines: list[Engine] = []

    def open_(url: str) -> Engine:
        engines.append(create_engine(**engine_options(url)))
        prepare(engines[-1])
        return engines[-1]

    yield open_
    for each in engines:
        each.dispose()
