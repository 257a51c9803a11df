"""The figures of the site for everybody."""

import csv
import io

from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor


def table(client: Browser, key: str) -> list[list[str]]:
    answer = client.get(f"/statistiques/{key}.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text)))


def test_they_tell_of_public_services_by_month_and_by_service_and_of_no_other(
    site: Site, client: Browser, clock: FrozenClock, manager: Actor, agent: Actor
) -> None:
    roads = site.add_service("voirie", "Voirie")
    hidden = site.add_service("interne", "Coulisses", audience="internal")
    first = site.submit("One")
    site.submit("Two", author=agent)
    site.submit("Three", service=roads)
    site.submit("A secret matter", service=hidden, author=agent)
    clock.advance(days=9)
    with site.writing() as session:
        idea = session.get_one(Idea, first.id)
        for stage in ("screening", "accepted"):
            change_stage(session, manager, site.service, frozenset(), idea, stage, "Yes.")
    month = f"{clock.now:%m/%Y}"
    for reader in (None, site.people.agent, site.people.administrator):
        browser = site.browser()
        if reader is not None:
            browser.sign_in(reader)
        assert [month, "3"] in table(browser, "idees")
        assert [month, ""] in table(browser, "personnes"), "two people, and nobody is told who"
        assert [month, "9", "1"] in table(browser, "delais")
        assert table(browser, "services")[1:] == [
            ["Culture", "2", "1", "9", "2"], ["Voirie", "1", "0", "", "1"],
        ]  # fmt: skip
        assert sum(int(row[1]) for row in table(browser, "etapes")[1:]) == 3
        assert "Coulisses" not in browser.get("/statistiques").text
    page = client.get("/statistiques").text
    assert "moins de 5" in page
    assert client.get("/statistiques/nothing.csv").status_code == 404
    with Queries(site.app) as few:
        client.get("/statistiques")
    for slug in ("parcs", "sport"):
        site.submit("More", service=site.add_service(slug))
    with Queries(site.app) as many:
        client.get("/statistiques")
    assert few.count == many.count
