"""The site that the tests of both desks look at: a plugin that fails when it is told to, and two
that cannot run."""

from collections.abc import Iterator
from typing import Any

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.services.models import Service
from tests.core import gauge
from tests.core.desk import signed_in


@pytest.fixture
def plugins() -> list[Any]:
    return [gauge, "tests.core.needle", "tests.core.rusty"]


@pytest.fixture
def mood() -> Iterator[gauge.Mood]:
    yield gauge.mood
    gauge.mood.handles = gauge.mood.shows = True


@pytest.fixture
def administrator(site: Site, people: People, service: Service) -> Browser:
    return signed_in(site, people.administrator)


@pytest.fixture
def manager(site: Site, people: People) -> Browser:
    """The browser of whoever runs the service."""
    return signed_in(site, people.manager)
