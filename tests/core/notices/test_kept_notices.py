"""Notices are told some at a time, kept for a while, and forgotten."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from eak_core.clock import now
from eak_core.events.models import PurgeMark
from eak_core.events.worker import Worker
from eak_core.ideas.describing.subjects import subjects_of
from eak_core.ideas.events import IdeaStageChanged
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, submit_idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.notices import following, inbox, telling, upkeep
from eak_core.notices.kinds import KEPT, NoticeKind, Told, tells
from eak_core.notices.models import Follow, Notice, Occasion, Preference
from eak_core.notices.preferences import choose
from eak_core.notices.rhythms import Rhythm
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.people.mail.mailing import MailingList
from eak_core.permissions import Actor
from eak_core.plugins.per_service.suspension import resume, suspend
from eak_core.services.models import Service
from tests.core.events.test_death_at_a_commit import killed_at
from tests.core.notices.telling import follow, move, number, told
from tests.core.plugins.making import make


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


@pytest.mark.parametrize("database", ["sqlite"])
def test_choices_name_nothing_of_a_service_that_was_closed_to_the_reader(
    sites: Sites, herald: Any
) -> None:
    site = sites.make([herald])
    site.enable("herald")
    follow(site, site.people.citizen, f"service:{site.service.id}")
    reader, choices = site.browser(), "/compte/nouveautes/preferences"
    reader.sign_in(site.people.citizen)
    for audience in ("public", "internal"):
        with site.writing() as session:
            session.get_one(Service, site.service.id).audience = audience
        page = reader.get(choices)
        assert page.status_code == 200
        for word in ("Heralded", site.service.name):
            assert (word in page.text) == (audience == "public"), word


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_a_plugin_told_is_neither_counted_nor_shown_where_it_is_off(
    sites: Sites, herald: Any
) -> None:
    site = sites.make([herald])
    reader = site.people.actor(site.people.citizen)
    site.enable("herald")
    move(site, site.submit())
    site.drain()

    def counted() -> int:
        with site.reading() as session:
            return inbox.unread(session, reader)

    assert counted() == 2
    with site.writing() as session:
        suspend(session, site.service.id, "herald")
    assert counted() == 1
    with site.writing() as session:
        resume(session, Actor.system(), site.service, "herald")
    assert counted() == 2
    site.disable("herald")
    assert counted() == 1
    site.enable("herald")
    assert counted() == 2


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
