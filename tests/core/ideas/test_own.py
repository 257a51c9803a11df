"""One's own page: the ideas, where each stands, and what is still to be done."""

from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.proposing.proposals import Proposal, save_draft
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide


def own(site: Site) -> Browser:
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    return browser


def test_it_says_where_each_idea_stands_and_which_drafts_wait(site: Site) -> None:
    browser = own(site)
    assert "Vous n’avez encore rien commencé" in browser.get("/compte/").text
    idea = site.submit("A tool library")
    author = site.people.actor(site.people.citizen)
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        change_stage(
            session, manager, site.service, frozenset(), idea, "screening", "It is complete."
        )
    with site.writing() as session:
        save_draft(session, author, site.service, Proposal(title="Bees <b>?", problem="", body=""))
    text = browser.get("/compte/").text
    assert "Vous n’avez encore rien commencé" not in text
    waiting = text.partition('id="waiting"')[2].partition("</section>")[0]
    assert "Terminer mon brouillon\u202f: Bees &lt;b&gt;?" in waiting
    assert 'A tool library</a> <span class="eak-note">– À l’examen</span>' in text
    someone = site.browser()
    someone.sign_in(site.people.agent)
    assert "tool library" not in someone.get("/compte/").text


def test_it_shows_few_and_asks_as_often_for_many(site: Site) -> None:
    site.submit("Idea 0")
    browser = own(site)
    browser.get("/compte/")
    with Queries(site.app) as few:
        browser.get("/compte/")
    for number in range(1, 9):
        site.submit(f"Idea {number}")
    with Queries(site.app) as many:
        text = browser.get("/compte/").text
    assert many.count == few.count
    assert [number for number in range(9) if f">Idea {number}<" in text] == [4, 5, 6, 7, 8]


def test_what_is_hidden_of_others_is_hidden_here_for_nobody_else(site: Site) -> None:
    """The title stays with its author, and leads to the page that says why the text is gone."""
    idea = site.submit("A tool library")
    with site.writing() as session:
        manager = site.people.actor(site.people.manager)
        hide(session, manager, site.service, f"idea:{idea.id}", "It names a person.")
    browser = own(site)
    assert f"/culture/idees/{idea.id}-a-tool-library" in browser.get("/compte/").text
    assert browser.get(f"/culture/idees/{idea.id}-a-tool-library").status_code == 410
