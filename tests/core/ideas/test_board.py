"""The board of those who run a service, and several ideas brought to a stage with one reason."""

import re

import pytest
from sqlalchemy import select

from eak_core import clock
from eak_core.errors import Conflict, Forbidden, Invalid, Refused
from eak_core.events import Part
from eak_core.ideas.deciding import board, bulk, moving, prepared, screening
from eak_core.ideas.deciding.board import EACH, columns_of, destinations
from eak_core.ideas.deciding.models import BulkMove, PreparedDecision
from eak_core.ideas.deciding.moving import Chosen, Fate, foresee_each, move_each
from eak_core.ideas.deciding.transitions import change_stage, stage_graph
from eak_core.ideas.models import Idea, StageChange
from eak_core.ideas.reading.listing import Filters
from eak_core.ideas.visibility import subject_of
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.models import Person
from eak_core.people.rights.roles import revoke_role
from eak_core.permissions import Actor
from eak_core.services.models import Service

POLL = frozenset({"poll"})
WHY = "They answer the same need."


def stages(site: Site) -> dict[str, str]:
    with site.reading() as session:
        return {each.title: each.stage for each in session.scalars(select(Idea))}


def chosen(ideas: list[Idea], seen: str = "submitted") -> list[Chosen]:
    return [Chosen(each.id, seen) for each in ideas]


@pytest.mark.parametrize("database", ["sqlite"])
def test_each_is_moved_as_if_it_were_alone_and_what_is_refused_is_told(
    site: Site, manager: Actor, citizen: Actor, events: object
) -> None:
    names = ("free", "gone on", "prepared", "hidden", "near")
    ideas = [site.submit(name, author=citizen) for name in names]
    with site.writing() as session:
        rows = {each.title: each for each in session.scalars(select(Idea))}
        service = session.get_one(Service, site.service.id)
        change_stage(session, manager, service, POLL, rows["gone on"], "rejected", WHY)
        prepared.prepare(session, manager, service, POLL, rows["prepared"], "screening", WHY)
        hide(session, manager, service, subject_of(rows["hidden"].id), WHY)

    def read(fates: list[Fate]) -> dict[str, tuple[bool, str]]:
        by_id = {idea.id: idea.title for idea in ideas}
        return {by_id[each.chosen.idea_id]: (each.moves, str(each.refusal)) for each in fates}

    asked = [*chosen(ideas), Chosen(99_999, "submitted")]
    with site.reading() as session:
        foreseen = foresee_each(session, manager, site.service, POLL, asked[:-1], "screening")
        seen = read(foreseen)
    assert [name for name, (moves, _why) in seen.items() if moves] == ["free", "near"]
    before = len(events())  # type: ignore[operator]
    for round_ in range(2):
        with site.writing() as session:
            service = session.get_one(Service, site.service.id)
            fates = move_each(session, manager, service, POLL, asked, "screening", WHY)
            assert [each.moves for each in fates].count(True) == (0 if round_ else 2)
            assert [each.already for each in fates].count(True) == (2 if round_ else 0)
            done = read(fates[:-1])
            refused = {name: why for name, (_moves, why) in done.items() if why != "None"}
            assert refused == {name: why for name, (_moves, why) in seen.items() if why != "None"}
            assert fates[-1].idea is None
    assert stages(site) == {
        "free": "screening", "gone on": "rejected", "prepared": "submitted",
        "hidden": "submitted", "near": "screening",
    }  # fmt: skip
    assert events()[before:] == ["idea.stage_changed"] * 2  # type: ignore[operator]
    with site.reading() as session:
        reasons = session.scalars(select(StageChange.reason)).all()
        assert reasons == [WHY] * 3
        assert session.scalars(select(PreparedDecision.idea_id)).all() == [ideas[2].id]


