"""The site's address: always the operator's, whatever name a request claims."""

import logging
from itertools import product
from types import ModuleType
from typing import Any

import pytest
from flask import url_for

from eak_core.api import (
    Context,
    Idea,
    IdeaSubmitted,
    Plugin,
    PluginBlueprint,
    Session,
    idea_url,
    site_url,
    subscriber,
)
from eak_core.ideas.addresses import idea_permalink
from eak_core.kit.testing.conformance import addresses
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

FORGED = {"HTTP_HOST": "evil.example"}


@pytest.fixture
def site(sites: Sites) -> Site:
    return sites.make([], base_url="https://participer.example.fr")


@pytest.mark.parametrize(
    "path", ["/culture/idees.atom", "/culture/idees.json", "/culture/idees.csv"]
)
def test_feeds_and_exports_name_the_site_and_never_the_host_that_was_claimed(
    site: Site, path: str
) -> None:
    site.submit()
    answer = site.browser().get(path, environ_overrides=FORGED)
    assert answer.status_code == 200
    assert "https://participer.example.fr/culture/idees/" in answer.text
    assert "evil.example" not in answer.text


def test_links_within_a_page_name_no_host(site: Site) -> None:
    site.submit()
    page = site.browser().get("/culture/idees/", environ_overrides=FORGED).text
    assert 'href="/culture/idees/1-' in page
    assert "evil.example" not in page


def test_no_page_and_no_refusal_names_the_host_that_was_claimed(sites: Sites) -> None:
    """Whatever the core answers to whoever may see most, and to a visitor."""
    site = sites.make([], base_url="http://participer.example.fr")
    idea = site.submit()
    values = {"service_slug": "culture", "idea_id": str(idea.id), "slug": idea.slug}
    pages = [each.path for each in addresses.of_core(site, values)]
    manager = site.browser()
    manager.sign_in(site.people.administrator)
    opened = 0
    for browser, path in product((manager, site.browser()), [*pages, "/nowhere", "/culture"]):
        answer = browser.get(path, environ_overrides=FORGED)
        opened += answer.status_code == 200
        told = f"{answer.headers}".encode() + answer.get_data()
        assert b"evil.example" not in told, path
    assert opened > 25


@pytest.mark.parametrize(
    "host", ["a b", "ex<ample", "[::1", "[", "a:123456", "a:b", "é.fr", "a/b", "..", "a@b"]
)
@pytest.mark.parametrize("path", ["/", "/nowhere", "/culture/idees.json", "/static/x"])
def test_a_name_that_cannot_be_is_refused_without_a_traceback(
    site: Site, host: str, path: str, caplog: Any
) -> None:
    with caplog.at_level(logging.WARNING):
        answer = site.browser().get(path, environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 400
    assert "ne peut pas exister" in answer.get_data(as_text=True) or answer.is_json
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "a-b.example", ""])
def test_a_name_that_can_be_is_answered(site: Site, host: str) -> None:
    assert site.browser().get("/", environ_overrides={"HTTP_HOST": host}).status_code == 200


def test_an_address_that_lacks_its_slash_leads_to_no_host_that_was_claimed(site: Site) -> None:
    assert site.service
    answer = site.browser().get("/culture", environ_overrides=FORGED)
    assert answer.status_code in {301, 302, 307, 308}
    assert "evil.example" not in answer.location + answer.text


def test_what_stands_behind_the_question_mark_goes_along(site: Site) -> None:
    assert site.service
    answer = site.browser().get("/culture//idees?texte=a+b%26c")
    assert answer.location == "/culture/idees/?texte=a+b%26c"


@pytest.mark.parametrize("found_in", ["", "/participer"])
def test_a_site_in_a_folder_keeps_it_in_what_is_handed_on(sites: Sites, found_in: str) -> None:
    """Whether or not the proxy tells of the folder (``SCRIPT_NAME``): it is there once."""
    site = sites.make([], base_url="https://example.fr/participer/")
    site.submit()
    site.drain()
    answer = site.browser().get(
        "/culture/idees.json?q=tool", environ_overrides={"SCRIPT_NAME": found_in}
    )
    assert answer.json["url"] == "https://example.fr/participer/culture/idees/"
    assert answer.json["ideas"][0]["url"].startswith("https://example.fr/participer/culture/idees/")


def addressing(written: list[str]) -> ModuleType:
    """A plugin that notes, while it handles an event, the addresses a mail would name."""
    plugin = Plugin(name="noting", title="Noting", core=">=0.1,<1")
    PluginBlueprint(plugin, __name__).add_url_rule("/<int:number>", "show", lambda number: "")

    @subscriber(plugin, IdeaSubmitted)
    def note(happened: IdeaSubmitted, ctx: Context) -> None:
        assert isinstance(ctx.session, Session)
        idea = ctx.session.get_one(Idea, happened.idea_id)
        written.extend([idea_url(idea), idea_permalink(idea), site_url()])
        written.append(url_for("noting.show", number=7))

    module = ModuleType("noting")
    module.plugin = plugin  # type: ignore[attr-defined]
    return module


@pytest.mark.parametrize("base", ["https://participer.example.fr", "https://example.fr/idees-92"])
def test_a_handler_writes_whole_addresses_of_ideas_and_of_its_own_pages(
    sites: Sites, base: str
) -> None:
    written: list[str] = []
    site = sites.make([addressing(written)], base_url=base)
    site.enable("noting")
    idea = site.submit()
    site.drain()
    assert written == [
        f"{base}/culture/idees/{idea.id}-{idea.slug}",
        f"{base}/culture/idees/{idea.id}",
        base,
        f"{base}/culture/noting/7",
    ]
