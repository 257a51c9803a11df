"""What is private or gone is on no page."""

import pytest

from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, save_draft, submit_idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from tests.core.ideas.pages_of_ideas import LIST

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SECRET = "Secretword"


def _gone_and_private(site: Site, citizen: Actor, manager: Actor) -> list[int]:
    """A draft, a withdrawn idea and a hidden one, each with a word that must not be seen."""
    text = Proposal(title=SECRET, problem=SECRET, body=SECRET)
    with site.writing() as session:
        draft = save_draft(session, citizen, site.service, text)
        withdrawn = submit_idea(session, citizen, site.service, text)
        idea = session.get_one(Idea, withdrawn.id)
        withdraw_idea(session, citizen, site.service, frozenset(), idea, "It exists.")
        hidden = submit_idea(session, citizen, site.service, text)
        hide(session, manager, site.service, f"idea:{hidden.id}", "An advertisement.")
    return [draft.id, withdrawn.id, hidden.id]


def test_what_is_private_or_gone_is_on_no_surface(
    site: Site, client: Browser, idea: Idea, citizen: Actor, manager: Actor
) -> None:
    ids = _gone_and_private(site, citizen, manager)
    surfaces = [
        LIST, f"{LIST}?q={SECRET}", f"{LIST}?tri=title", "/culture/idees.atom",
        "/culture/idees.csv",
        "/culture/idees.csv?pour=tableur", "/culture/idees.json", "/culture/", "/",
        *(f"{LIST}{number}" for number in ids), *(f"{LIST}{number}-x" for number in ids),
        *(f"{LIST}{number}/modifier" for number in ids),
        *(f"{LIST}{number}/retirer" for number in ids),
    ]  # fmt: skip
    for path in surfaces:
        answer = client.get(path)
        asked = path.endswith(f"q={SECRET}")
        assert asked or SECRET.lower() not in answer.text.lower(), path
        assert SECRET.lower() not in (answer.location or "").lower(), path
    assert idea.title in client.get(LIST).text
    assert [client.get(f"{LIST}{number}").status_code for number in ids] == [404, 410, 410]


def test_a_draft_is_shown_to_its_author_alone_not_even_to_managers(
    site: Site, author: Browser, desk: Browser, citizen: Actor, manager: Actor
) -> None:
    draft, withdrawn, hidden = _gone_and_private(site, citizen, manager)
    assert SECRET in author.get(f"{LIST}{draft}", follow_redirects=True).text
    assert desk.get(f"{LIST}{draft}").status_code == 404
    for gone in (withdrawn, hidden):
        assert author.get(f"{LIST}{gone}").status_code == 410
        assert SECRET not in author.get(f"{LIST}{gone}").text
