"""One's account page leads to what one has elsewhere, as features and plugins answer."""

import re
from typing import Any

import pytest
from sqlalchemy import select, update

from eak_core.kit.testing.site import Site
from eak_core.plugins.hooks.contributions import AccountLinks, NavItem
from eak_core.plugins.loading.blueprint import PluginBlueprint
from eak_core.plugins.per_service.models import PluginActivation, PluginFault
from eak_core.services.models import Service
from tests.core.plugins.making import make

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

SLUGS = ("culture", "routes", "agents")


class Lending:
    """A plugin that links into every service, wherever it is on."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.endpoint = "lending.index"
        self.module = make("lending", account_links=self.answer())
        pages = PluginBlueprint(self.module.plugin, __name__)
        pages.get("/")(self.index)

    def answer(self) -> Any:
        def account_links(session: Any, person_id: int) -> AccountLinks:
            self.asked.append(person_id)
            links = [NavItem(f"in {slug}", self.endpoint, {"service_slug": slug}) for slug in SLUGS]
            return AccountLinks("What <I> lend", links)

        return account_links

    def index(self) -> str:
        return "lending"


@pytest.fixture
def lending() -> Lending:
    return Lending()


@pytest.fixture
def plugins(lending: Lending) -> list[Any]:
    return [lending.module]


@pytest.fixture
def elsewhere(site: Site) -> list[Service]:
    """Two more services, the second for agents alone."""
    return [site.add_service("routes"), site.add_service("agents", audience="internal")]


def links(site: Site, person: Any) -> list[str]:
    """What the account page of ``person`` says and links, heading by heading."""
    browser = site.browser()
    browser.sign_in(person)
    answer = browser.get("/compte/")
    assert answer.status_code == 200
    found = re.findall(r'<section aria-labelledby="links-.*?</section>', answer.text, re.DOTALL)
    return [
        text for each in found for text in re.findall(r"<h2[^>]*>(.*?)</h2>|href=\"(.*?)\"", each)
        for text in text if text
    ]  # fmt: skip


OWN = ["Mes idées", "/culture/idees/1-a-tool-library", "/culture/idees/les-miennes"]
LENT = "What &lt;I&gt; lend"


def test_links_of_the_core_come_first_and_each_once(
    site: Site, lending: Lending, elsewhere: list[Service]
) -> None:
    citizen = site.people.citizen
    assert links(site, citizen) == []
    site.submit()
    assert links(site, citizen) == OWN
    site.enable("lending")
    assert links(site, citizen) == [*OWN, LENT, "/culture/lending/"]
    assert lending.asked == [citizen.id]


def test_a_plugin_that_is_on_nowhere_is_not_asked(site: Site, lending: Lending) -> None:
    site.enable("lending")
    site.disable("lending")
    assert links(site, site.people.citizen) == []
    assert lending.asked == []


def test_a_plugin_leads_nowhere_where_it_is_off_or_put_aside(
    site: Site, elsewhere: list[Service]
) -> None:
    for service in (site.service, elsewhere[0]):
        site.enable("lending", service=service)
    citizen = site.people.citizen
    assert links(site, citizen) == [LENT, "/culture/lending/", "/routes/lending/"]
    site.disable("lending")
    assert links(site, citizen) == [LENT, "/routes/lending/"]
    with site.writing() as session:
        session.execute(update(PluginActivation).values(suspended_at=elsewhere[0].created_at))
    assert links(site, citizen) == []


def test_no_link_of_a_plugin_names_a_service_to_those_who_may_not_read_it(
    site: Site, elsewhere: list[Service]
) -> None:
    site.enable("lending", service=elsewhere[1])
    assert links(site, site.people.citizen) == []
    assert links(site, site.people.agent) == [LENT, "/agents/lending/"]


def test_what_a_plugin_gets_wrong_is_left_out_of_the_page_and_noted(
    site: Site, lending: Lending
) -> None:
    site.enable("lending")
    site.submit()
    lending.endpoint = "lending.nowhere"
    assert links(site, site.people.citizen) == OWN
    with site.reading() as session:
        assert session.scalars(select(PluginFault.hook)).all() == ["account_links"]
    administrator = site.browser()
    administrator.sign_in(site.people.administrator)
    page = administrator.get("/admin/plugins").text
    assert "Échecs hors de tout service" in page
    assert "<code>account_links</code>" in page
    assert "lending.nowhere" in page, "the traceback says which address could not be made"


def test_a_fault_of_the_core_fails_the_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.submit()
    monkeypatch.setattr("eak_core.ideas.telling.own.AccountLinks", lambda *_: 42)
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    with pytest.raises(TypeError):
        browser.get("/compte/")
