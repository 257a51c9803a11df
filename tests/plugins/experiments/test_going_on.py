"""Reminders, reviews, extensions, suspensions and the end: each once."""

import re
from datetime import timedelta

import pytest

from eak_core.clock import now
from eak_core.errors import Forbidden, Invalid, Refused
from eak_core.ideas.deciding.merging import merge_ideas
from eak_core.ideas.deciding.transferring import transfer_idea
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.uploads import a_picture
from eak_core.permissions import Actor
from eak_core.plugins.per_service.settings import configure, stored_settings
from eak_experiments.drafting.saving import today
from eak_experiments.rules.dates import months_later
from eak_experiments.running import going_on, logbook
from tests.plugins.experiments.content import accepted, experiment, prepared, protocol, started

on_pages = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def here(site: Site, clock) -> Site:
    site.enable("experiments")
    return site


def _six_months(here: Site) -> int:
    return started(here, protocol(today(), ends_on=months_later(today(), 6)))


def test_an_idea_with_an_experiment_becomes_part_of_no_other_and_stays_in_its_service(
    here: Site, manager: Actor
) -> None:
    tried = accepted(here)
    prepared(here, protocol(), tried)
    twin = here.submit("The same").id
    with here.writing() as session, pytest.raises(Refused, match=r"exp[ée]riment"):
        merge_ideas(session, manager, here.service, tried, twin, "They say the same.")
    roads, chief = here.add_service("routes"), here.people.actor(here.people.administrator)
    with here.writing() as session, pytest.raises(Refused, match=r"exp[ée]riment"):
        transfer_idea(session, chief, here.service, tried, roads, "It is about a road.")


@on_pages
def test_each_month_the_review_and_the_end_are_told_once(here: Site, clock) -> None:
    number = _six_months(here)
    for _week in range(28):
        clock.advance(days=7)
        here.drain()
        here.drain()
    told = [each.subject for each in here.sent if "expérimentation" in each.subject]
    kinds = ["mois-ci" in each or ("bilan" in each and "bilan") or "end" for each in told]
    assert kinds == [True, True, "bilan", True, True, "end"]
    with here.reading() as session:
        assert experiment(session, number).stage == "evaluating"


@on_pages
def test_when_workers_were_dead_what_was_missed_is_told_once(here: Site, clock) -> None:
    number = _six_months(here)
    clock.advance(days=45)
    here.drain()
    clock.advance(days=52)  # the second month and the review were missed
    here.drain()
    here.drain()
    told = [each.subject for each in here.sent if "expérimentation" in each.subject]
    assert len(told) == 2
    assert "bilan d’étape" in told[1]
    # Looked at again before anything else is due, nothing is told twice.
    clock.advance(days=1)
    with here.writing() as session:
        going_on.follow(session, here.service, f"due:{number}", now())
    here.drain()
    assert len([each for each in here.sent if "expérimentation" in each.subject]) == 2


def test_it_is_extended_once_by_three_months_at_most_with_a_reason(here: Site, clock) -> None:
    agent, manager = (here.people.actor(p) for p in (here.people.agent, here.people.manager))
    number = _six_months(here)

    def extend(actor, months, reason="It rained."):
        with here.writing() as session:
            made = experiment(session, number)
            until = months_later(made.ends_on or today(), months)
            going_on.extend(session, actor, here.service, made, until, reason)

    with pytest.raises(Forbidden):
        extend(agent, 3)
    with pytest.raises(Invalid):
        extend(manager, 4)
    with pytest.raises(Invalid):
        extend(manager, 0)
    with pytest.raises(Invalid):
        extend(manager, 3, "")
    extend(manager, 3)
    with pytest.raises(Refused):
        extend(manager, 1)
    clock.advance(days=190)  # past the first end
    here.drain()
    with here.reading() as session:
        assert experiment(session, number).stage == "running"
    clock.advance(days=90)
    here.drain()
    with here.reading() as session:
        assert experiment(session, number).stage == "evaluating"