@pytest.mark.parametrize("database", ["sqlite"])
def test_opinions_guards_and_rights_are_those_of_a_single_decision(
    site: Site, manager: Actor, citizen: Actor
) -> None:
    site.enable("poll")
    ideas = [site.submit(name, author=citizen) for name in ("an open one", "a closed one")]
    with site.writing() as session:
        for each in session.scalars(select(Idea)):
            each.stage = "polling"
    new = site.submit("new", author=citizen)
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        screening.change_screening(session, manager, service, 1)
    with site.reading() as session:
        service = session.get_one(Service, site.service.id)
        fates = foresee_each(
            session, manager, service, POLL,
            [*chosen(ideas, "polling"), Chosen(new.id, "submitted")], "rejected",
        )  # fmt: skip
    assert str(fates[0].refusal) == "The poll is still open."
    assert fates[1].moves
    assert "1" in str(fates[2].refusal)
    for who in (citizen, site.people.actor(site.people.agent)):
        with site.writing() as session, pytest.raises(Forbidden):
            move_each(session, who, service, POLL, chosen(ideas), "rejected", WHY)
        with site.reading() as session, pytest.raises(Forbidden):
            foresee_each(session, who, service, POLL, chosen(ideas), "rejected")
    with site.writing() as session, pytest.raises(Invalid):
        move_each(session, manager, service, POLL, chosen(ideas, "polling"), "rejected", " ")
    many = [Chosen(number + 1, "polling") for number in range(moving.MOST + 1)]
    with site.writing() as session, pytest.raises(Refused, match="100"):
        move_each(session, manager, service, POLL, many, "rejected", WHY)
    assert set(stages(site).values()) == {"polling", "submitted"}


def test_the_board_costs_the_same_however_many_ideas_and_counts_none(
    site: Site, manager: Actor, citizen: Actor
) -> None:
    def shown(filters: Filters) -> tuple[list[object], int]:
        with site.reading() as session:
            graph = stage_graph(POLL)
            with Queries(site.app) as queries:
                columns = columns_of(session, site.service.id, graph, filters)
            assert "count(" not in " ".join(queries.statements).lower()
            there = [each for each in columns if each.ideas]
            told = [(each.stage.name, len(each.ideas), each.left, each.more) for each in there]
            names = [stage.name for stage in destinations(graph, columns)]
            return [*told, names], queries.count

    site.submit("Une outilthèque", author=citizen)
    few = shown(Filters())
    assert few[0] == [("submitted", 1, 0, False), ["screening", "rejected"]]
    for number in range(EACH + 1):
        site.submit(f"Jardin {number}", author=citizen)
    many = shown(Filters())
    assert many[0] == [("submitted", EACH, 2, True), ["screening", "rejected"]]
    assert many[1] == few[1]
    assert shown(Filters(stage="submitted"))[0][0] == ("submitted", EACH + 2, 0, False)
    site.drain()
    assert shown(Filters(text="jardin"))[0][0] == ("submitted", EACH, None, True)


@pytest.mark.parametrize("database", ["sqlite"])
def test_managers_choose_look_give_a_reason_and_move_without_a_script(site: Site) -> None:
    for name in ("Outils", "Jardins", "Vélos"):
        site.submit(name)
    desk = site.browser()
    desk.sign_in(site.people.manager)
    board = desk.read("/culture/gestion/idees/tableau?tout=submitted")
    (form,) = (each for each in board.forms if each.is_at("/deplacer"))
    sent = form.filled({"vers": "screening"})
    assert len(sent["idee"]) == 3
    page = desk.get("/culture/gestion/idees/deplacer", query_string=sent)
    assert "3 idées peuvent être déplacées" in page.text
    form = Page(page.text).form("/deplacer")
    refused = desk.post(form.action, data=form.filled({"reason": ""}))
    assert refused.status_code == 422
    assert set(stages(site).values()) == {"submitted"}
    filled = Page(refused.text).form("/deplacer").filled({"reason": WHY})
    assert desk.post(form.action, data=filled).status_code == 302
    assert set(stages(site).values()) == {"screening"}
    again = desk.post(form.action, data=filled, follow_redirects=True)
    assert "3 idées sont maintenant à l’étape" in again.text
    late = desk.post(form.action, data={**filled, "to": "rejected"})
    assert late.status_code == 409
    assert "entre-temps" in late.text
    none = desk.get("/culture/gestion/idees/deplacer?vers=screening", follow_redirects=True)
    assert "Choisissez au moins une idée" in none.text
    for hostile in ("idee=x&idee=1:y", "idee=99999999999:submitted", "idee=%00:&vers=%00"):
        answer = desk.get(f"/culture/gestion/idees/deplacer?vers=screening&{hostile}")
        assert answer.status_code < 500
    other = site.browser()
    other.sign_in(site.people.citizen)
    assert other.get("/culture/gestion/idees/tableau").status_code == 403


