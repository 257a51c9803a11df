"""An idea is offered to another service, whose team takes it or declines."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Conflict, EakError, Forbidden, NotFound, Refused
from eak_core.ideas.deciding.merging import merge_ideas
from eak_core.ideas.deciding.offered import (
    decline_idea,
    offer_idea,
    received,
    sent,
    take_back,
    take_idea,
    waiting_since,
)
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.ideas.visibility import subject_of
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.notices import inbox
from eak_core.people.models import Person
from eak_core.people.rights.roles import give_role
from eak_core.permissions import Actor, DeputyOver, StandIn
from eak_core.services.models import Service
from tests.core.ideas.test_transferring import WHY, plain, right
from tests.core.links import links_of
from tests.core.test_two_at_once import together


def test_a_service_takes_an_idea_that_is_offered_or_declines_with_a_reason(
    site: Site, citizen: Actor, manager: Actor
) -> None:
    roads = site.add_service("routes", "Routes")
    chief = site.people.add("Chantal Chief")
    with site.writing() as session:
        run = session.get_one(Service, roads.id)
        give_role(session, session.get_one(Person, chief.id), run, "manager", granted_by=None)
    idea = site.submit("Une piste", author=citizen)
    here, there = site.browser(), site.browser()
    here.sign_in(site.people.manager)
    there.sign_in(chief)

    def offer() -> str:
        page = f"/culture/gestion/idees/{idea.id}/transferer"
        answer = here.submit(page, "/transferer", to="routes", reason=WHY)
        assert answer.headers["Location"] == "/culture/gestion/transferts"
        site.drain()
        waits = "1 idée proposée par un autre service attend votre réponse"
        assert waits in plain(there.get("/routes/gestion/").text)
        assert "1 idée que vous proposez" in plain(here.get("/culture/gestion/").text)
        [found] = [each for each in links_of(there.get("/routes/gestion/transferts").text)
                   if "/gestion/transferts/" in each]  # fmt: skip
        return found

    place = offer()
    assert "est proposée à votre service" in plain(there.get("/compte/nouveautes/").text)
    assert "Make one." not in here.get(place).text, "it is for the other team to answer"
    assert there.submit(place, place, answer="decline", reason=" ").status_code == 422
    there.submit(place, place, answer="decline", reason="It is a canal.")
    site.drain()
    assert there.get(place).status_code == 404
    assert "It is a canal." in here.get("/compte/nouveautes/").text
    assert here.get(f"/culture/idees/{idea.id}-{idea.slug}").status_code == 200
    # Taken back, and offered once more.
    back = offer()
    again = here.submit(
        "/culture/gestion/transferts", back.replace("/routes/", "/culture/") + "/reprendre"
    )
    assert again.status_code == 302
    assert there.get(back).status_code == 404
    last = offer()
    taken = there.submit(last, last, answer="take")
    assert taken.headers["Location"] == f"/routes/idees/{idea.id}-{idea.slug}"
    site.drain()
    assert right(site)
    for told in ("Proposition refusée", "Proposition reprise", "Proposition acceptée"):
        assert told in there.get("/routes/gestion/journal").text
        assert told in here.get("/culture/gestion/journal").text


def test_an_offer_is_answered_once_and_by_who_may_at_that_instant(
    site: Site, citizen: Actor, manager: Actor, database: Kind
) -> None:
    roads = site.add_service("routes", "Routes")
    chief = site.people.actor(site.people.administrator)
    idea = site.submit("Une piste", author=citizen)
    with site.writing() as session:
        number = offer_idea(session, manager, site.service, idea.id, roads, WHY).id
    with site.writing() as session, pytest.raises(Conflict):
        offer_idea(session, manager, site.service, idea.id, roads, WHY)
    # A deputy whose time ended while the page was open is told so.
    over = replace(citizen, stands_in=(StandIn(roads.id, 1, clock.now(), over=True),))
    for who, refused in ((citizen, Forbidden), (over, DeputyOver)):
        with site.writing() as session, pytest.raises(refused):
            take_idea(session, who, roads, number)
    order = iter([True, False])

    def act(session: Session, meet: Callable[[], object]) -> None:
        takes = next(order)
        meet()
        if takes:
            take_idea(session, chief, session.get_one(Service, roads.id), number)
        else:
            take_back(session, manager, session.get_one(Service, site.service.id), number)

    (refusal,) = together(site, database, act)
    assert isinstance(refusal, Conflict)
    assert right(site)


@pytest.mark.parametrize("what", ["merged", "rejected", "withdrawn", "hidden"])
def test_an_offer_of_what_cannot_go_by_now_waits_for_nobody_and_is_refused_with_a_sentence(
    site: Site, citizen: Actor, manager: Actor, what: str
) -> None:
    roads = site.add_service("routes", "Routes")
    chief = site.people.actor(site.people.administrator)
    idea, other = site.submit("Une piste", author=citizen), site.submit("Une voie", author=citizen)
    with site.writing() as session:
        number = offer_idea(session, manager, site.service, idea.id, roads, WHY).id
        assert [each.idea.id for each in received(session, chief, roads)] == [idea.id]
        culture, held = session.get_one(Service, site.service.id), session.get_one(Idea, idea.id)
        if what == "merged":
            merge_ideas(session, manager, culture, idea.id, other.id, WHY)
        elif what == "rejected":
            change_stage(session, manager, culture, frozenset(), held, "rejected", WHY)
        elif what == "withdrawn":
            withdraw_idea(session, citizen, culture, frozenset(), held, WHY)
        else:
            hide(session, manager, culture, subject_of(idea.id), WHY)
    with site.reading() as session:
        assert received(session, chief, roads) == sent(session, site.service) == []
        assert waiting_since(session, chief, roads)[0] == (0, None)
    with site.writing() as session, pytest.raises(EakError) as refusal:
        take_idea(session, chief, roads, number)
    assert isinstance(refusal.value, Conflict | Refused)
    with site.reading() as session:
        assert session.get_one(Idea, idea.id).service_id == site.service.id


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_service_that_those_who_run_another_may_not_know_offers_them_nothing(
    site: Site, citizen: Actor
) -> None:
    inner = site.add_service("interne", "Cellule", audience="internal")
    site.add_service("routes", "Routes")
    idea = site.submit("Une piste", service=inner, author=site.people.actor(site.people.agent))
    with site.writing() as session:
        roads = session.scalars(select(Service).where(Service.slug == "routes")).one()
        runner = session.get_one(Person, citizen.person_id)
        give_role(session, runner, roads, "manager", granted_by=None)
    administrator = site.people.actor(site.people.administrator)
    with site.writing() as session, pytest.raises(Refused, match="Routes"):
        here, there = (
            session.scalars(select(Service).where(Service.slug == slug)).one()
            for slug in ("interne", "routes")
        )
        offer_idea(session, administrator, here, idea.id, there, WHY)
    site.drain()
    desk = site.browser()
    desk.sign_in(site.people.citizen)
    for path in ("/routes/gestion/", "/routes/gestion/transferts", "/compte/nouveautes/"):
        assert "Cellule" not in desk.get(path).text


@pytest.mark.parametrize("late", ["who comes to the team", "the service closes its doors"])
def test_who_may_not_know_the_service_any_more_or_not_yet_meets_no_offer_of_it(
    site: Site, citizen: Actor, late: str
) -> None:
    closes = late.endswith("doors")
    inner = site.add_service("interne", "Cellule", audience="public" if closes else "internal")
    roads = site.add_service("routes", "Routes")
    agent = site.people.actor(site.people.agent)
    idea = site.submit("Une rampe", service=inner, author=agent)
    administrator = site.people.actor(site.people.administrator)

    def joins(person: Person) -> None:
        with site.writing() as session:
            held, place = session.get_one(Person, person.id), session.get_one(Service, roads.id)
            give_role(session, held, place, "manager", granted_by=None)

    joins(site.people.agent)
    if closes:
        joins(site.people.citizen)
    with site.writing() as session:
        number = offer_idea(session, administrator, inner, idea.id, roads, WHY).id
    if closes:
        site.drain()
        with site.writing() as session:
            session.get_one(Service, inner.id).audience = "internal"
    else:
        joins(site.people.citizen)
        site.drain()
        with site.reading() as session:
            assert inbox.unread(session, site.people.actor(site.people.citizen)) == 0
    outsider, insider = site.browser(), site.browser()
    outsider.sign_in(site.people.citizen)
    insider.sign_in(site.people.agent)
    place = f"/routes/gestion/transferts/{number}"
    told = {"/routes/gestion/": "1 idée proposée", "/routes/gestion/transferts": "Cellule",
            "/compte/nouveautes/": "Une rampe", place: "Ce qu’elle dit"}  # fmt: skip
    nothing = outsider.get(f"{place}9")
    for path, words in told.items():
        assert words in plain(insider.get(path).text), path
        page = plain(outsider.get(path).text)
        for word in (*told.values(), "Cellule", "Une rampe", WHY):
            assert word not in page, path
    assert outsider.get(place).status_code == nothing.status_code == 404
    mine = site.people.actor(site.people.citizen)
    for refused in (
        lambda session: take_idea(session, mine, roads, number),
        lambda session: decline_idea(session, mine, roads, number, WHY),
    ):
        with site.writing() as session, pytest.raises(NotFound):
            refused(session)
    with site.writing() as session:
        take_idea(session, site.people.actor(site.people.agent), roads, number)
