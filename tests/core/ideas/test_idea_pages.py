"""The pages of ideas, as readers meet them."""

import csv
import io
import re

import pytest

from eak_core import clock
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Origin, Proposal, import_idea, submit_idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from tests.core.ideas.pages_of_ideas import LIST, NEW, page_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_the_page_shows_everything_that_was_said_and_where_the_idea_stands(
    site: Site, client: Browser, citizen: Actor, manager: Actor, proposal: Proposal
) -> None:
    with site.writing() as session:
        saved = submit_idea(session, citizen, site.service, proposal)
        idea = session.get_one(Idea, saved.id)
        change_stage(
            session, manager, site.service, frozenset(), idea, "rejected", "It **exists**."
        )
    page = client.get(page_of(idea)).text
    for said in (
        proposal.title, proposal.problem, "<strong>prêter</strong>", proposal.needs,
        proposal.elsewhere, proposal.existing, "Nanterre", "Tiers-lieux", "Camille Citizen",
        *proposal.statements.values(), "Non retenue", "It <strong>exists</strong>.", "Manon",
    ):  # fmt: skip
        assert said in page.replace("&#39;", "'"), said


def test_the_criteria_are_shown_side_by_side_and_never_as_one_figure(
    client: Browser, idea: Idea
) -> None:
    page = client.get(page_of(idea)).text
    assert page.count('class="idea-profile"') == 4
    assert "moyenne" not in page


def test_a_former_title_leads_to_the_present_address(client: Browser, idea: Idea) -> None:
    for path in (f"{LIST}{idea.id}", f"{LIST}{idea.id}-former", f"{LIST}{idea.id}-a/.."):
        answer = client.get(path)
        if answer.status_code != 404:
            assert (answer.status_code, answer.location) == (301, page_of(idea))


