"""What can be done in a service today: what ends first stands first, whichever plugin says so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eak_core.kit.testing.site import Site
from eak_core.plugins.hooks.contributions import Today
from tests.core.plugins.making import make

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def plugins() -> list[Any]:
    def aaa() -> list[Today]:
        return [Today("without an end"), Today("in two days", NOON + timedelta(days=2))]

    def bbb() -> list[Today]:
        return [Today("<tomorrow>", NOON + timedelta(days=1))]

    return [make("aaa", slot_service_now=aaa), make("bbb", slot_service_now=bbb)]


def test_what_ends_first_stands_first_on_the_home_page(site: Site) -> None:
    for plugin in ("aaa", "bbb"):
        site.enable(plugin)
    page = site.browser().get("/culture/").text
    said = ("&lt;tomorrow&gt;", "in two days", "without an end")
    places = [page.find(each) for each in said]
    assert -1 not in places
    assert places == sorted(places)
