"""People who write an idea together: invited by an address, come by a letter, go again."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from eak_core.errors import Forbidden, Gone, Invalid, NotFound, Refused
from eak_core.events.core import get_event_core
from eak_core.events.scheduling import begin_all
from eak_core.ideas import reported
from eak_core.ideas.deciding import screening
from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.ideas.models import Idea, IdeaInvitation
from eak_core.ideas.proposing import coauthors, proposals
from eak_core.ideas.proposing.proposals import Proposal, save_draft, submit_idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import AGENT_DOMAIN
from eak_core.kit.testing.site import Site
from eak_core.notices import inbox
from eak_core.notices.following import follows
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.people.models import Person
from eak_core.permissions import Actor

#: The list, and the files and the feed of it.
ENDS = ("/", ".csv", ".json", ".atom")
NOBODY = "nobody@example.org"


def invite(site: Site, actor: Actor, idea: Idea, email: str) -> str:
    """The path of the link in the letter that the invitation sends."""
    with site.writing() as session:
        coauthors.invite(session, actor, site.service, session.get_one(Idea, idea.id), email)
    site.drain()
    return path_in(site.sent[-1].payload["text"])


def path_in(letter: str) -> str:
    found = re.search(r"http://[^/]+(/culture/idees/invitation/\S+)", letter)
    assert found is not None
    return found[1]


def join(site: Site, actor: Actor, idea: Idea, author: Actor) -> None:
    with site.writing() as session:
        held = session.get_one(Idea, idea.id)
        coauthors.invite(session, author, site.service, held, f"{actor.person_id}@example.org")
        (invitation,) = coauthors.waiting_for(session, held)
        coauthors.accept(session, actor, site.service, coauthors.name_of(invitation))


def leave(site: Site, actor: Actor, idea: Idea, who: Actor) -> None:
    with site.writing() as session:
        held = session.get_one(Idea, idea.id)
        coauthors.leave(session, actor, site.service, held, who.person_id or 0)


def writers(site: Site, idea: Idea) -> list[int | None]:
    with site.reading() as session:
        return [each.person_id for each in session.get_one(Idea, idea.id).coauthors]


def is_told(site: Site, actor: Actor, idea: Idea) -> bool:
    with site.reading() as session:
        return follows(session, actor, site.service, f"idea:{idea.id}")


def notices_of(site: Site, actor: Actor) -> list[str]:
    with site.app.test_request_context("/?lang=en"), site.reading() as session:
        page = inbox.page_of(session, actor, None)
    return [f"{each.text} / {each.because}" for each in page.items if "with you" in each.text]


def signed_in(site: Site, person: Person) -> Browser:
    browser = site.browser()
    browser.sign_in(person)
    return browser


@pytest.mark.parametrize("database", ["sqlite"])
def test_they_are_invited_come_write_and_go(
    site: Site, events: Any, citizen: Actor, agent: Actor, manager: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    author = signed_in(site, site.people.citizen)
    page = f"/culture/idees/{idea.id}/auteurs"
    form, said = author.read(page).form(page), []
    for email in (site.people.agent.email, NOBODY):
        answer = author.post(page, data=form.filled({"email": email}), follow_redirects=True)
        said.append(answer.text.count(f"Une invitation est partie vers {email}"))
    assert said == [1, 1]
    site.drain()
    letters = {each.to: each.payload["text"] for each in site.sent}
    assert letters.keys() == {site.people.agent.email, NOBODY}
    assert "« Flour »".replace(" ", "\u202f") in letters[NOBODY]
    assert citizen.name in letters[NOBODY]

    # Whoever has no account does without, once, and is forgotten.
    stranger = site.browser()
    away = path_in(letters[NOBODY]) + "/decliner"
    assert stranger.get(path_in(letters[NOBODY])).status_code == 200
    assert stranger.post(path_in(letters[NOBODY])).status_code in (400, 403)
    assert stranger.get(away).status_code == 200
    assert [stranger.post(away).status_code for _twice in range(2)] == [200, 410]

    # Whoever has one finds it in their space, and comes once.
    agents = signed_in(site, site.people.agent)
    link = re.search(r'href="([^"]*/culture/idees/invitation/[^"]+)"', agents.get("/compte/").text)
    assert link is not None
    path = link[1].partition("/culture")[1] + link[1].partition("/culture")[2]
    form = agents.read(path).form(path)
    assert [agents.post(path, data=form.filled({})).status_code for _twice in range(2)] == [
        302,
        410,
    ]
    assert writers(site, idea) == [agent.person_id]
    assert is_told(site, agent, idea)
    site.drain()
    assert notices_of(site, citizen) == [f"{agent.name} writes “Flour” with you / It is your idea."]
    shown = site.browser()
    for at in (f"/culture/idees/{idea.id}-flour", *(f"/culture/idees{end}" for end in ENDS)):
        assert agent.name in shown.get(at).text
    assert "Flour" in agents.get("/compte/").text
    assert "Flour" in agents.get("/culture/idees/les-miennes").text

    # They write as the author does, and it is told who did.
    path = f"/culture/idees/{idea.id}/modifier"
    mine, theirs = author.read(path).form(path), agents.read(path).form(path)
    assert agents.post(path, data=theirs.filled({"needs": "Scales."})).status_code == 302
    late = author.post(path, data=mine.filled({"needs": "A mill."}))
    assert late.status_code == 409
    assert "Scales." in late.text
    assert f"{agent.name} a modifié le texte" in author.get(f"/culture/idees/{idea.id}-flour").text
    assert agents.get(f"/culture/idees/{idea.id}/retirer").status_code == 403
    with pytest.raises(Forbidden):
        invite(site, agent, idea, "more@example.org")
    with pytest.raises(Forbidden):
        leave(site, manager, idea, agent)

    leave(site, agent, idea, agent)
    site.drain()
    assert len(notices_of(site, citizen)) == 2
    assert notices_of(site, manager) == []
    assert writers(site, idea) == []
    assert agents.get(path).status_code == 403
    assert agent.name not in shown.get("/culture/idees/").text
    with pytest.raises(Forbidden):
        leave(site, agent, idea, agent)
    with pytest.raises(NotFound):
        leave(site, citizen, idea, agent)
    assert events() == [
        "idea.submitted", "idea.coauthor_joined", "idea.edited", "idea.coauthor_left",
    ]  # fmt: skip
    assert not is_told(site, agent, idea)


@pytest.mark.parametrize("database", ["sqlite"])
def test_whoever_invites_learns_nothing_about_the_account_behind_an_address(
    site: Site, agent: Actor
) -> None:
    inside = site.add_service("coulisses", audience="internal")
    idea = site.submit(service=inside, author=agent)
    people = site.people
    strangers = [NOBODY, people.citizen.email, people.administrator.email]
    colleagues = ["nobody@" + AGENT_DOMAIN, people.add("Ada", domain=AGENT_DOMAIN).email]
    said = []
    for email in (*strangers, *colleagues):
        try:
            with site.writing() as session:
                held = session.get_one(Idea, idea.id)
                coauthors.invite(session, agent, inside, held, email or "")
        except Invalid as refusal:
            said.append(str(refusal.fields))
    assert len(said) == len(strangers)
    assert len(set(said)) == 1
    site.drain()
    assert [each.to for each in site.sent] == colleagues


def test_an_invitation_is_bounded_ends_and_is_answered_once(
    site: Site, clock: FrozenClock, citizen: Actor, agent: Actor, manager: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    for wrong in ("no address", site.people.citizen.email or ""):
        with pytest.raises(Invalid):
            invite(site, citizen, idea, wrong)
    for number in range(coauthors.MOST):
        invite(site, citizen, idea, f"{number}@example.org")
    with pytest.raises(Refused):
        invite(site, citizen, idea, "six@example.org")
    first = invite(site, citizen, idea, "0@example.org")
    assert site.browser().get(first).status_code == 200
    with site.writing() as session:
        held = session.get_one(Idea, idea.id)
        every = coauthors.waiting_for(session, held)
        assert len(every) == coauthors.MOST
        own = coauthors.name_of(every[0])
        with pytest.raises(Refused):
            coauthors.accept(session, citizen, site.service, own)
        with pytest.raises(Forbidden):
            coauthors.take_back(session, agent, site.service, held, every[0].id)
        coauthors.take_back(session, citizen, site.service, held, every[0].id)
        with pytest.raises(Gone):
            coauthors.accept(session, agent, site.service, own)
        name = coauthors.name_of(every[1])
    clock.advance(seconds=int(timedelta(days=30).total_seconds()) + 1)
    with site.writing() as session, pytest.raises(Gone):
        coauthors.accept(session, agent, site.service, name)
    with site.writing() as session:
        begin_all(session, get_event_core(site.app))
    site.drain()
    with site.reading() as session:
        assert session.scalars(select(IdeaInvitation)).all() == []
    join(site, agent, idea, citizen)
    with site.writing() as session:
        held = session.get_one(Idea, idea.id)
        coauthors.invite(session, citizen, site.service, held, "late@example.org")
        (waiting,) = coauthors.waiting_for(session, held)
        name = coauthors.name_of(waiting)
        withdraw_idea(session, citizen, site.service, frozenset(), held, "It is there.")
    with site.writing() as session, pytest.raises(Gone):
        coauthors.accept(session, manager, site.service, name)


def test_they_are_kept_from_screening_told_copied_and_erased(
    site: Site, proposal: Proposal, citizen: Actor, manager: Actor, administrator: Actor
) -> None:
    """A draft is theirs as well; its author remains its author."""
    with site.writing() as session:
        idea_id = save_draft(session, citizen, site.service, proposal).id
    with site.reading() as session:
        idea = session.get_one(Idea, idea_id)
    desk = signed_in(site, site.people.manager)
    assert desk.get(f"/culture/idees/{idea_id}-{idea.slug}").status_code == 404
    join(site, manager, idea, citizen)
    assert desk.get(f"/culture/idees/{idea_id}-{idea.slug}").status_code == 200
    with site.writing() as session:
        held = session.get_one(Idea, idea_id)
        with pytest.raises(Forbidden):
            proposals.discard_draft(session, manager, site.service, held)
        submit_idea(session, manager, site.service, proposal, idea=held)
        assert held.author_id == citizen.person_id
        for refused in (
            lambda: screening.give_opinion(
                session, manager, site.service, held, advice="accept", words="So good.", marks={}
            ),
            lambda: screening.ask_opinion(
                session, administrator, site.service, held, manager.person_id or 0
            ),
        ):
            with pytest.raises(Refused, match=r"too near|trop proche"):
                refused()
        session.get_one(type(site.service), site.service.id).opinions = 1
    assert is_told(site, citizen, idea)
    assert is_told(site, manager, idea)
    with site.reading() as session:
        held = session.get_one(Idea, idea_id)
        service = session.get_one(type(site.service), site.service.id)
        assert screening.is_near(session, service, held, manager)
        copy = export_person(session, manager, manager.person_id or 0)["ideas"]
        assert [each["idea_id"] for each in copy["written_together"]] == [idea_id]
        sent = export_person(session, citizen, citizen.person_id or 0)["ideas"]
        assert sent["invitations_to_write"] == []
        (thing,) = reported.things(session, service, [f"idea:{idea_id}"]).values()
        assert thing.people == {citizen.person_id, manager.person_id}
    with site.writing() as session:
        erase_person(session, administrator, manager.person_id or 0)
    assert writers(site, idea) == []
    assert manager.name not in site.browser().get(f"/culture/idees/{idea_id}-{idea.slug}").text
