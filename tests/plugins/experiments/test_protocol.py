"""A protocol is prepared step by step, fixed before the start, and never changed unseen."""

from datetime import date, timedelta

import msgspec
import pytest
from sqlalchemy import text, update

from eak_core.errors import Conflict, Forbidden, Invalid, Refused
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.plugins.per_service.activation import active_plugins
from eak_experiments.drafting import fixing, preparing
from eak_experiments.drafting.finding import protocol_of, versions
from eak_experiments.drafting.saving import today
from eak_experiments.models import Experiment, FixedProtocol
from eak_experiments.protocol import document
from eak_experiments.protocol.steps import fields_of, said
from eak_experiments.running import starting
from tests.plugins.experiments.content import SHADE, experiment, fixed, prepared, protocol, started

on_pages = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def here(site: Site, clock) -> Site:
    site.enable("experiments")
    return site


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_incomplete_protocol_cannot_be_fixed(here: Site) -> None:
    manager, number = (
        here.people.actor(here.people.manager),
        prepared(here, protocol(hypotheses=())),
    )
    with here.writing() as session:
        made = experiment(session, number)
        with pytest.raises(Refused, match="1 élément manque"):
            fixing.fix(session, manager, here.service, made)
        assert made.stage == "draft"


@on_pages
def test_who_does_not_carry_a_draft_neither_reads_nor_changes_it(here: Site) -> None:
    agent, number = here.people.actor(here.people.agent), prepared(here, protocol())
    with here.writing() as session:
        made = experiment(session, number)
        with pytest.raises(Forbidden):
            preparing.save_step(session, agent, here.service, made, "idea", {"title": "Mine"})
        with pytest.raises(Forbidden):
            fixing.fix(session, agent, here.service, made)
    client = here.browser()
    client.sign_in(here.people.agent)
    assert client.get(f"/culture/experimentations/{number}").status_code == 404
    assert here.browser().get(f"/culture/experimentations/{number}").status_code == 404


def test_once_fixed_no_save_changes_it(here: Site) -> None:
    manager, number = here.people.actor(here.people.manager), fixed(here, protocol())
    budget = {"budget": 1, "funding": "", "in_kind": ""}
    with here.writing() as session:
        made = experiment(session, number)
        before = [each.document for each in versions(session, made)]
        with pytest.raises(Conflict):
            preparing.save_step(session, manager, here.service, made, "budget", budget)
        with pytest.raises(Conflict):
            preparing.save_item(
                session, manager, here.service, made, "hypotheses", "h1", fields_of(SHADE)
            )
        with pytest.raises(Conflict):
            preparing.remove_item(session, manager, here.service, made, "hypotheses", "h1")
        with pytest.raises(Conflict):
            preparing.discard(session, manager, here.service, made)
        assert [each.document for each in versions(session, made)] == before


@on_pages
def test_an_amendment_stands_beside_the_original(here: Site) -> None:
    manager, number = here.people.actor(here.people.manager), started(here)
    with here.writing() as session:
        made = experiment(session, number)
        values = {**said(protocol_of(session, made), "budget"), "budget": 9_000}
        with pytest.raises(Invalid):
            fixing.amend_step(session, manager, here.service, made, "budget", values, "  ")
        fixing.amend_step(session, manager, here.service, made, "budget", values, "It costs less.")
    with here.reading() as session:
        made = experiment(session, number)
        kept = versions(session, made)
        assert [each.version for each in kept] == [1, 2]
        assert document.read(kept[0].document).budget == 12_000
        assert protocol_of(session, made).budget == 9_000
        assert all(each.holds for each in fixing.proved(session, made))
    page = here.browser().read(f"/culture/experimentations/{number}").text
    assert "It costs less." in page
    assert "<del>" in page
    assert "<ins>" in page


def test_once_started_its_days_do_not_move(here: Site) -> None:
    manager, number = here.people.actor(here.people.manager), started(here)
    with here.writing() as session:
        made = experiment(session, number)
        assert made.ends_on is not None
        values = {"starts_on": made.starts_on, "ends_on": made.ends_on + timedelta(days=30)}
        with pytest.raises(Invalid):
            fixing.amend_step(session, manager, here.service, made, "dates", values, "Longer.")


