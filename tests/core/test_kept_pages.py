"""Visitors' pages from memory: the same to the byte, never older than the log, nobody else's."""

import gzip
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import g

from eak_core.ideas.visibility import subject_of
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from eak_core.plugins.hooks.contributions import NavItem
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.plugins.loading.blueprint import PluginBlueprint
from eak_core.plugins.loading.manifest import Plugin
from eak_core.services.directory import change_service
from eak_core.services.models import Service
from eak_core.web.caching import valid_until
from eak_core.web.kept_pages import ONLY_KEPT, KeptPages, NotKept
from eak_core.web.limits import limited

LIST = "/culture/idees/"
SYSTEM = Actor.system()


def fair() -> ModuleType:
    """A plugin with an entry in the navigation, a page that closes, and one that counts."""
    module: Any = ModuleType("fair")
    module.plugin = plugin = Plugin(name="fair", title="Fair", core=">=0.1,<1")
    module.blueprint = blueprint = PluginBlueprint(plugin, __name__)
    module.shown = []

    @blueprint.get("/")
    def index() -> str:
        valid_until(module.closes_at)
        module.shown.append(g.actor)
        return "open"

    @blueprint.get("/find")
    @limited("fair.find", "3/minute", reads=True)
    def find() -> str:
        return "found"

    module.nav_items = hookimpl(nav_items)
    found: ModuleType = module
    return found


def nav_items() -> list[NavItem]:
    return [NavItem("The fair", "fair.index")]


@pytest.fixture
def plugins() -> list[ModuleType]:
    return [fair()]


@pytest.fixture
def kept(site: Site) -> Iterator[KeptPages]:
    """The memory of the site, in use."""
    pages: KeptPages = site.app.extensions["eak_kept_pages"]
    pages.forget()
    pages.on = True
    assert site.submit()
    site.drain()
    yield pages
    pages.on = False
    pages.forget()


def made(site: Site, path: str, browser: Browser | None = None, **headers: str) -> bool:
    """Whether the page at ``path`` is made, and not taken from memory."""
    seen = len(site.app.extensions.setdefault("made", []))
    browser = browser or site.browser()
    assert browser.get(path, headers=headers).status_code == 200
    return len(site.app.extensions["made"]) > seen


@pytest.fixture(autouse=True)
def noted(site: Site) -> Iterator[None]:
    begun: list[str] = []
    site.app.extensions["made"] = begun
    inner = site.app.extensions["eak_kept_pages"]._inner

    def note(environ: Any, start: Callable[..., Any]) -> Any:
        begun.append(environ["PATH_INFO"])
        return inner(environ, start)

    site.app.extensions["eak_kept_pages"]._inner = note
    yield
    site.app.extensions["eak_kept_pages"]._inner = inner


def test_a_page_is_made_once_and_shown_again_as_it_was_compressed_or_not(
    site: Site, kept: KeptPages
) -> None:
    for sent in ({}, {"Accept-Encoding": "gzip"}):
        browser = site.browser()
        first = browser.get(LIST, headers=sent)
        with Queries(site.app) as asked:
            again = browser.get(LIST, headers=sent)
        assert (again.status, again.data) == (first.status, first.data)
        assert dict(again.headers) == dict(first.headers)
        assert asked.count <= 1
    assert "A tool library" in gzip.decompress(again.data).decode()
    assert site.app.extensions["made"] == [LIST, LIST]


@pytest.fixture
def elsewhere(sites: Sites, site: Site, plugins: list[ModuleType]) -> Site:
    """Another process on the same database."""
    return sites.make(plugins, url=site.url)


def test_what_another_process_commits_is_seen_at_once(
    site: Site, kept: KeptPages, elsewhere: Site
) -> None:
    def shown() -> str:
        assert made(site, LIST), "an old page was shown"
        assert not made(site, LIST), "nothing was kept"
        return site.browser().get(LIST).text

    assert "The fair" not in shown()
    elsewhere.__dict__["service"] = site.service
    elsewhere.enable("fair")
    assert "The fair" in shown()
    idea = site.submit("A bench")
    assert "A bench" in shown()
    with elsewhere.writing() as session:
        hide(session, SYSTEM, site.service, subject_of(idea.id), "Off topic.")
    assert "A bench" not in shown()
    before = shown_theme(site)
    change(elsewhere, theme="contraste")
    assert made(site, LIST)
    assert shown_theme(site) != before
    elsewhere.disable("fair")
    assert "The fair" not in shown()
    elsewhere.drain()
    assert made(site, LIST), "what a handler derived was not looked at"
    change(elsewhere, audience="internal")
    assert site.browser().get(LIST).status_code == 404


def change(site: Site, **changed: Any) -> None:
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        names = ("name", "description", "audience", "theme")
        said = {name: getattr(service, name) for name in names} | changed
        change_service(session, SYSTEM, service, version=service.version_id, **said)


def shown_theme(site: Site) -> list[str]:
    return [line for line in site.browser().get(LIST).text.splitlines() if "page.css" in line]


def test_a_page_that_closes_and_a_day_that_ends_are_not_shown_past_it(
    site: Site, kept: KeptPages, plugins: list[Any], clock: Any
) -> None:
    site.enable("fair")
    site.drain()
    plugins[0].closes_at = clock.now + timedelta(minutes=5)
    assert [made(site, "/culture/fair/") for _time in range(2)] == [True, False]
    clock.advance(minutes=5)
    assert made(site, "/culture/fair/")
    assert [made(site, LIST) for _time in range(2)] == [True, False]
    clock.advance(hours=24)
    assert made(site, LIST)


