"""What is stored about an author: the copy of it, and its erasure."""

from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, save_draft, submit_idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.permissions import Actor


def _write(site: Site, citizen: Actor, proposal: Proposal) -> tuple[int, int, int]:
    """A draft, a public idea and a withdrawn one, by their ids."""
    with site.writing() as session:
        draft = save_draft(session, citizen, site.service, proposal)
        public = submit_idea(session, citizen, site.service, proposal)
        withdrawn = submit_idea(session, citizen, site.service, proposal)
        idea = session.get_one(Idea, withdrawn.id)
        withdraw_idea(session, citizen, site.service, frozenset(), idea, "It exists.")
    return draft.id, public.id, withdrawn.id


def test_the_copy_of_a_person_holds_their_ideas_drafts_included(
    site: Site, citizen: Actor, proposal: Proposal
) -> None:
    ids = _write(site, citizen, proposal)
    assert citizen.person_id is not None
    with site.reading() as session:
        copy = export_person(session, citizen, citizen.person_id)["ideas"]
    assert [idea["id"] for idea in copy["ideas"]] == list(ids)
    assert copy["ideas"][0]["body"] == proposal.body
    assert len(copy["statements"]) == 12


def test_erasing_an_author_takes_their_name_and_what_is_not_public(
    site: Site, client: Browser, citizen: Actor, administrator: Actor, proposal: Proposal
) -> None:
    draft, public, withdrawn = _write(site, citizen, proposal)
    assert citizen.person_id is not None
    with site.writing() as session:
        erase_person(session, administrator, citizen.person_id)
    with site.reading() as session:
        assert session.get(Idea, draft) is None
        emptied = session.get_one(Idea, withdrawn)
        assert (emptied.title, emptied.body, emptied.problem) == ("", "", "")
    for path in (f"/culture/idees/{public}", "/culture/idees.csv", "/culture/idees.atom"):
        text = client.get(path, follow_redirects=True).text
        assert citizen.name not in text
        assert proposal.problem in text