@on_pages
def test_a_row_that_was_edited_is_told_on_the_page_and_does_not_start(here: Site) -> None:
    day = today()
    plan = protocol(day, ends_on=day + timedelta(days=99))
    manager, number = here.people.actor(here.people.manager), fixed(here, plan)
    with here.writing() as session:
        lower = document.written(msgspec.structs.replace(plan, least_sample=1))
        session.execute(update(FixedProtocol).values(document=lower))
    page = here.browser().read(f"/culture/experimentations/{number}").text
    assert "n’est pas celle qui a été fixée" in page
    assert "non conforme au registre" in page
    with here.writing() as session:
        made, active = experiment(session, number), active_plugins(session, here.service.id)
        with pytest.raises(Refused, match="empreinte"):
            starting.start(session, manager, here.service, made, active)


@on_pages
def test_a_row_that_was_deleted_is_told_on_the_page(here: Site) -> None:
    number = fixed(here, protocol())
    with here.writing() as session:
        session.execute(text("DELETE FROM experiments_protocol"))
    page = here.browser().read(f"/culture/experimentations/{number}").text
    assert "n’est pas celle qui a été fixée" in page


def test_it_starts_on_its_day_and_not_before(here: Site, clock) -> None:
    agent, manager = (here.people.actor(p) for p in (here.people.agent, here.people.manager))
    day = today() + timedelta(days=3)
    number = fixed(here, protocol(day, ends_on=day + timedelta(days=100)))

    def start(actor) -> None:
        with here.writing() as session:
            active = active_plugins(session, here.service.id)
            starting.start(session, actor, here.service, experiment(session, number), active)

    with pytest.raises(Refused):
        start(manager)
    clock.advance(days=3)
    with pytest.raises(Forbidden):
        start(agent)
    start(manager)
    with here.reading() as session:
        assert experiment(session, number).stage == "running"
    with pytest.raises(Refused):
        start(manager)


@on_pages
def test_an_accepted_idea_is_being_tried_from_the_start(here: Site) -> None:
    manager, idea_id = here.people.actor(here.people.manager), here.submit().id
    with pytest.raises(Refused):
        prepared(here, protocol(), idea_id)
    for stage in ("screening", "accepted"):
        with here.writing() as session:
            active = active_plugins(session, here.service.id)
            idea = session.get_one(Idea, idea_id)
            change_stage(session, manager, here.service, active, idea, stage, "Good.")
    number = started(here, idea_id=idea_id)
    with here.reading() as session:
        assert session.get_one(Idea, idea_id).stage == "experimenting"
    assert (
        f"/culture/experimentations/{number}"
        in here.browser().read(f"/culture/idees/{idea_id}").text
    )


@on_pages
def test_an_idea_that_is_hidden_is_not_named_on_the_page_of_its_experiment(here: Site) -> None:
    manager, idea_id = here.people.actor(here.people.manager), here.submit("A tool library").id
    for stage in ("screening", "accepted"):
        with here.writing() as session:
            active = active_plugins(session, here.service.id)
            idea = session.get_one(Idea, idea_id)
            change_stage(session, manager, here.service, active, idea, stage, "Good.")
    page = f"/culture/experimentations/{started(here, idea_id=idea_id)}"
    assert "A tool library" in here.browser().read(page).text
    with here.writing() as session:
        hide(session, manager, here.service, f"idea:{idea_id}", "It names a person.")
    assert "A tool library" not in here.browser().read(page).text


@on_pages
def test_the_form_leads_through_the_steps_and_keeps_what_was_typed(here: Site) -> None:
    client = here.browser()
    client.sign_in(here.people.agent)
    said_first = {"title": "De l’ombre", "challenge": "Il fait trop chaud."}
    place = client.submit("/culture/experimentations/preparer", "preparer", **said_first).location
    assert place.endswith("/protocole/theory")
    home = place.removesuffix("/protocole/theory")
    wrong = client.submit(
        f"{home}/protocole/hypotheses/ajouter", "hypotheses",
        statement="Ils sortent.", baseline="1 234,5", target="abc",
    )  # fmt: skip
    assert wrong.status_code == 422
    assert "1 234,5" in wrong.text
    assert "Ils sortent." in wrong.text
    assert "Ce n’est pas un chiffre" in wrong.text
    done = client.submit(f"{home}/protocole/dates", "dates", starts_on="31/08/2026", ends_on="")
    assert done.location.endswith("/protocole/hypotheses")
    with here.reading() as session:
        made = session.query(Experiment).one()
        assert (made.starts_on, made.ends_on) == (date(2026, 8, 31), date(2027, 2, 28))
    listed = client.read(f"{home}/fixer").text
    assert "éléments manquent" in listed