def test_whoever_asks_for_what_is_in_memory_alone_has_nothing_made_and_nothing_old(
    site: Site, kept: KeptPages
) -> None:
    def from_memory(method: str = "GET", path: str = LIST) -> bool:
        begun = len(site.app.extensions["made"])
        try:
            answer = site.browser().open(path, method=method, environ_overrides={ONLY_KEPT: True})
        except NotKept:
            return False
        finally:
            assert len(site.app.extensions["made"]) == begun
        return answer.status_code == 200

    assert not from_memory()
    assert made(site, LIST)
    assert from_memory()
    assert not from_memory("HEAD")
    assert not from_memory("POST")
    assert not from_memory(path=f"{LIST}?lang=en")
    site.submit("A bench")
    assert not from_memory()
    assert made(site, LIST)
    assert from_memory()
    kept.on = False
    assert not from_memory()


@pytest.mark.parametrize("database", ["sqlite"])
def test_whoever_is_signed_in_is_shown_their_own_page_and_leaves_nothing(
    site: Site, kept: KeptPages
) -> None:
    assert made(site, LIST)
    # Whoever reads has written nothing: a card on these pages names its author.
    reader = site.people.agent
    browser = site.browser()
    browser.sign_in(reader)
    assert made(site, LIST, browser)
    assert reader.name in browser.get(LIST).text
    kept.forget()
    assert made(site, LIST, browser)
    assert made(site, LIST), "what somebody saw was kept"
    assert reader.name not in site.browser().get("/culture/").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_page_of_a_service_that_is_not_for_all_is_kept_for_nobody(
    site: Site, kept: KeptPages
) -> None:
    site.add_service("routes", audience="internal")
    agent = site.browser()
    agent.sign_in(site.people.agent)
    for _time in range(2):
        assert agent.get("/routes/").status_code == 200
        assert site.browser().get("/routes/").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_tells_readers_apart_is_told_apart(site: Site, kept: KeptPages) -> None:
    assert made(site, LIST)
    english = site.browser()
    english.set_cookie("eak_lang", "en")
    assert made(site, LIST, english)
    assert not made(site, LIST, english)
    assert "Submit an idea" in english.get(LIST).text
    assert "Submit an idea" not in site.browser().get(LIST).text
    picture = {"Sec-Fetch-Dest": "image"}
    assert site.browser().get(f"{LIST}?lang=en", headers=picture).status_code == 200
    chosen = site.browser()
    assert made(site, f"{LIST}?lang=en", chosen)
    assert chosen.get_cookie("eak_lang"), "the choice of a language was not kept"
    assert made(site, f"{LIST}?tri=title")
    strong = site.browser()
    strong.get(f"{LIST}?contraste=fort", headers=picture)
    assert strong.get_cookie("eak_contraste") is None
    for _time in range(2):
        assert "/static/t/contraste/" in strong.get(f"{LIST}?contraste=fort").text
        assert "/static/t/contraste/" in strong.get(LIST).text, "the choice is kept"
        assert "/static/t/contraste/" not in site.browser().get(LIST).text
    assert "/static/t/contraste/" not in strong.get(f"{LIST}?contraste=habituel").text
    assert "/static/t/contraste/" not in strong.get(LIST).text
    other = site.browser()
    other.set_cookie("eak_lang", "fr")
    other.set_cookie("other", "1")
    assert made(site, LIST, other)
    assert made(site, LIST, other)
    assert made(site, LIST, Authorization="Basic eDp5")


def test_what_is_limited_is_counted_however_often_it_was_shown(
    sites: Sites, plugins: list[ModuleType]
) -> None:
    site = sites.make(plugins, rate_limits=True)
    site.app.extensions["eak_kept_pages"].on = True
    assert site.service
    site.enable("fair")
    answers = [site.browser().get("/culture/fair/find").status_code for _time in range(4)]
    assert answers == [200, 200, 200, 429]


def test_the_memory_is_bounded_and_what_was_not_asked_for_lately_goes_first(
    site: Site, kept: KeptPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(site.browser().get(LIST).data)
    kept.forget()
    monkeypatch.setattr("eak_core.web.kept_pages.MOST", 3 * (size + 2_500))
    paths = [f"{LIST}?tri={order}" for order in ("title", "oldest", "newest", "title&page=1")]
    for path in paths:
        assert made(site, path)
    assert kept._size <= 3 * (size + 2_500)
    assert len(kept._pages) < len(paths)
    assert not made(site, paths[-1])
    assert made(site, paths[0])
    monkeypatch.setattr("eak_core.web.kept_pages.MOST_EACH", 100)
    kept.forget()
    assert made(site, LIST)
    assert made(site, LIST)


def test_where_the_database_is_in_trouble_nothing_is_shown_from_memory(
    site: Site, kept: KeptPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made(site, LIST)
    assert not made(site, LIST)
    with monkeypatch.context() as broken:
        broken.setattr(
            "eak_core.web.kept_pages._validator.rendered", lambda *_given: ("SELECT nothing", ())
        )
        assert made(site, LIST)
    assert not made(site, LIST)
    kept._connection.close()
    assert made(site, LIST)
    assert not made(site, LIST)


def test_what_is_asked_of_the_database_leaves_no_transaction_open(
    site: Site, kept: KeptPages
) -> None:
    assert made(site, LIST)
    assert not made(site, LIST)
    if site.url.startswith("sqlite"):
        assert not kept._connection.in_transaction
    else:
        assert kept._connection.info.transaction_status.name == "IDLE"
