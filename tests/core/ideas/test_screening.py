"""Opinions before a decision: each on their own, as many as the service asks for, by nobody who is
too near to the idea."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from eak_core.errors import Forbidden, Invalid, NotFound, Refused
from eak_core.events.models import EventLog
from eak_core.ideas.deciding import screening
from eak_core.ideas.deciding.screening import Mark
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.models import Idea, Opinion
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.site import Site
from eak_core.notices.models import Notice, Occasion
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.people.models import Person
from eak_core.people.rights.roles import give_role, revoke_role
from eak_core.permissions import Actor
from eak_core.services.models import Service
from tests.core.ideas.test_coauthors import join, leave
from tests.core.test_two_at_once import one_behind_the_other

NONE: frozenset[str] = frozenset()
WORDS = "The need is real, and nobody does it yet."


@pytest.fixture
def second(site: Site) -> Actor:
    """A further manager."""
    person, service = site.people.add("second"), site.service
    with site.writing() as session:
        held = session.get_one(Person, person.id)
        give_role(session, held, service, "manager", granted_by=None)
    return site.people.actor(person)


def asks_for(site: Site, opinions: int, actor: Actor | None = None) -> None:
    actor = actor or site.people.actor(site.people.manager)
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        screening.change_screening(session, actor, service, opinions)


def advise(site: Site, actor: Actor, idea: Idea, **more: Any) -> None:
    usual = {"advice": "accept", "words": WORDS, "marks": {"social": Mark(4, "All of us.")}}
    values: dict[str, Any] = {**usual, **more}
    with site.writing() as session:
        held = session.get_one(Idea, idea.id)
        screening.give_opinion(session, actor, site.service, held, **values)


def near(site: Site, actor: Actor, idea: Idea, reason: str = "Its author is my cousin.") -> None:
    with site.writing() as session:
        held = session.get_one(Idea, idea.id)
        screening.declare_conflict(session, actor, site.service, held, reason)


def move(site: Site, actor: Actor, idea: Idea, to: str) -> None:
    with site.writing() as session:
        held, service = session.get_one(Idea, idea.id), session.get_one(Service, site.service.id)
        change_stage(session, actor, service, NONE, held, to, "Because.")


def test_no_decision_before_as_many_opinions_as_the_service_asks_for(
    site: Site, manager: Actor, second: Actor, citizen: Actor
) -> None:
    idea = site.submit(author=citizen)
    with pytest.raises(Forbidden):
        asks_for(site, 2, citizen)
    for wrong in (-1, 3):
        with pytest.raises(Invalid):
            asks_for(site, wrong)
    asks_for(site, 2)
    move(site, manager, idea, "screening")
    for to in ("accepted", "rejected"):
        with pytest.raises(Refused, match=r"2 (opinions|avis)"):
            move(site, manager, idea, to)
    advise(site, manager, idea)
    advise(site, manager, idea, advice="reject")
    with pytest.raises(Refused):
        move(site, manager, idea, "accepted")
    advise(site, second, idea)
    move(site, manager, idea, "accepted")
    with pytest.raises(Refused):
        advise(site, manager, idea)
    with site.reading() as session:
        mine, other = session.scalars(select(Opinion).order_by(Opinion.id)).all()
        assert (mine.advice, other.advice) == ("reject", "accept")
        assert screening.marks_of(other) == {"social": Mark(4, "All of us.")}


@pytest.mark.parametrize("database", ["sqlite"])
def test_without_any_asked_for_a_decision_needs_none_and_an_author_withdraws_freely(
    site: Site, manager: Actor, citizen: Actor
) -> None:
    first, other = site.submit("First", author=citizen), site.submit("Other", author=citizen)
    move(site, manager, first, "screening")
    move(site, manager, first, "accepted")
    asks_for(site, 1)
    with site.writing() as session:
        held = session.get_one(Idea, other.id)
        withdraw_idea(session, citizen, site.service, NONE, held, "A mistake.")
    with site.reading() as session:
        stages = [session.get_one(Idea, each.id).stage for each in (first, other)]
    assert stages == ["accepted", "withdrawn"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_is_too_near_neither_advises_nor_decides(
    site: Site, manager: Actor, second: Actor
) -> None:
    own, other = site.submit("Own", author=manager), site.submit("Other")
    asks_for(site, 1)
    with pytest.raises(Refused):
        advise(site, manager, own)
    advise(site, second, own)
    for idea in (own, other):
        move(site, manager, idea, "screening")
    with pytest.raises(Refused):
        move(site, manager, own, "accepted")
    move(site, second, own, "accepted")
    advise(site, manager, other)
    with pytest.raises(Invalid):
        near(site, manager, other, " \u200b ")
    near(site, manager, other)
    with pytest.raises(Refused):
        advise(site, manager, other)
    with pytest.raises(Refused):
        move(site, second, other, "accepted")
    advise(site, second, other)
    with pytest.raises(Refused):
        move(site, manager, other, "rejected")
    move(site, second, other, "accepted")


def test_who_comes_to_write_an_idea_has_no_part_in_it_any_more_whatever_they_said_before(
    site: Site, manager: Actor, second: Actor, citizen: Actor
) -> None:
    asks_for(site, 1)
    early, late, tied = (site.submit(name, author=citizen) for name in ("early", "late", "tied"))
    for idea in (early, late):
        advise(site, second, idea)
    near(site, second, tied)
    move(site, manager, late, "rejected")
    for idea in (early, late, tied):
        join(site, second, idea, citizen)
        move(site, manager, idea, "screening")
        for who in (manager, second):
            with pytest.raises(Refused):
                move(site, who, idea, "accepted")
        leave(site, second, idea, second)
    with pytest.raises(Refused):
        advise(site, second, tied)
    advise(site, manager, tied)
    with pytest.raises(Refused, match=r"too near|trop proche"):
        move(site, second, tied, "accepted")
    move(site, manager, tied, "accepted")


@pytest.mark.parametrize("declares_first", [True, False])
def test_an_opinion_is_not_taken_away_while_somebody_decides_on_its_strength(
    site: Site, manager: Actor, second: Actor, database: Kind, declares_first: bool
) -> None:
    idea = site.submit()
    asks_for(site, 1)
    move(site, manager, idea, "screening")
    advise(site, second, idea)
    acts = {
        True: lambda session: screening.declare_conflict(
            session, second, site.service, session.get_one(Idea, idea.id), "My cousin's."
        ),
        False: lambda session: change_stage(
            session, manager, session.get_one(Service, site.service.id), NONE,
            session.get_one(Idea, idea.id), "accepted", "Because.",
        ),
    }  # fmt: skip
    refused = one_behind_the_other(site, database, acts[declares_first], acts[not declares_first])
    assert isinstance(refused, Refused)
    with site.reading() as session:
        stage = session.get_one(Idea, idea.id).stage
        (kept,) = screening.opinions_on(session, idea)
        assert (stage, kept.conflict is None) == (
            ("screening", False) if declares_first else ("accepted", True)
        )


def test_what_is_wrong_is_named_and_citizens_have_no_part(
    site: Site, manager: Actor, citizen: Actor
) -> None:
    idea = site.submit(author=citizen)
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"advice": "maybe"}, {"advice"}),
        ({"words": " "}, {"words"}),
        ({"marks": {"social": Mark(5, "")}}, {"mark_social"}),
        ({"marks": {"social": Mark(None, "x" * 2_001)}}, {"words_social"}),
    ]
    for values, wrong in cases:
        with pytest.raises(Invalid) as refusal:
            advise(site, manager, idea, **values)
        assert set(refusal.value.fields) == wrong
    elsewhere = replace(manager, managed=frozenset({site.service.id + 1}))
    for nobody in (citizen, elsewhere):
        with pytest.raises(Forbidden):
            advise(site, nobody, idea)
        with pytest.raises(Forbidden):
            near(site, nobody, idea)
    with site.reading() as session:
        assert session.scalars(select(Opinion)).all() == []


def happened(site: Site) -> list[str]:
    with site.reading() as session:
        query = select(EventLog.type).where(EventLog.type.like("idea.opinion%"))
        return list(session.scalars(query.order_by(EventLog.position)))


def notices(site: Site, person_id: int | None) -> list[str]:
    """The events of opinions that somebody was told of."""
    with site.reading() as session:
        told = select(EventLog.type).join(
            Occasion,
            (Occasion.service_id == EventLog.service_id) & (Occasion.position == EventLog.position),
        )
        told = told.join(Notice, Notice.occasion_id == Occasion.id)
        query = told.where(Notice.person_id == person_id, EventLog.type.like("idea.opinion%"))
        return list(session.scalars(query))


def test_a_colleague_is_asked_once_and_finds_it_as_long_as_they_run_the_service(
    site: Site, manager: Actor, second: Actor, citizen: Actor
) -> None:
    idea = site.submit("Flour", author=second)
    other = site.submit("Bread", author=citizen)

    def ask(of: Idea, person_id: int | None) -> None:
        with site.writing() as session:
            held = session.get_one(Idea, of.id)
            screening.ask_opinion(session, manager, site.service, held, person_id or 0)

    def asked() -> list[str]:
        with site.reading() as session:
            rows = screening.asked_of(session, second.person_id or 0)
        return [title for _id, title, _slug in rows]

    with pytest.raises(Refused):
        ask(idea, second.person_id)
    with pytest.raises(NotFound):
        ask(other, citizen.person_id)
    for _twice in range(2):
        ask(other, second.person_id)
    assert asked() == ["Bread"]
    site.drain()
    told = [person_id for person_id in (second.person_id, manager.person_id, citizen.person_id)
            if notices(site, person_id) == ["idea.opinion_asked"]]  # fmt: skip
    assert told == [second.person_id], "once, and nobody else"
    desk = site.browser()
    desk.sign_in(site.people.manager)
    assert "L’avis de second est demandé" in desk.get("/culture/gestion/journal?quoi=ideas").text
    with site.writing() as session:
        person = session.get_one(Person, second.person_id)
        revoke_role(session, manager, person, site.service, "manager")
    assert asked() == []
    with site.writing() as session:
        person = session.get_one(Person, second.person_id)
        give_role(session, person, site.service, "manager", granted_by=None)
    for _twice in range(2):
        advise(site, second, other)
    assert asked() == []
    assert happened(site) == ["idea.opinion_asked", "idea.opinion_given"]
    assert WORDS not in desk.get("/culture/gestion/journal").text


def test_opinions_are_copied_and_stay_without_a_name(site: Site, manager: Actor) -> None:
    given, declared = site.submit("Given"), site.submit("Declared")
    advise(site, manager, given)
    near(site, manager, declared)
    person = site.people.manager.id
    with site.reading() as session:
        copy = str(export_person(session, Actor.system(), person)["ideas"])
        assert WORDS in copy
        assert "cousin" in copy
    with site.writing() as session:
        erase_person(session, Actor.system(), person)
    with site.reading() as session:
        (kept,) = session.scalars(select(Opinion)).all()
        assert (kept.reviewer_id, kept.words, kept.idea_id) == (None, WORDS, given.id)


@pytest.mark.parametrize("database", ["sqlite"])
def test_each_says_what_they_think_before_they_read_the_others(
    site: Site, second: Actor, citizen: Actor
) -> None:
    idea = site.submit(author=citizen)
    advise(site, second, idea)
    page = f"/culture/gestion/idees/{idea.id}/examen"
    desk, author = site.browser(), site.browser()
    desk.sign_in(site.people.manager)
    author.sign_in(site.people.citizen)
    assert page in desk.get(f"/culture/idees/{idea.id}-{idea.slug}").text
    assert WORDS not in desk.get(page).text
    refused = desk.submit(page, page, advice="accept", words="", mark_social="3")
    assert refused.status_code == 422
    sent = desk.submit(page, page, advice="reject", words="Too dear.", mark_social="3")
    assert sent.status_code == 302
    shown = desk.get(page).text
    assert WORDS in shown
    assert "Too dear." in shown
    conflict = f"/culture/gestion/idees/{idea.id}/conflit"
    assert desk.submit(page, conflict, reason="My cousin.").status_code == 302
    assert "vous êtes trop proche" in desk.get(page).text
    for public in (f"/culture/idees/{idea.id}-{idea.slug}", "/culture/idees.json", "/culture/"):
        assert WORDS not in author.get(public).text
    assert author.get(page).status_code == 403
    settings = "/culture/gestion/idees/delai"
    assert desk.submit(settings, settings, days="10", opinions="2").status_code == 302
    assert "2 avis sont demandés" in desk.get(page).text


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("tie", ["declared", "writes"])
def test_who_is_too_near_is_told_why_and_who_may_instead_of_a_form(
    site: Site, manager: Actor, second: Actor, citizen: Actor, tie: str
) -> None:
    asks_for(site, 1)
    idea = site.submit("Near", author=manager if tie == "writes" else citizen)
    other = site.submit("Another", author=citizen)
    if tie == "declared":
        near(site, manager, idea)
    desk = site.browser()
    desk.sign_in(site.people.manager)
    here, bulk = f"/culture/gestion/idees/{idea.id}", "/culture/gestion/idees/deplacer-tout"
    pages = {
        f"/culture/idees/{idea.id}-{idea.slug}": ["rejected", "accepted"],
        f"{here}/examen": ['name="advice"'],
        f"{here}/reunir": ['name="into"'],
        f"{here}/transferer": ['name="to"'],
    }
    _ = site.add_service("routes")
    why = "Vous avez déclaré" if tie == "declared" else "Vous écrivez cette idée"
    for page, fields in pages.items():
        text = desk.get(page).text
        assert why in text, page
        assert "À qui vous adresser\N{NO-BREAK SPACE}: second." in text, page
        assert not [each for each in fields if each in text], page
    # It can still be examined, which decides nothing.
    assert 'value="screening"' in desk.get(f"/culture/idees/{idea.id}-{idea.slug}").text
    assert "trop proche de 1 d’entre elles" in desk.get(f"{bulk}?etape=submitted").text
    move(site, second, other, "screening")
    assert re.findall(r'<option[^>]* value="(\w+)"', desk.get(f"{bulk}?etape=submitted").text) == [
        "screening"
    ]
    free = site.browser()
    free.sign_in(site.people.administrator)
    assert 'name="advice"' in free.get(f"{here}/examen").text
