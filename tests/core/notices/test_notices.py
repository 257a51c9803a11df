"""People are told of what happens to what they follow: once, and of nothing they may not see."""

import pytest
from sqlalchemy import delete, func, select, update

from eak_core.clock import now
from eak_core.errors import Forbidden, NotFound
from eak_core.events.models import Subscription
from eak_core.events.types import CORE
from eak_core.ideas.deciding.screening import ask_opinion
from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.ideas.events import IdeaStageChanged
from eak_core.ideas.models import Idea, Opinion
from eak_core.ideas.proposing.proposals import Origin, Proposal, import_idea
from eak_core.kit.testing.site import Site
from eak_core.notices import following, inbox
from eak_core.notices.models import Notice, Occasion
from eak_core.notices.preferences import choose
from eak_core.notices.rhythms import Rhythm
from eak_core.people.accounts.closing import close_account
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.models import Person
from eak_core.people.rights.roles import give_role, revoke_role
from eak_core.permissions import Actor
from eak_core.services.models import Service
from tests.core.notices.telling import NONE, follow, hide_idea, leave, move, number, told


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_author_hears_of_a_decision_with_its_reason(site: Site) -> None:
    idea = site.submit("A tool library")
    move(site, idea)
    site.drain()
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    assert "1 nouvelle</span>" in browser.get("/culture/").text
    page = browser.get("/compte/nouveautes/").text
    assert "« A tool library » est maintenant à l’étape" in page.replace("\u202f", " ")
    assert "It fits." in page
    assert f"/culture/idees/{idea.id}-a-tool-library" in page
    assert browser.submit("/compte/nouveautes/", "/lues").status_code == 302
    assert "rien pour l’instant</span>" in browser.get("/culture/").text


def test_whoever_follows_hears_and_whoever_has_left_or_acts_does_not(site: Site) -> None:
    idea, people = site.submit(), site.people
    follow(site, people.agent, f"idea:{idea.id}")
    follow(site, people.agent, f"idea:{idea.id}")
    follow(site, people.manager, f"idea:{idea.id}")
    leave(site, people.citizen, f"idea:{idea.id}")
    move(site, idea)
    site.drain()
    assert len(told(site, people.agent)) == 1
    assert told(site, people.citizen) == []
    assert told(site, people.manager) == []  # who has moved it


def test_who_has_left_follows_no_more_by_default_and_again_by_choice(site: Site) -> None:
    idea, people = site.submit(), site.people
    subject = f"idea:{idea.id}"
    leave(site, people.citizen, subject)
    with site.writing() as session:
        assert not following.follow_by_default(session, site.service.id, subject, people.citizen.id)
        citizen = site.people.actor(people.citizen)
        assert not following.follows(session, citizen, site.service, subject)
    follow(site, people.citizen, subject)
    with site.reading() as session:
        assert following.follows(session, citizen, site.service, subject)


@pytest.mark.parametrize("database", ["sqlite"])
def test_followers_of_a_service_hear_of_new_ideas_and_decisions(site: Site) -> None:
    agent = site.people.agent
    follow(site, agent, f"service:{site.service.id}")
    idea = site.submit("Bees")
    move(site, idea)
    site.drain()
    assert [text.split("“")[0] for text in told(site, agent)] == ["", "A new idea: "]


def test_one_event_is_told_once_whatever_of_it_one_follows(site: Site) -> None:
    idea, agent = site.submit(), site.people.agent
    site.drain()
    follow(site, agent, f"idea:{idea.id}")
    follow(site, agent, f"service:{site.service.id}")
    move(site, idea)
    site.drain()
    assert len(told(site, agent)) == 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("subject", ["idea:0", "idea:99999999999999", "nothing:1", "x" * 200, ""])
def test_what_is_not_there_cannot_be_followed(site: Site, subject: str) -> None:
    site.submit()
    with pytest.raises(NotFound):
        follow(site, site.people.agent, subject)


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_idea_of_another_service_a_draft_or_a_hidden_one_cannot_be_followed(site: Site) -> None:
    idea = site.submit()
    elsewhere = site.add_service("routes")
    with pytest.raises(NotFound):
        follow(site, site.people.agent, f"idea:{idea.id}", elsewhere)
    hide_idea(site, idea)
    with pytest.raises(NotFound):
        follow(site, site.people.agent, f"idea:{idea.id}")