@on_pages
def test_the_page_says_that_the_review_is_to_be_made(here: Site, clock) -> None:
    manager, number = here.people.actor(here.people.manager), _six_months(here)
    page = f"/culture/experimentations/{number}"
    assert "À mi-chemin" not in here.browser().read(page).text
    clock.advance(days=92)
    assert "À mi-chemin" in here.browser().read(page).text
    with here.writing() as session:
        made = experiment(session, number)
        going_on.review(session, manager, here.service, made, "So far so good.", "go_on")
    assert "À mi-chemin" not in here.browser().read(page).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_stands_otherwise_cannot_be_done(here: Site) -> None:
    manager, number = here.people.actor(here.people.manager), _six_months(here)
    with here.writing() as session:
        made = experiment(session, number)
        with pytest.raises(Refused):
            going_on.resume(session, manager, here.service, made, "Go on.")
        with pytest.raises(Invalid):
            going_on.suspend(session, manager, here.service, made, " ")
        going_on.suspend(session, manager, here.service, made, "A storm.")
        with pytest.raises(Refused):
            going_on.suspend(session, manager, here.service, made, "Again.")
        going_on.resume(session, manager, here.service, made, "It is over.")
        going_on.review(session, manager, here.service, made, "So far so good.", "stop")
        assert made.stage == "evaluating"


@on_pages
def test_private_notes_and_unread_feedback_are_for_those_they_are_for(here: Site) -> None:
    agent, manager = (here.people.actor(p) for p in (here.people.agent, here.people.manager))
    citizen = here.people.actor(here.people.citizen)
    number = _six_months(here)
    with here.writing() as session:
        made = experiment(session, number)
        with pytest.raises(Forbidden):
            logbook.log(session, agent, here.service, made, "observation", today(), "Mine.")
        with pytest.raises(Invalid):
            late = today() + timedelta(days=1)
            logbook.log(session, manager, here.service, made, "observation", late, "Later.")
        logbook.log(session, manager, here.service, made, "observation", today(), "Open note.")
        logbook.log(
            session, manager, here.service, made, "incident", today(), "Secret note.", private=True
        )
        logbook.hear(session, citizen, here.service, made, "Unread words.")
    place = f"/culture/experimentations/{number}/journal"
    page = here.browser().read(place).text
    assert "Open note." in page
    assert "Secret note." not in page
    assert "Unread words." not in page
    client = here.browser()
    client.sign_in(here.people.manager)
    page = client.read(place).text
    assert "Secret note." in page
    assert "Unread words." in page


@on_pages
def test_pictures_of_a_private_note_are_for_the_team(here: Site) -> None:
    number, manager = _six_months(here), here.browser()
    manager.sign_in(here.people.manager)
    place = f"/culture/experimentations/{number}/journal"
    seen = {}
    for text, private in (("Open.", {}), ("Secret.", {"private": "y"})):
        said = {"kind": "incident", "day": today().strftime("%d/%m/%Y"), "text": text, **private}
        files = manager.submit(f"{place}/ajouter", "ajouter", **said).location
        manager.submit(files, "fichiers", files=[a_picture()])
        [alt] = [name for name in manager.read(files).form("fichiers").filled({}) if "alt_" in name]
        manager.submit(files, "fichiers", **{alt: "A yard"})
        pictures = re.findall(r'/culture/fichiers/[^" ,]+', manager.read(place).text)
        new = [each for each in pictures if each not in seen]
        seen |= dict.fromkeys(new, text)
    assert set(seen.values()) == {"Open.", "Secret."}
    for address, text in seen.items():
        assert manager.get(address).status_code == 200
        stranger = here.browser().get(address).status_code
        assert stranger == (200 if text == "Open." else 404)


@on_pages
def test_inhabitants_are_heard_without_an_account_where_the_service_allows_it(here: Site) -> None:
    number = _six_months(here)
    place = f"/culture/experimentations/{number}/temoigner"
    visitor = here.browser()
    assert visitor.get(place).status_code in (302, 401, 403)
    with here.writing() as session:
        version = stored_settings(session, here.service.id, "experiments").version
        values = {"open_feedback": True}
        configure(session, Actor.system(), here.service, "experiments", values, version=version)
    sent = visitor.submit(place, "temoigner", text="C’est plus frais.")
    assert sent.status_code == 302
    assert (
        "C’est plus frais."
        not in here.browser().read(f"/culture/experimentations/{number}/journal").text
    )
