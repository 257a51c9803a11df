"""An author who changes an idea in two browsers at once: what neither of them wrote is lost."""

import pytest

from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, save_draft, submit_idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor

SAID = "Quelqu’un d’autre a modifié cela"


def stands(site: Site, idea_id: int) -> Idea:
    with site.reading() as session:
        return session.get_one(Idea, idea_id)


@pytest.fixture(params=["draft", "submitted"])
def path(request: pytest.FixtureRequest, site: Site, citizen: Actor, proposal: Proposal) -> str:
    """The form of an idea that is public, or a draft."""
    write = save_draft if request.param == "draft" else submit_idea
    with site.writing() as session:
        saved = write(session, citizen, site.service, proposal)
    rest = "ecrire/details" if request.param == "draft" else "modifier"
    return f"/culture/idees/{saved.id}/{rest}"


def signed_in(site: Site, people: People) -> Browser:
    browser = site.browser()
    browser.sign_in(people.citizen)
    return browser


def test_who_saves_second_loses_nothing_and_undoes_nothing(
    site: Site, people: People, path: str
) -> None:
    idea_id = int(path.split("/")[3])
    first, second = signed_in(site, people), signed_in(site, people)
    theirs, mine = first.read(path).form(path), second.read(path).form(path)
    criterion = next(name for name in theirs.filled({}) if name.startswith("criterion_"))
    sent = theirs.filled({"existing": "In the library.", "needs": "Theirs.", criterion: "It pays."})
    assert first.post(path, data=sent).status_code == 302

    answer = second.post(path, data=mine.filled({"existing": "On the phone."}))
    assert answer.status_code == 409
    for words in (SAID, "In the library.", "On the phone."):
        assert words in answer.text
    assert stands(site, idea_id).existing == "In the library."

    again = Page(answer.text).form(path).filled({})
    assert (again["existing"], again["needs"]) == (["On the phone."], ["Theirs."])
    assert again[criterion] == ["It pays."]
    assert second.post(path, data=again).status_code == 302
    now = stands(site, idea_id)
    assert (now.existing, now.needs) == ("On the phone.", "Theirs.")


def test_who_sends_the_same_twice_is_not_told_of_somebody_else(
    site: Site, people: People, path: str
) -> None:
    browser = signed_in(site, people)
    form = browser.read(path).form(path)
    for _twice in range(2):
        sent = browser.post(path, data=form.filled({"existing": "Once."}))
        assert sent.status_code == 302


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_may_not_change_it_is_not_shown_what_stands(
    site: Site, people: People, path: str
) -> None:
    """Also where they send a form that was never shown to them."""
    stranger = site.browser()
    stranger.sign_in(people.agent)
    token = stranger.read("/").form("/compte/deconnexion").filled({})
    answer = stranger.post(path, data={**token, "title": "x", "problem": "x", "body": "x"})
    assert answer.status_code in (403, 404)
    assert "eak-field__now" not in answer.text
