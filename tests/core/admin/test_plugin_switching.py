"""A plugin is switched on and off on a page: previewed first, and told until it has caught up."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from eak_core.admin.plugins import OFF, ON
from eak_core.events.models import Subscription
from eak_core.events.worker import Worker
from eak_core.ideas.models import Idea, StageChange
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.plugins.per_service.counters import counted
from eak_core.services.models import Service
from tests.core import gauge
from tests.core.desk import token_of, types_of

PAGE = "/culture/gestion/plugins/"
SWITCH = f"{PAGE}gauge/activation"
SETTINGS = f"{PAGE}gauge/reglages"

Count = Callable[[], AbstractContextManager[Queries]]


def bring(site: Site, idea: Idea, stage: str) -> None:
    """Put ``idea`` where only a whole life would bring it."""
    with site.writing() as session:
        session.get_one(Idea, idea.id).stage = stage


def test_switching_on_is_previewed_and_acts_at_the_next_request(
    site: Site, manager: Browser, service: Service
) -> None:
    site.submit("One")
    site.submit("Two")
    page = manager.get(f"{SWITCH}?lang=en").text
    assert "at the head of the service’s home page" not in page
    assert "A section on the service’s home page." in page
    assert "2 events that happened before will be caught up" in page
    assert "The gauge says so itself." in page
    assert manager.get("/culture/gauge/").status_code == 404
    answer = manager.submit(SWITCH, "/activation")
    assert answer.status_code == 302
    assert answer.location == f"{PAGE}gauge/rattrapage"
    assert manager.get("/culture/gauge/").status_code == 200
    assert site.browser().get("/culture/gauge/").status_code == 200
    with site.reading() as session:
        before = counted(session, service.id, "gauge", "ideas", "service")
    site.drain()
    with site.reading() as session:
        after = counted(session, service.id, "gauge", "ideas", "service")
    assert (before, after) == (0, 2), "as many as the preview said"


def test_switching_off_acts_at_the_next_request_and_keeps_what_was_stored(
    site: Site, manager: Browser, service: Service
) -> None:
    site.submit()
    site.enable("gauge")
    site.drain()
    page = manager.get(f"{SWITCH}?lang=en").text
    assert "What nobody sees any more" in page
    assert "A section on the service’s home page." in page
    assert "What it stored is kept" in page
    assert manager.submit(SWITCH, "/activation").location == PAGE
    assert manager.get("/culture/gauge/").status_code == 404
    with site.reading() as session:
        assert counted(session, service.id, "gauge", "ideas", "service") == 1
    assert types_of(site, service.id)[-1] == "plugin.disabled"


def test_ideas_in_its_stages_are_sent_elsewhere_with_a_public_reason(
    site: Site, people: People, manager: Browser, service: Service
) -> None:
    site.enable("gauge")
    ideas = [site.submit(title) for title in ("One", "Two", "Three")]
    for idea in ideas:
        bring(site, idea, "gauging")
    page = manager.get(f"{SWITCH}?lang=en").text
    assert "3 ideas stand in its stage “Being gauged”." in page
    nowhere = manager.submit(f"{SWITCH}?lang=en", "/activation")
    assert nowhere.status_code == 409
    assert "Please say where they go." in nowhere.text
    silent = manager.submit(SWITCH, "/activation", move_ideas_to="accepted", reason=" ")
    assert silent.status_code == 422
    assert 'selected value="accepted"' in silent.text, "what was chosen is kept"
    assert site.active() == {"gauge"}
    reason = "The gauge goes <b>away</b>."
    answer = manager.submit(SWITCH, "/activation", move_ideas_to="accepted", reason=reason)
    assert answer.status_code == 302
    with site.reading() as session:
        stages = set(session.scalars(select(Idea.stage)))
        reasons = set(session.scalars(select(StageChange.reason)))
    assert stages == {"accepted"}
    assert reason in reasons
    assert types_of(site, service.id).count("idea.stage_changed") == 3


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("to", ["gauging", "withdrawn", "draft", "nowhere", "\N{BEL}"])
def test_ideas_are_sent_only_where_ideas_can_stand(
    site: Site, people: People, manager: Browser, service: Service, to: str
) -> None:
    site.enable("gauge")
    bring(site, site.submit(), "gauging")
    answer = manager.submit(SWITCH, "/activation", move_ideas_to=to, reason="Because.")
    assert answer.status_code in {409, 422}
    assert site.active() == {"gauge"}
    assert "Because." in answer.text, "what was typed is kept"


def test_a_plugin_that_others_need_is_not_switched_off_under_them(
    site: Site, manager: Browser, service: Service
) -> None:
    site.enable("needle")
    page = manager.get(f"{SWITCH}?lang=en").text
    assert "These plugins need it: Needle." in page
    assert "/activation" not in [form.action for form in manager.read(SWITCH).forms]
    # Somebody who opened the page before the other plugin was switched on sends it all the same.
    answer = manager.post(f"{SWITCH}?lang=en", data={"to": OFF, "csrf_token": token_of(manager)})
    assert answer.status_code == 409
    assert "Please switch these off first: Needle." in answer.text
    assert site.active() == {"gauge", "needle"}


def test_what_a_plugin_needs_is_asked_for_first(
    site: Site, manager: Browser, service: Service
) -> None:
    page = manager.get(f"{PAGE}needle/activation?lang=en").text
    assert "It needs these plugins, which are off: Gauge." in page
    assert site.active() == frozenset()


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_plugin_that_cannot_run_cannot_be_switched_on(
    site: Site, manager: Browser, service: Service
) -> None:
    page = f"{PAGE}rusty/activation"
    assert "rust everywhere" in manager.get(page).text
    answer = manager.post(page, data={"to": ON, "csrf_token": token_of(manager)})
    assert answer.status_code == 409
    assert site.active() == frozenset()


def test_two_who_confirm_the_same_do_it_once(
    site: Site, manager: Browser, administrator: Browser, service: Service
) -> None:
    first, second = (each.read(SWITCH).form("/activation") for each in (manager, administrator))
    manager.post(SWITCH, data=first.filled({}))
    administrator.post(SWITCH, data=second.filled({}))
    assert site.active() == {"gauge"}, "the second did not switch it off again"
    assert types_of(site, service.id).count("plugin.enabled") == 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("to", ["", "maybe", "ON", "on\0", "x" * 100_000])
def test_a_confirmation_that_no_page_offers_is_refused(
    site: Site, manager: Browser, service: Service, to: str
) -> None:
    answer = manager.submit(SWITCH, "/activation", to=to)
    assert answer.status_code == 422
    assert site.active() == frozenset()


def test_the_catch_up_is_told_until_it_ends(site: Site, manager: Browser, service: Service) -> None:
    site.submit()
    answer = manager.submit(SWITCH, "/activation")
    page = manager.get(f"{answer.location}?lang=en").text
    with site.reading() as session:
        of = session.scalars(
            select(Subscription.live_from).where(Subscription.plugin == "gauge")
        ).one()
    assert of > 0
    assert f"0 of {of} events read." in page
    assert "progress.js" in page
    state = manager.get(f"{answer.location}.json").json
    assert (state["ended"], state["done"], state["total"]) == (False, 0, of)
    site.drain()
    state = manager.get(f"{answer.location}.json").json
    assert (state["ended"], state["done"], state["total"]) == (True, of, of)
    page = manager.get(f"{answer.location}?lang=en").text
    assert f"has read all {of} events" in page
    assert "progress.js" not in page, "nothing is left to wait for"


def test_a_catch_up_that_is_switched_off_halfway_stops_being_waited_for(
    site: Site, manager: Browser, service: Service
) -> None:
    site.submit()
    site.enable("gauge")
    site.disable("gauge")
    state = manager.get(f"{PAGE}gauge/rattrapage.json?lang=en").json
    assert state["ended"]
    assert "goes on where it stopped" in state["text"]


def test_events_that_could_not_be_handled_are_told(
    site: Site, manager: Browser, service: Service, mood: gauge.Mood
) -> None:
    mood.handles = False
    site.submit()
    site.enable("gauge")
    Worker(site.app).drain(timeout=10)
    text = manager.get(f"{PAGE}gauge/rattrapage.json?lang=en").json["text"]
    assert "1 event could not be handled" in text
    assert "the needle is stuck" not in manager.get(PAGE).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_plugin_that_reads_nothing_has_nothing_to_catch_up(
    manager: Browser, service: Service
) -> None:
    assert manager.get(f"{PAGE}needle/rattrapage.json").json["ended"]
    assert manager.get(f"{PAGE}needle/rattrapage").status_code == 200