@pytest.mark.parametrize(
    "path",
    [
        f"{LIST}0", f"{LIST}99", f"{LIST}{10**30}-x", f"{LIST}-1-x", f"{LIST}٣-x", f"{LIST}1e3-x",
        f"{LIST}?page=0", f"{LIST}?page=-1", f"{LIST}?page=999999999999", f"{LIST}?page=x",
        f"{LIST}99/modifier", "/culture/gestion/idees/99/masquer",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(client: Browser, idea: Idea, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {403, 404, 302}, answer.status
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "etape=nowhere",
        "sujet=nothing",
        "commune=75056",
        "tri=random",
        f"q={'x' * 101}",
        "etape=%E2%80%AE",
    ],
)
def test_a_filter_that_does_not_exist_is_an_error_with_what_was_typed(
    client: Browser, idea: Idea, query: str
) -> None:
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 422
    assert idea.title in answer.text


def test_filters_narrow_the_list_without_regard_to_case_and_accents(
    site: Site, client: Browser, citizen: Actor, manager: Actor, proposal: Proposal, idea: Idea
) -> None:
    with site.writing() as session:
        saved = submit_idea(session, citizen, site.service, proposal)
        change_stage(
            session, manager, site.service, frozenset(), session.get_one(Idea, saved.id),
            "screening", "We read it.",
        )  # fmt: skip
    site.drain()
    for query in (
        "q=ECOLE", "q=outiltheque+%C3%A9cole", "etape=screening", "sujet=tiers-lieux",
        "commune=92050", "q=preter&commune=92012&sujet=toits-verts",
    ):  # fmt: skip
        page = client.get(f"{LIST}?{query}").text
        assert proposal.title in page, query
        assert idea.title not in page, query
    for query in ("q=%25", "q=_", "commune=92002"):
        assert "Aucune idée ne correspond" in client.get(f"{LIST}?{query}").text, query


def test_what_several_filters_let_through_is_counted_without_reading_it(
    site: Site, client: Browser, citizen: Actor, proposal: Proposal, idea: Idea
) -> None:
    with site.writing() as session:
        submit_idea(session, citizen, site.service, proposal)
    site.drain()
    with Queries(site.app) as asked:
        page = client.get(f"{LIST}?etape=submitted&sujet=tiers-lieux").text
    assert "1 idée correspond" in page
    assert idea.title not in page
    [counted] = [each for each in asked.statements if each.startswith("SELECT count(*)")]
    assert "idea_subject" in counted
    assert not re.search("title|body|person", counted), counted


def test_the_list_costs_the_same_statements_for_one_idea_and_for_twenty(
    site: Site, client: Browser, citizen: Actor, proposal: Proposal
) -> None:
    site.enable("poll")
    counts = []
    for wanted in (1, 20):
        with site.writing() as session:
            for _number in range(wanted - len(counts)):
                submit_idea(session, citizen, site.service, proposal)
        client.get(LIST)
        with Queries(site.app) as queries:
            page = client.get(LIST).text
        counts.append(queries.count)
    assert page.count("seven &lt;b&gt;votes") == 20
    assert counts[0] == counts[1], counts


def test_scripts_are_inert_on_every_surface(site: Site, client: Browser, citizen: Actor) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))"
    with site.writing() as session:
        saved = submit_idea(
            session, citizen, site.service, Proposal(title=attack, problem=attack, body=attack)
        )
    for path in (LIST, f"{LIST}{saved.id}-{saved.slug}", "/culture/idees.atom"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert 'href="javascript:' not in text
        assert not Page(text).inline


def test_every_control_of_every_page_has_a_name(desk: Browser, author: Browser, idea: Idea) -> None:
    for browser, path in (
        (author, LIST), (author, NEW), (author, f"{LIST}{idea.id}/modifier"),
        (author, f"{LIST}{idea.id}/retirer"), (author, f"{LIST}les-miennes"),
        (desk, page_of(idea)), (desk, "/culture/gestion/idees"), (desk, "/culture/gestion/sujets"),
        (desk, f"/culture/gestion/idees/{idea.id}/masquer"),
    ):  # fmt: skip
        page = browser.read(path)
        assert page.unlabelled() == [], path
        assert page.inline == [], path


@pytest.mark.parametrize(
    ("state", "shown"),
    [("rejected", "rejetée"), ("evaluating", "en cours"), ("chosen by lot", "chosen by lot")],
)
def test_an_imported_idea_shows_where_it_comes_from_without_the_plugin_that_brought_it(
    site: Site, client: Browser, manager: Actor, state: str, shown: str
) -> None:
    there = "https://ville.example/proposals/457"
    origin = Origin("decidim", "ville.example/457", there, votes=12, comments=3, state=state)
    with site.writing() as session:
        proposal = Proposal(title="From there")
        saved = import_idea(session, manager, site.service, proposal, origin, clock.now())
        assert saved
        idea = session.get_one(Idea, saved.id)
    page = " ".join(client.get(page_of(idea)).text.replace("\u202f", " ").split())
    for said in (f'href="{there}"', shown, "12 votes", "3 commentaires"):
        assert said in page, said


# At a glance ------------------------------------------------------------------------------------


def test_the_map_counts_public_ideas_by_commune_and_its_file_says_the_same(
    site: Site, client: Browser, citizen: Actor, proposal: Proposal
) -> None:
    with site.writing() as session:
        for _number in range(2):
            submit_idea(session, citizen, site.service, proposal)
        gone = submit_idea(session, citizen, site.service, proposal)
    with site.writing() as session:
        hide(session, Actor.system(), site.service, f"idea:{gone.id}", "Not this.")
    page = client.get("/culture/idees/carte").text
    assert "2 idées nomment des communes" in page
    rows = dict(list(csv.reader(io.StringIO(client.get("/culture/idees/carte.csv").text)))[1:])
    named = {"Boulogne-Billancourt", "Nanterre"}
    assert {name for name, count in rows.items() if count == "2"} == named
    assert sum(map(int, rows.values())) == 4
    assert len(rows) == 36
    drawing = client.get("/culture/idees/carte.svg")
    assert drawing.content_type == "image/svg+xml; charset=utf-8"
    assert "Nanterre" in drawing.text
    assert "localhost/culture/idees/carte" in drawing.text
    assert proposal.title not in page, "counts alone"


def test_the_path_of_an_idea_shows_the_stages_of_this_service_and_where_they_lead(
    site: Site, client: Browser, idea: Idea
) -> None:
    page = client.get("/culture/idees/parcours").text
    rows = list(csv.reader(io.StringIO(client.get("/culture/idees/parcours.csv").text)))[1:]
    assert ["Déposée", "1 idée", "À l’examen, Non retenue"] in rows
    assert ["Non retenue", "0 idée", "À l’examen"] in rows
    for title, _count, _leads in rows:
        assert f">{title}</text>" in page
    assert client.get("/culture/idees/parcours.svg").status_code == 200
    assert client.get("/culture/idees/parcours.png").status_code == 404


def test_what_an_internal_service_has_at_a_glance_is_for_its_agents(
    site: Site, client: Browser
) -> None:
    site.add_service("interne", audience="internal")
    for rest in ("carte", "carte.csv", "carte.svg", "parcours", "parcours.csv", "parcours.svg"):
        assert client.get(f"/interne/idees/{rest}").status_code == 404, rest
