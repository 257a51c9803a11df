"""What plugins add to the core's pages: an idea's history, the portal, the footer, the desk."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from eak_core import clock
from eak_core.ideas.content.texts import Proposal
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import edit_idea, save_draft
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.plugins.hooks.contributions import AccountLinks, DeskItem, HistoryEntry, NavItem
from eak_core.plugins.loading.blueprint import PluginBlueprint
from eak_core.plugins.per_service.models import PluginFault
from eak_core.services.models import Service
from tests.core.plugins.making import make

LONG_AGO = datetime(2020, 3, 2, 12, tzinfo=UTC)
ONE = pytest.mark.parametrize("database", ["sqlite"])


class Lending:
    """A plugin that answers each hook with what a test wants."""

    def __init__(self) -> None:
        self.history: Callable[[Any], Any] = lambda idea: []
        self.desk: Callable[[], Any] = list
        self.pages: Callable[[], Any] = list
        self.portal: Callable[[Any], Any] = lambda services: None
        self.endpoint = "lending.index"

        def footer_links(service: Any) -> Any:
            return [NavItem("Lend <b>", self.endpoint)]

        def portal_links(services: Any) -> Any:
            return self.portal(services)

        def idea_history(idea: Any) -> Any:
            return self.history(idea)

        def desk_items(service: Any) -> Any:
            return self.desk()

        def desk_pages(service: Any) -> Any:
            return self.pages()

        hooks = (footer_links, portal_links, idea_history, desk_items, desk_pages)
        self.module = make("lending", **{each.__name__: each for each in hooks})
        PluginBlueprint(self.module.plugin, __name__).get("/")(self.index)

    def index(self) -> str:
        return "lending"


@pytest.fixture
def lending() -> Lending:
    return Lending()


@pytest.fixture
def plugins(lending: Lending) -> list[Any]:
    return [lending.module]


def page(site: Site, path: str, person: Any = None) -> str:
    browser = site.browser()
    if person is not None:
        browser.sign_in(person)
    answer = browser.get(path, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def faults(site: Site) -> list[str]:
    with site.reading() as session:
        return list(session.scalars(select(PluginFault.hook)))


def part(text: str, beginning: str, end: str) -> list[str]:
    """What stands in a part of a page, line by line, without its tags."""
    found = re.search(f"{beginning}(.*?){end}", text, re.DOTALL)
    lines = re.sub(r"<[^>]*>", "\n", found[1]).splitlines() if found else []
    return [line.strip() for line in lines if line.strip()]


def history(site: Site, idea: Any, person: Any = None) -> list[str]:
    text = page(site, f"/culture/idees/{idea.id}", person)
    return part(text, r'<ol class="idea-history">', "</ol>")


def edit(site: Site, idea: Idea, words: str) -> None:
    with site.writing() as session:
        proposal = Proposal(title=idea.title, problem="Tools sleep in cellars.", body=words)
        author = site.people.actor(site.people.citizen)
        edit_idea(session, author, site.service, session.get_one(Idea, idea.id), proposal)


# --- What became of an idea.


def test_an_ideas_history_tells_once_a_day_that_its_text_was_changed(
    site: Site, clock: FrozenClock
) -> None:
    idea = site.submit()
    other = site.submit("Another one")
    assert len(history(site, idea)) == 2
    for hours in (24, 1, 24):
        clock.advance(hours=hours)
        edit(site, idea, f"After {hours}")
    told = history(site, idea)
    assert told.count("L’auteur a modifié son texte") == 2
    assert told[0] == "Déposée"
    assert "modifié" not in " ".join(history(site, other))


@ONE
def test_what_plugins_tell_stands_among_the_stages_by_its_instant(
    site: Site, lending: Lending
) -> None:
    idea = site.submit()
    assert idea.submitted_at is not None
    hour, at = timedelta(hours=1), idea.submitted_at

    def told(_idea: Any) -> list[HistoryEntry]:
        return [
            HistoryEntry(at + hour, "given back"),
            HistoryEntry(at - hour, "lent to <i>somebody</i>", "lending.index"),
        ]

    lending.history = told
    assert "given back" not in history(site, idea), "it is off"
    site.enable("lending")
    seen = [line for line in history(site, idea) if not line[0].isdigit()]
    assert seen == ["lent to &lt;i&gt;somebody&lt;/i&gt;", "Déposée", "given back"]
    assert '<a href="/culture/lending/">lent to' in page(site, f"/culture/idees/{idea.id}")
    site.disable("lending")
    assert "given back" not in history(site, idea)


@ONE
def test_a_history_that_fails_is_left_out_whole_and_noted(site: Site, lending: Lending) -> None:
    idea = site.submit()
    site.enable("lending")
    before = history(site, idea)
    lending.history = lambda idea: [HistoryEntry(clock.now(), "first"), 1 / 0]
    assert history(site, idea) == before
    lending.history = lambda idea: [HistoryEntry(clock.now(), "astray", "lending.nowhere")]
    assert history(site, idea)[: len(before)] == before
    assert set(faults(site)) == {"idea_history"}


@ONE
def test_nobody_is_asked_what_became_of_a_draft(site: Site, lending: Lending) -> None:
    site.enable("lending")
    asked: list[int] = []
    lending.history = lambda idea: [asked.append(idea.id)]
    with site.writing() as session:
        author = site.people.actor(site.people.citizen)
        draft = save_draft(session, author, site.service, Proposal(title="A draft"))
    assert history(site, draft, site.people.citizen) == []
    assert asked == []


@ONE
def test_a_history_takes_the_same_statements_however_long(site: Site, clock: FrozenClock) -> None:
    idea = site.submit()

    def statements() -> int:
        with Queries(site.app) as queries:
            history(site, idea)
        return queries.count

    for number in range(6):
        clock.advance(days=1)
        edit(site, idea, f"again {number}")
        if number == 0:
            history(site, idea)
            before = statements()
    assert statements() == before
    assert history(site, idea).count("L’auteur a modifié son texte") == 6


# --- The footer.


@ONE
def test_the_footer_of_a_service_has_what_plugins_put_there(site: Site, lending: Lending) -> None:
    def footer(path: str) -> list[str]:
        return part(page(site, path), r'<nav class="eak-footer__links"', "</nav>")

    assert site.service
    assert "Lend &lt;b&gt;" not in footer("/culture/")
    site.enable("lending")
    assert footer("/culture/")[-1] == "Lend &lt;b&gt;"
    assert "Lend &lt;b&gt;" not in footer("/"), "the portal is in no service"
    lending.endpoint = "lending.nowhere"
    assert "Lend &lt;b&gt;" not in footer("/culture/idees/")
    assert faults(site) == ["footer_links"]


# --- The portal.


def going_on(services: Any) -> AccountLinks:
    links = [
        NavItem(f"in <u>{each.slug}", "lending.index", {"service_slug": each.slug})
        for each in services
    ]
    return AccountLinks("Lent <now>", links)


def portal(site: Site, person: Any = None) -> list[str]:
    return part(page(site, "/", person), r'<section [^>]*aria-labelledby="links-1">', "</section>")


@ONE
def test_the_portal_shows_what_goes_on_where_a_plugin_is_on(site: Site, lending: Lending) -> None:
    lending.portal = going_on
    agents = site.add_service("agents", audience="internal")
    routes = site.add_service("routes")
    archived = site.add_service("archives")
    for each in (site.service, agents, archived):
        site.enable("lending", service=each)
    with site.writing() as session:
        session.execute(
            update(Service).where(Service.id == archived.id).values(archived_at=clock.now())
        )
    heading = "Lent &lt;now&gt;"
    assert portal(site) == [heading, "in &lt;u&gt;culture"]
    assert portal(site, site.people.agent) == [heading, "in &lt;u&gt;agents", "in &lt;u&gt;culture"]
    assert routes.slug not in " ".join(portal(site, site.people.agent))
    site.disable("lending")
    assert portal(site) == []


@ONE
def test_a_portal_with_a_plugin_that_fails_is_whole_and_the_fault_is_noted(
    site: Site, lending: Lending
) -> None:
    site.enable("lending")
    lending.portal = lambda services: 1 / 0
    assert portal(site) == []
    assert "/culture/" in page(site, "/")
    assert faults(site) == ["portal_links"]


@ONE
def test_the_portal_takes_the_same_statements_however_many_services(
    site: Site, lending: Lending
) -> None:
    lending.portal = going_on
    site.enable("lending")

    def statements() -> int:
        with Queries(site.app) as queries:
            portal(site)
        return queries.count

    portal(site)
    before = statements()
    for number in range(4):
        site.enable("lending", service=site.add_service(f"other-{number}"))
    assert statements() == before
    assert len(portal(site)) == 6


# --- The desk.


def desk(site: Site) -> list[str]:
    text = page(site, "/culture/gestion/", site.people.manager)
    said = part(text, r'<h2 id="waiting">', "</section>")
    return [each for each in said if not re.search("depuis|promis|En retard", each)]


def test_the_desk_says_which_ideas_wait(site: Site) -> None:
    assert desk(site)[:2] == ["Ce qui vous attend", "Rien à traiter."]
    for title in ("One", "Two"):
        site.submit(title)
    assert desk(site)[1:] == ["2 idées attendent l’examen de leur recevabilité"]
    third = site.submit("Three")
    with site.writing() as session:
        manager, idea = site.people.actor(site.people.manager), session.get_one(Idea, third.id)
        change_stage(session, manager, site.service, frozenset(), idea, "screening", "It begins.")
    assert desk(site)[1:] == [
        "2 idées attendent l’examen de leur recevabilité",
        "1 idée en cours d’examen attend votre décision",
    ]
    text = page(site, "/culture/gestion/", site.people.manager)
    assert 'href="/culture/gestion/idees?etape=screening"' in text


@ONE
def test_the_desk_leads_to_the_pages_of_each_plugin_whether_anything_waits_there_or_not(
    site: Site, lending: Lending
) -> None:
    lending.pages = lambda: [
        NavItem("Counter", "lending.index", note="Where <i>things</i> are lent."),
        NavItem("Astray", "lending.nowhere"),
    ]
    address = "/culture/gestion/"
    assert "Counter" not in page(site, address, site.people.manager)
    site.enable("lending")
    text = page(site, address, site.people.manager)
    core, _title, own = text.partition("<h2>Lending</h2>")
    # The core's own stand first, each with what is done there.
    assert 'href="/culture/gestion/reglages"' in core
    assert 'href="/culture/gestion/signalements"' in core
    assert 'href="/culture/gestion/charte"' in core
    assert "<p>Qui a décidé quoi dans ce service, et quand.</p>" in core
    assert "<p>Where &lt;i&gt;things&lt;/i&gt; are lent.</p>" in own
    assert "Astray" not in own
    assert set(faults(site)) == {"desk_pages"}
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    assert browser.get(address).status_code == 403


@ONE
def test_what_waits_in_plugins_comes_after_what_waits_in_the_core(
    site: Site, lending: Lending
) -> None:
    lending.desk = lambda: [
        DeskItem(0, "none at all", "lending.index"),
        DeskItem(3, "3 things to <i>lend</i>", "lending.index"),
        DeskItem(1, "astray", "lending.nowhere"),
    ]
    site.submit()
    own = "1 idée attend l’examen de sa recevabilité"
    assert desk(site)[1:] == [own]
    site.enable("lending")
    assert desk(site)[1:] == [own, "3 things to &lt;i&gt;lend&lt;/i&gt;"]
    lending.desk = lambda: [
        DeskItem(1, "older", "lending.index", since=LONG_AGO),
        DeskItem(1, "late", "lending.index", promised=LONG_AGO - timedelta(days=3)),
        DeskItem(1, "of no day", "lending.index"),
    ]
    assert desk(site)[1:] == ["late", "older", own, "of no day"]
    text = page(site, "/culture/gestion/", site.people.manager)
    assert text.count("En retard") == 1
    assert "depuis le 2 mars 2020" in text
    assert "réponse promise avant le 28 février 2020" in text
    lending.desk = lambda: 1 / 0
    assert desk(site)[1:] == [own]
    assert set(faults(site)) == {"desk_items"}
