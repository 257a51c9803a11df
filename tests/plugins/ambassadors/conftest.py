"""Ambassadors, on in the service of every test."""

import pytest

from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_ambassadors.plugin"]


@pytest.fixture
def site(site: Site, clock: FrozenClock) -> Site:
    # In a time that stands: what is due by itself is begun when the plugin is switched on.
    site.enable("ambassadors")
    return site
