"""The catalogue of the site's open data, as a portal reads it."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from pyld import jsonld  # type: ignore[import-untyped]  # it has no types

from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site

DCAT, DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
CATALOGUE = "/catalogue.jsonld"

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def plugins() -> list[str]:
    return ["tests.core.plugins.everything.plugin"]


def one(node: dict[str, Any], name: str) -> Any:
    """The only value of a property, as its address or its text."""
    [value] = node[name]
    return value.get("@id", value.get("@value"))


def test_a_portal_reads_every_file_of_each_public_service(
    site: Site, client: Browser, idea: Idea, clock: FrozenClock
) -> None:
    site.enable("everything")
    site.add_service("voirie", "Voirie")
    site.add_service("interne", audience="internal")
    answer = client.get(CATALOGUE)
    assert answer.content_type == "application/ld+json"
    inside = site.browser()
    inside.sign_in(site.people.administrator)
    assert inside.get(CATALOGUE).text == answer.text, "whoever asks"
    assert "interne" not in inside.get("/donnees").text
    # Nothing is loaded to read it: its context stands in it.
    [read] = jsonld.expand(json.loads(answer.text))
    assert read["@type"] == [f"{DCAT}Catalog"]
    sets = {one(each, f"{DCT}identifier"): each for each in read[f"{DCAT}dataset"]}
    assert {urlsplit(each).path for each in sets} == {"/culture/donnees", "/voirie/donnees"}
    for address, each in sets.items():
        assert client.get(urlsplit(address).path).status_code == 200
        assert one(each, f"{DCT}license") == "https://spdx.org/licenses/etalab-2.0"
        assert one(each, f"{DCT}accrualPeriodicity").endswith("/frequency/UPDATE_CONT")
        assert one(each, f"{DCT}language").endswith("/language/FRA")
        assert one(each, f"{DCT}spatial") == "http://id.insee.fr/geo/departement/92"
        assert one(each[f"{DCT}publisher"][0], "http://xmlns.com/foaf/0.1/name")
        assert one(each, f"{DCAT}landingPage") == address
        for file in each[f"{DCAT}distribution"]:
            got = client.get(urlsplit(one(file, f"{DCAT}downloadURL")).path)
            assert got.status_code == 200
            assert got.mimetype == one(file, f"{DCAT}mediaType")
    [culture] = [each for address, each in sets.items() if "/culture/" in address]
    assert len(culture[f"{DCAT}distribution"]) == 5
    assert (
        len(sets[min(sets.keys() - {one(culture, f"{DCT}identifier")})][f"{DCAT}distribution"]) == 3
    )
    before = datetime.fromisoformat(one(culture, f"{DCT}modified"))
    clock.advance(days=3)
    site.submit("Another one")
    [read] = jsonld.expand(json.loads(client.get(CATALOGUE).text))
    after = [datetime.fromisoformat(one(each, f"{DCT}modified")) for each in read[f"{DCAT}dataset"]]
    assert sorted(after)[-1] == clock.now > before
    assert idea.id


def test_it_costs_the_same_for_many_services_and_nothing_where_it_is_unchanged(
    site: Site, client: Browser
) -> None:
    counts = []
    for number in range(2):
        with Queries(site.app) as queries:
            tag = client.get(CATALOGUE).headers["ETag"]
        counts.append(queries.count)
        for more in range(2):
            site.add_service(f"s{number}{more}")
        assert client.get(CATALOGUE, headers={"If-None-Match": tag}).status_code == 200
    assert counts[0] == counts[1]
    tag = client.get(CATALOGUE).headers["ETag"]
    assert client.get(CATALOGUE, headers={"If-None-Match": tag}).status_code == 304
    assert CATALOGUE in client.get("/donnees").text