# All that filters keep ------------------------------------------------------------


def test_all_that_filters_keep_are_moved_some_at_a_time_and_who_lost_the_role_moves_no_more(
    site: Site, manager: Actor, citizen: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PORTION", 2)
    monkeypatch.setattr(bulk, "MOST", 6)
    ideas = [site.submit(f"Bench {number}", author=citizen) for number in range(5)]
    other = site.submit("Fountain", author=citizen)
    site.drain()
    here = Filters(stage="submitted", text="bench")
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        held = session.get_one(Idea, ideas[3].id)
        prepared.prepare(session, manager, service, POLL, held, "screening", WHY)
        begun = [
            bulk.begin(session, manager, service, POLL, here, "screening", WHY).id
            for _twice in range(2)
        ]
        assert begun[0] == begun[1]
        with pytest.raises(Conflict):
            bulk.begin(session, manager, service, POLL, Filters("submitted"), "screening", WHY)
        with pytest.raises(Forbidden):
            bulk.begin(session, citizen, service, POLL, here, "screening", WHY)
    name = f"{bulk.NAME}:{begun[0]}"

    def part() -> Part | None:
        with site.app.test_request_context(), site.writing() as session:
            service = session.get_one(Service, site.service.id)
            return bulk.go_on(session, service, name, clock.now())

    assert part() == Part(2, 5)
    assert list(stages(site).values()).count("screening") == 2
    # A worker that ends here has done so much, and another one goes on.
    site.drain()
    moved = {idea.title for idea in ideas} - {ideas[3].title}
    assert {title for title, stage in stages(site).items() if stage == "screening"} == moved
    assert stages(site)[other.title] == "submitted"
    with site.reading() as session:
        done = session.get_one(BulkMove, begun[0])
        assert (done.outcome, done.moved, done.stayed) == ("done", 4, str(ideas[3].id))
        (fate,) = bulk.stayed(session, manager, site.service, POLL, done)
        assert "préparée" in str(fate.refusal)
        assert set(session.scalars(select(StageChange.actor_id))) == {manager.person_id}
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        left = bulk.begin(
            session, manager, service, POLL, Filters("submitted"), "screening", WHY
        ).id
        person = session.get_one(Person, manager.person_id)
        revoke_role(session, Actor.system(), person, service, "manager")
    site.drain()
    with site.reading() as session:
        assert session.get_one(BulkMove, left).outcome == "stopped"
    assert stages(site)[other.title] == "submitted"
    with site.writing() as session:
        erase_person(session, Actor.system(), manager.person_id or 0)
        assert session.scalars(select(BulkMove)).all() == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_board_leads_to_moving_all_and_the_page_says_how_far_it_is(
    site: Site, citizen: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "MOST", 2)
    for number in range(4):
        site.submit(f"Bench {number}", author=citizen)
    site.drain()
    browser = site.browser()
    browser.sign_in(site.people.manager)
    desk = "/culture/gestion/idees/"
    shown = browser.read(f"{desk}tableau?etape=submitted&q=bench&lang=en").text
    (place,) = re.findall(r'href="([^"]+deplacer-tout[^"]+)"', shown)
    place = place.replace("&amp;", "&")
    assert "q=bench" in place
    assert "4 ideas are concerned." in browser.read(f"{place}&lang=en").text
    assert browser.submit(place, "deplacer-tout", to="screening").status_code == 422
    led = browser.submit(place, "deplacer-tout", to="screening", reason=WHY)
    assert led.status_code == 302
    assert browser.get(f"{led.location}.json").json["ended"] is False
    site.drain()
    assert browser.get(f"{led.location}.json").json["ended"] is True
    assert "4 ideas were moved." in browser.read(f"{led.location}?lang=en").text
    assert browser.get(f"{desk}deplacer-tout").location.endswith("/tableau")
    visitor = site.browser()
    visitor.sign_in(site.people.citizen)
    assert visitor.get(led.location).status_code == 403
