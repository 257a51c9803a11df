"""What search engines, other sites and security researchers are told, and what they are not."""

import json
import re
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from sqlalchemy import update

from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, save_draft
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.moderation.decisions import hide
from eak_core.portal import outside
from eak_core.web.cards import SIZE, card

NAMES = {"": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def listed(site: Site, path: str) -> list[str]:
    answer = site.browser().get(path)
    assert answer.status_code == 200, path
    root = ElementTree.fromstring(answer.text)  # noqa: S314  # our own
    return [each.text or "" for each in root.iterfind(".//loc", NAMES)]


def everything(site: Site) -> list[str]:
    parts = [each.partition("localhost")[2] for each in listed(site, "/sitemap.xml")]
    return [url for part in parts for url in listed(site, part)]


def test_the_site_map_lists_what_everybody_may_read_and_nothing_else(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "PART", 2)
    inside = site.add_service("coulisses", audience="internal")
    author, manager = (
        site.people.actor(each) for each in (site.people.citizen, site.people.manager)
    )
    shown = [site.submit(f"Shown {number} & more") for number in range(3)]
    hidden, withdrawn = site.submit("Hidden idea"), site.submit("Withdrawn idea")
    for number in range(4):
        agent = site.people.actor(site.people.agent)
        site.submit(f"Behind the scenes {number}", service=inside, author=agent)
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{hidden.id}", "It names a person.")
        idea = session.get_one(Idea, withdrawn.id)
        withdraw_idea(session, author, site.service, frozenset(), idea, "It exists.")
        save_draft(session, author, site.service, Proposal(title="A draft", problem="", body=""))
    assert len(listed(site, "/sitemap.xml")) == 3, "the pages, and two parts of ideas"
    found = everything(site)
    assert [each for each in found if "/idees/" in each and each[-1] != "/"] == [
        f"http://localhost/culture/idees/{each.id}-{each.slug}" for each in shown
    ]
    assert "http://localhost/culture/" in found
    assert not [each for each in found if "coulisses" in each]


def test_a_part_of_the_site_map_costs_the_same_however_many_ideas_there_are(site: Site) -> None:
    path = "/sitemap/idees-0.xml"
    site.submit()
    listed(site, path)
    with Queries(site.app) as few:
        listed(site, path)
    for number in range(5):
        site.submit(f"Idea {number}")
    with Queries(site.app) as many:
        assert len(listed(site, path)) == 6
    assert few.count == many.count


@pytest.mark.parametrize("part", ["99999999", "9" * 40])
def test_a_part_that_cannot_be_is_empty_or_missing(site: Site, part: str) -> None:
    assert site.browser().get(f"/sitemap/idees-{part}.xml").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_robots_are_kept_from_forms_and_led_to_the_map(site: Site) -> None:
    text = site.browser().get("/robots.txt").text
    assert "Disallow: /compte/" in text
    assert "Disallow: /*/gestion/" in text
    assert "Sitemap: http://localhost/sitemap.xml" in text


@pytest.mark.parametrize("database", ["sqlite"])
def test_whom_to_tell_of_a_weakness_is_said_where_the_operator_has_said_it(
    sites: Sites, site: Site
) -> None:
    assert site.browser().get("/.well-known/security.txt").status_code == 404
    told = sites.make(contact_email="securite@example.org").browser()
    text = told.get("/.well-known/security.txt").text
    assert "Contact: mailto:securite@example.org\n" in text
    assert re.search(r"^Expires: \d{4}-\d{2}-01T00:00:00\+00:00$", text, re.MULTILINE)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_page_says_what_it_is_about_and_an_idea_shows_its_picture(site: Site) -> None:
    idea = site.submit('Trees & "shade"')
    browser = site.browser()
    page = browser.get(f"/culture/idees/{idea.id}-{idea.slug}").text
    assert '<meta property="og:title" content="Trees &amp; &#34;shade&#34;">' in page
    assert '<meta name="description" content="Tools sleep in cellars.">' in page
    address = f"/culture/idees/{idea.id}/apercu.png"
    assert f'<meta property="og:image" content="http://localhost{address}">' in page
    answer = browser.get(address)
    assert answer.mimetype == "image/png"
    assert Image.open(BytesIO(answer.data)).size == SIZE
    assert len(answer.data) < 60_000
    for path in ("/", "/culture/"):
        assert 'property="og:title"' in browser.get(path).text
    assert 'property="og:title"' not in browser.get("/compte/connexion").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_hidden_or_inside_has_no_picture(site: Site) -> None:
    idea = site.submit()
    address = f"/culture/idees/{idea.id}/apercu.png"
    agent = site.browser()
    agent.sign_in(site.people.agent)
    assert agent.get(address).status_code == 200
    with site.writing() as session:
        session.execute(update(type(site.service)).values(audience="internal"))
    assert agent.get(address).status_code == 404
    assert 'property="og:title"' not in agent.get(f"/culture/idees/{idea.id}-{idea.slug}").text
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        session.execute(update(type(site.service)).values(audience="public"))
        hide(session, manager, site.service, f"idea:{idea.id}", "It names a person.")
    assert agent.get(address).status_code in {404, 410}


@pytest.mark.parametrize(
    "title", ["", "x" * 150, "mot " * 60, "\u0bcb" * 150, "Élèves\u202f: ça œuvre\u202f?"]
)
def test_any_title_is_drawn(title: str) -> None:
    drawn = card(title, "Laboratoire " * 12, "Idée\u00a0: " + "à l’examen " * 20)
    assert Image.open(BytesIO(drawn)).size == SIZE


def things_on(site: Site, path: str) -> list[dict[str, Any]]:
    text = site.browser().get(path, follow_redirects=True).text
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    assert not any("<" in block for block in blocks)
    return [each for block in blocks for each in json.loads(block)["@graph"]]


@pytest.mark.parametrize("database", ["sqlite"])
def test_programs_are_told_what_a_public_page_shows_and_nothing_ends_that_early(site: Site) -> None:
    typed = "Bees </script><!-- <script>alert(1)</script> & “honey”\u2028"
    citizen = site.people.actor(site.people.citizen)
    idea = site.submit(typed, author=citizen)
    inside = site.add_service("coulisses", audience="internal")
    agent = site.browser()
    agent.sign_in(site.people.agent)
    site.submit("Behind", service=inside, author=site.people.actor(site.people.agent))
    assert 'type="application/ld+json"' not in agent.get("/coulisses/idees/2-behind").text
    (trail, said) = things_on(site, f"/culture/idees/{idea.id}")
    assert [each["name"] for each in trail["itemListElement"]][::2] == ["Culture", idea.title]
    assert said["headline"] == idea.title
    assert [each["name"] for each in said["author"]] == [citizen.name]
    assert said["url"] == f"http://localhost/culture/idees/{idea.id}-{idea.slug}"
    search, _house = things_on(site, "/")
    assert search["potentialAction"]["target"]["urlTemplate"].endswith(
        "/recherche?q={search_term_string}"
    )
