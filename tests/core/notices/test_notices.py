"""People are told of what happens to what they follow: once, and of nothing they may not see."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from eak_core.clock import now
from eak_core.errors import Forbidden, NotFound
from eak_core.events.models import PurgeMark, Subscription
from eak_core.events.types import CORE
from eak_core.events.worker import Worker
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.describing.subjects import subjects_of
from eak_core.ideas.events import IdeaStageChanged
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Origin, Proposal, import_idea, submit_idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.moderation.decisions import hide
from eak_core.notices import following, inbox, telling, upkeep
from eak_core.notices.kinds import KEPT, NoticeKind, Told, tells
from eak_core.notices.models import Follow, Notice, Occasion, Preference
from eak_core.notices.preferences import choose
from eak_core.notices.rhythms import Rhythm
from eak_core.people.closing import close_account
from eak_core.people.mailing import MailingList
from eak_core.people.models import Person
from eak_core.people.personal_data import erase_person, export_person
from eak_core.permissions import Actor
from eak_core.services.models import Service
from tests.core.events.test_death_at_a_commit import killed_at
from tests.core.plugins.making import make

WHY = "It **fits**."
NONE: frozenset[str] = frozenset()


@pytest.fixture
def plugins() -> list[Any]:
    return []


def follow(site: Site, person: Person, subject: str, service: Service | None = None) -> None:
    with site.writing() as session:
        following.follow(session, site.people.actor(person), service or site.service, NONE, subject)


def leave(site: Site, person: Person, subject: str) -> None:
    with site.writing() as session:
        following.leave(session, site.people.actor(person), site.service, subject)


def move(site: Site, idea: Idea, to: str = "screening") -> None:
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        found = session.get_one(Idea, idea.id)
        change_stage(session, manager, site.service, NONE, found, to, WHY)


def told(site: Site, person: Person) -> list[str]:
    """What a person reads of on the page, the latest first."""
    with site.app.test_request_context("/?lang=en"), site.reading() as session:
        page = inbox.page_of(session, site.people.actor(person), None)
    return [each.text for each in page.items]


def number(site: Site, *conditions: Any) -> int:
    """How many notices there are."""
    with site.reading() as session:
        return session.scalar(select(func.count()).select_from(Notice).where(*conditions)) or 0


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


def hide_idea(site: Site, idea: Idea) -> None:
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{idea.id}", "Not for here.")


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
        found = session.get_one(Idea, idea.id)
        change_stage(session, Actor.system(), internal, NONE, found, "screening", WHY)
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


def test_many_are_told_some_at_a_time_and_a_death_anywhere_loses_and_doubles_nothing(
    site: Site, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 3)
    crowd = [site.people.add(f"Person {each}").id for each in range(5)]
    for death in range(1, 40):
        idea = site.submit()
        with site.writing() as session:
            for person_id in crowd:
                following.follow_by_default(session, site.service.id, f"idea:{idea.id}", person_id)
        site.drain()
        move(site, idea)
        with killed_at(site.app, death) as come_to:
            Worker(site.app).drain(timeout=30)
        clock.advance(seconds=30)
        site.drain()
        assert number(site) == 6 * death
        if len(come_to) < death:
            break
    assert death > 6


def test_a_page_reads_the_same_few_statements_for_one_and_for_many(
    site: Site, query_count: Any
) -> None:
    people = site.people
    first = site.submit()
    move(site, first)
    site.drain()
    browser = site.browser()
    browser.sign_in(people.citizen)
    browser.get("/compte/nouveautes/")
    with query_count() as few:
        browser.get("/compte/nouveautes/")
    for each in range(25):
        move(site, site.submit(f"Idea {each}"))
    site.drain()
    with query_count() as many:
        page = browser.read("/compte/nouveautes/")
    assert many.count == few.count
    assert page.text.count("eak-notices__item ") == inbox.PER_PAGE
    [older] = [link for link in page.links if "avant=" in link]
    assert browser.read(older).text.count("eak-notices__item ") == 6


def test_the_copy_of_ones_data_and_its_erasure_hold_all_of_it(site: Site) -> None:
    idea, person = site.submit(), site.people.citizen
    move(site, idea)
    site.drain()
    administrator = site.people.actor(site.people.administrator)
    with site.writing() as session:
        choose(session, person.id, "core.ideas", Rhythm.DAILY)
        copy = export_person(session, administrator, person.id)["notices"]
        assert copy["follows"][0]["subject"] == f"idea:{idea.id}"
        assert copy["preferences"] == [{"kind": "core.ideas", "rhythm": "daily"}]
        assert [each["kind"] for each in copy["notices"]] == ["core.decisions"]
        erase_person(session, administrator, person.id)
        for table in (Follow, Notice, Preference):
            found = select(func.count()).where(table.person_id == person.id)
            assert session.scalar(found) == 0


def test_what_is_old_is_forgotten_read_or_not(
    site: Site, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "AT_ONCE", 2)
    for each in range(3):
        move(site, site.submit(f"Idea {each}"))
    site.drain()
    clock.advance(days=KEPT.days - 1)
    move(site, site.submit("Of late"))
    site.drain()
    assert number(site) == 4
    clock.advance(days=2)
    with site.writing() as session:
        more = [upkeep.forget_old(session, None, "", clock.now) for _run in range(6)]
    assert more == [True, True, True, True, False, False]
    with site.reading() as session:
        assert number(site) == 1
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


@pytest.fixture
def herald() -> Iterator[Any]:
    """A plugin that tells authors of each stage their idea comes to, as *heralded*."""
    module = make("herald")
    kind = NoticeKind(module.plugin, "heralded", "Heralded")

    @tells(module.plugin, kind, IdeaStageChanged)
    def tell(session: Any, event: Any) -> Told:
        author = session.scalar(select(Idea.author_id).where(Idea.id == event.data.idea_id))
        return Told(people=[author])

    yield module
    MailingList.known.pop(kind.name)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_plugin_that_is_switched_on_late_tells_of_nothing_that_was(
    sites: Sites, herald: Any
) -> None:
    site = sites.make([herald])
    for first in (True, False):
        move(site, site.submit(f"First {first}"))
        site.drain()
        site.enable("herald") if first else site.replay("herald")
        site.drain()
        heralded = Occasion.plugin == "herald"
        with site.reading() as session:
            told_of = session.scalars(select(Occasion.position).where(heralded)).all()
        assert len(told_of) == (0 if first else 1)
    # Also where what it told was forgotten since.
    with site.writing() as session:
        session.execute(delete(Notice))
        session.execute(delete(Occasion))
    site.replay("herald")
    assert number(site) == 0


def test_what_could_not_be_told_for_two_weeks_is_on_the_site_alone_and_old_news_is_none(
    site: Site, clock: FrozenClock
) -> None:
    move(site, site.submit())
    clock.advance(days=15)
    site.drain()
    assert len(told(site, site.people.citizen)) == 1
    clock.advance(days=1)
    site.drain()
    assert site.sent == []
    move(site, site.submit("Another"))
    clock.advance(days=91)
    site.drain()
    assert number(site) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_subject_is_followed_from_the_list_of_its_ideas(site: Site) -> None:
    people = site.people
    with site.writing() as session:
        subject = subjects_of(session, site.service.id)[0]
        place = f"/culture/idees/?sujet={subject.code}"
    browser = site.browser()
    assert "Connectez-vous pour suivre" in browser.read(place).text
    browser.sign_in(people.agent)
    answer = browser.submit(place, f"suivre/subject:{subject.id}")
    assert answer.location == place
    assert "Ne plus suivre" in browser.read(place).text
    proposal = Proposal(title="Bees", problem="None.", body="Some.", subjects=(subject.id,))
    with site.writing() as session:
        submit_idea(session, people.actor(people.citizen), site.service, proposal)
    site.drain()
    assert told(site, people.agent) == ["A new idea: “Bees”"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_marks_one_of_an_older_page_stays_there_and_nobody_marks_anothers(site: Site) -> None:
    people = site.people
    for each in range(22):
        move(site, site.submit(f"Idea {each}"))
    site.drain()
    browser = site.browser()
    browser.sign_in(people.citizen)
    [older] = [link for link in browser.read("/compte/nouveautes/").links if "avant=" in link]
    form = browser.read(older).forms[-1]
    assert browser.submit(older, form.action).location == older
    assert number(site, Notice.read_at.is_not(None)) == 1
    stranger = site.browser()
    stranger.sign_in(people.manager)
    token = stranger.read("/compte/").form("profil").filled({})["csrf_token"]
    with site.reading() as session:
        another = session.scalars(
            select(Notice.occasion_id).where(Notice.read_at.is_(None))
        ).first()
    answer = stranger.post(f"/compte/nouveautes/{another}/lue", data={"csrf_token": token})
    assert answer.status_code == 302
    assert number(site, Notice.read_at.is_not(None)) == 1


def test_what_a_purged_plugin_told_is_forgotten(sites: Sites, herald: Any) -> None:
    site = sites.make([herald])
    site.enable("herald")
    move(site, site.submit())
    site.drain()
    assert number(site) == 2
    with site.writing() as session:
        session.add(PurgeMark(service_id=site.service.id, plugin="herald", position=10**6))
        session.flush()
        upkeep.forget_old(session, None, "", now())
    with site.reading() as session:
        assert set(session.scalars(select(Occasion.plugin))) == {"core"}
    assert number(site) == 1