def test_what_was_hidden_meanwhile_is_told_to_its_author_alone_and_without_its_title(
    site: Site,
) -> None:
    idea, people = site.submit("Secret title"), site.people
    follow(site, people.agent, f"idea:{idea.id}")
    move(site, idea)
    site.drain()
    assert len(told(site, people.agent)) == 1
    hide_idea(site, idea)
    site.drain()
    assert told(site, people.agent) == []
    assert told(site, people.citizen) == ["The moderators have hidden one of your ideas"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_withdrawn_idea_is_told_without_its_title(site: Site) -> None:
    idea, people = site.submit("Secret title"), site.people
    follow(site, people.agent, f"idea:{idea.id}")
    with site.writing() as session:
        author = people.actor(people.citizen)
        found = session.get_one(Idea, idea.id)
        withdraw_idea(session, author, site.service, NONE, found, "Changed my mind.")
    site.drain()
    assert told(site, people.agent) == ["An idea that you follow was withdrawn by its author"]
    assert told(site, people.citizen) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_hears_of_a_service_they_may_not_read_any_more(site: Site) -> None:
    people = site.people
    internal = site.add_service("agents", audience="internal")
    idea = site.submit(service=internal, author=people.actor(people.agent))
    # Followed while it was for everybody.
    with site.writing() as session:
        subject = f"idea:{idea.id}"
        following.follow_by_default(session, internal.id, subject, people.citizen.id)
    move(site, idea, service=internal)
    site.drain()
    assert told(site, people.citizen) == []
    assert number(site, Notice.person_id == people.citizen.id) == 0
    assert len(told(site, people.agent)) == 1


def test_a_notice_of_a_service_that_was_closed_to_its_reader_is_neither_shown_nor_counted(
    site: Site,
) -> None:
    idea, citizen = site.submit(), site.people.citizen
    move(site, idea)
    site.drain()
    with site.writing() as session:
        session.execute(update(Service).values(audience="internal"))
    assert told(site, citizen) == []
    with site.reading() as session:
        assert inbox.unread(session, site.people.actor(citizen)) == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_for_those_who_run_a_service_is_not_told_to_who_ran_it_before(site: Site) -> None:
    idea, people = site.submit(), site.people
    manager, agent = people.actor(people.manager), people.agent
    for told_of in (False, True):
        with site.writing() as session:
            held = session.get_one(Person, agent.id)
            give_role(session, held, site.service, "manager", granted_by=None)
            ask_opinion(session, manager, site.service, session.get_one(Idea, idea.id), agent.id)
            if not told_of:
                revoke_role(session, Actor.system(), held, site.service, "manager")
                session.execute(delete(Opinion))
        site.drain()
        assert number(site, Notice.person_id == agent.id) == told_of


def test_closed_and_erased_accounts_and_who_wants_nothing_are_told_nothing(site: Site) -> None:
    idea, people = site.submit(), site.people
    closed, erased, deaf = people.add("Claude"), people.add("Eli"), people.add("Dan")
    for person in (closed, erased, deaf):
        follow(site, person, f"idea:{idea.id}")
    administrator = people.actor(people.administrator)
    with site.writing() as session:
        close_account(session, administrator, session.get_one(Person, closed.id))
        choose(session, deaf.id, "core.decisions", Rhythm.NEVER)
    move(site, idea)
    with site.writing() as session:
        erase_person(session, administrator, erased.id)
        # As one who has commented at that very instant would leave it.
        following.follow_by_default(session, site.service.id, f"idea:{idea.id}", erased.id)
    site.drain()
    assert number(site) == 1  # the author's


def test_a_replay_tells_nobody_again(site: Site) -> None:
    idea = site.submit()
    move(site, idea)
    site.drain()
    before = number(site)
    site.replay(CORE.name)
    with site.writing() as session:
        session.execute(update(Subscription).values(position=0))
    site.drain()
    assert number(site) == before == 1


def test_the_same_event_handled_twice_tells_once(site: Site) -> None:
    """As it is where a handler is called again: of an event that was parked, for example."""
    idea = site.submit()
    move(site, idea)
    site.drain()
    with site.writing() as session:
        session.execute(update(Subscription).values(position=0, live_from=0))
        session.execute(update(Notice).values(mail_due_at=None))
    site.drain()
    assert number(site) == 1
    with site.reading() as session:
        assert session.scalar(select(func.count()).select_from(Occasion)) == 2


@pytest.mark.parametrize("database", ["sqlite"])
def test_visitors_have_no_bell_and_no_notices(site: Site) -> None:
    page = site.browser().get("/culture/")
    assert "eak-bell" not in page.text
    for path in ("/compte/nouveautes/", "/compte/nouveautes/preferences"):
        assert site.browser().get(path).status_code == 302


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_event_of_nobody_else_is_said_to_nobody(site: Site) -> None:
    site.publish(IdeaStageChanged(idea_id=999, from_stage="a", to_stage="b", change_id=1))
    site.drain()
    assert number(site) == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_whoever_is_signed_in_and_may_read_the_service_follows(site: Site) -> None:
    idea, people = site.submit(), site.people
    internal = site.add_service("agents", audience="internal")
    for actor, service, subject in (
        (Actor.visitor(), site.service, f"idea:{idea.id}"),
        (people.actor(people.citizen), internal, f"service:{internal.id}"),
    ):
        with site.writing() as session, pytest.raises(Forbidden):
            following.follow(session, actor, service, NONE, subject)
        with site.writing() as session, pytest.raises(Forbidden):
            following.leave(session, actor, service, subject)


def test_what_an_import_brings_is_told_to_nobody(site: Site) -> None:
    follow(site, site.people.agent, f"service:{site.service.id}")
    manager = site.people.actor(site.people.manager)
    origin = Origin("elsewhere", "1", "https://elsewhere.example/1")
    with site.writing() as session:
        import_idea(session, manager, site.service, Proposal(title="Old"), origin, now())
    site.drain()
    assert number(site) == 0
