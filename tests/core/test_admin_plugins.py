"""The managers' screens of plugins: previewed, switched, watched, set, let back."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from pluggy import PluginManager
from sqlalchemy import select

from eak_core.admin.plugin_pages import licence_of
from eak_core.admin.plugins import OFF, ON
from eak_core.db import current_session
from eak_core.events.models import EventLog, Subscription
from eak_core.events.worker import Worker
from eak_core.ideas.models import Idea, StageChange
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.models import Person
from eak_core.people.roles import give_role
from eak_core.permissions import Actor
from eak_core.plugins.loading.candidates import from_entry_points
from eak_core.plugins.loading.discovery import discover
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.loading.installed import Installed
from eak_core.plugins.per_request.breaker import LIMIT
from eak_core.plugins.per_service.counters import counted
from eak_core.plugins.per_service.settings import stored_settings
from eak_core.services.directory import archive_service
from eak_core.services.models import Service
from tests.core import gauge
from tests.core.desk import signed_in, token_of

PAGE = "/culture/gestion/plugins/"
SWITCH = f"{PAGE}gauge/activation"
SETTINGS = f"{PAGE}gauge/reglages"

Count = Callable[[], AbstractContextManager[Queries]]


@pytest.fixture
def plugins() -> list[Any]:
    return [gauge, "tests.core.needle", "tests.core.rusty"]


@pytest.fixture
def mood() -> Iterator[gauge.Mood]:
    yield gauge.mood
    gauge.mood.handles = gauge.mood.shows = True


@pytest.fixture
def manager(site: Site, people: People) -> Browser:
    """The browser of whoever runs the service."""
    return signed_in(site, people.manager)


@pytest.fixture
def administrator(site: Site, people: People, service: Service) -> Browser:
    return signed_in(site, people.administrator)


def bring(site: Site, idea: Idea, stage: str) -> None:
    """Put ``idea`` where only a whole life would bring it."""
    with site.writing() as session:
        session.get_one(Idea, idea.id).stage = stage


def types(site: Site, service: Service) -> list[str]:
    with site.reading() as session:
        query = select(EventLog.type).where(EventLog.service_id == service.id)
        return list(session.scalars(query.order_by(EventLog.position)))


# Who may -----------------------------------------------------------------


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "path",
    ["", "gauge/activation", "gauge/rattrapage", "gauge/reglages", "gauge/pannes"],
)
def test_only_those_who_run_the_service_see_its_plugins(
    site: Site, people: People, service: Service, path: str
) -> None:
    other = site.add_service("routes")
    stranger = people.add("Remi Routes")
    with site.writing() as session:
        known = session.get_one(Person, stranger.id)
        give_role(session, known, other, "manager", granted_by=None)
    visitor = site.browser().get(PAGE + path)
    assert visitor.status_code == 302
    assert visitor.location.startswith("/compte/connexion")
    assert signed_in(site, people.citizen).get(PAGE + path).status_code == 403
    assert signed_in(site, stranger).get(PAGE + path).status_code == 403
    assert signed_in(site, people.manager).get(PAGE + path).status_code == 200
    assert signed_in(site, people.administrator).get(PAGE + path).status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("path", ["gauge/activation", "gauge/reglages", "gauge/reprise"])
def test_nobody_else_switches_sets_or_resumes(
    site: Site, people: People, service: Service, path: str
) -> None:
    citizen = signed_in(site, people.citizen)
    sent = {"to": ON, "_seen": "0", "goal": "99", "csrf_token": token_of(citizen)}
    assert citizen.post(PAGE + path, data=sent).status_code == 403
    assert site.active() == frozenset()
    assert settings(site, service)["goal"] == 10


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_change_without_its_token_is_refused(
    site: Site, manager: Browser, service: Service
) -> None:
    assert manager.post(SWITCH, data={"to": ON}).status_code == 400
    assert site.active() == frozenset()


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "path", ["nothing/activation", "nothing/reglages", "nothing/rattrapage", "nothing/pannes",
             "needle/reglages", "rusty/reglages", "nothing/rattrapage.json"],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(manager: Browser, service: Service, path: str) -> None:
    assert manager.get(PAGE + path).status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_archived_service_keeps_its_plugins_as_they_are(
    site: Site, people: People, manager: Browser, service: Service
) -> None:
    site.enable("gauge")
    with site.writing() as session:
        known = session.get_one(Service, service.id)
        archive_service(session, Actor.system(), known)
    assert manager.get(PAGE).status_code == 403
    answer = manager.post(SWITCH, data={"to": OFF, "csrf_token": token_of(manager)})
    assert answer.status_code == 403
    assert site.active() == {"gauge"}


# The list ----------------------------------------------------------------


def test_every_plugin_is_listed_with_its_state_and_tracebacks_only_for_administrators(
    manager: Browser, administrator: Browser, service: Service
) -> None:
    page = manager.get(f"{PAGE}?lang=en").text
    assert "Measures ideas." in page
    assert "rust everywhere" in page
    assert "Traceback (most recent call last)" not in page
    assert "Traceback (most recent call last)" in administrator.get(PAGE).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_without_any_plugin_the_page_says_so(sites: Any) -> None:
    site = sites.make([])
    assert site.service
    browser = signed_in(site, site.people.manager)
    assert "No plugin is installed." in browser.get(f"{PAGE}?lang=en").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_plugin_whose_package_is_gone_is_still_shown(
    sites: Any, manager: Browser, site: Site, service: Service
) -> None:
    site.enable("gauge")
    with site.app.app_context():
        url = site.app.extensions["eak_config"].database_url
    without = sites.make([], url=url)
    browser = without.browser()
    browser.sign_in(site.people.manager)
    page = browser.get(f"{PAGE}?lang=en").text
    assert "its package is no longer installed" in page


# On and off ----------------------------------------------------------------


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
    assert types(site, service)[-1] == "plugin.disabled"


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
    assert types(site, service).count("idea.stage_changed") == 3


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
    assert types(site, service).count("plugin.enabled") == 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("to", ["", "maybe", "ON", "on\0", "x" * 100_000])
def test_a_confirmation_that_no_page_offers_is_refused(
    site: Site, manager: Browser, service: Service, to: str
) -> None:
    answer = manager.submit(SWITCH, "/activation", to=to)
    assert answer.status_code == 422
    assert site.active() == frozenset()


# The catch-up ----------------------------------------------------------------


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


# Settings ----------------------------------------------------------------------


def settings(site: Site, service: Service) -> dict[str, Any]:
    with site.reading() as session:
        return dict(stored_settings(session, service.id, "gauge").values)


def test_settings_are_saved_and_shown_again(site: Site, manager: Browser, service: Service) -> None:
    assert settings(site, service) == {"goal": 10, "loud": False, "unit": "m"}
    answer = manager.submit(SETTINGS, "/reglages", goal="25", loud="y", unit="ft")
    assert answer.status_code == 302
    assert settings(site, service) == {"goal": 25, "loud": True, "unit": "ft"}
    sent = manager.read(SETTINGS).form("/reglages").filled({})
    assert sent["goal"] == ["25"]
    assert sent["unit"] == ["ft"]
    assert types(site, service)[-1] == "plugin.configured"


def test_two_who_set_at_once_lose_nothing(
    site: Site, manager: Browser, administrator: Browser, service: Service
) -> None:
    mine = manager.read(SETTINGS).form("/reglages").filled({"goal": "25"})
    theirs = administrator.read(SETTINGS).form("/reglages").filled({"goal": "99", "unit": "ft"})
    assert administrator.post(SETTINGS, data=theirs).status_code == 302
    answer = manager.post(f"{SETTINGS}?lang=en", data=mine)
    assert answer.status_code == 409
    assert settings(site, service)["goal"] == 99, "nothing was written over"
    assert 'value="25"' in answer.text, "what was typed is kept"
    assert "Feet" in answer.text, "what the other one saved is beside it"
    again = Page(answer.text).form("/reglages").filled({})
    assert manager.post(SETTINGS, data=again).status_code == 302
    assert settings(site, service) == {"goal": 25, "loud": False, "unit": "m"}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("field", "value"),
    [("goal", ""), ("goal", "many"), ("goal", "9" * 30), ("goal", "1e400"), ("unit", "miles"),
     ("goal", "1\0")],
)  # fmt: skip
def test_wrong_settings_are_refused_and_kept_in_the_form(
    site: Site, manager: Browser, service: Service, field: str, value: str
) -> None:
    answer = manager.submit(SETTINGS, "/reglages", **{field: value})
    assert answer.status_code == 422
    assert settings(site, service) == {"goal": 10, "loud": False, "unit": "m"}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("seen", ["", "-1", "one", "9" * 40, "٣"])
def test_a_version_that_no_page_gave_is_a_bad_request(
    site: Site, manager: Browser, service: Service, seen: str
) -> None:
    answer = manager.submit(SETTINGS, "/reglages", _seen=seen)
    assert answer.status_code == 400
    assert settings(site, service)["goal"] == 10


# Failures ------------------------------------------------------------------------


def fail_in_a_worker(site: Site, service: Service) -> None:
    with site.app.app_context():
        for _ in range(LIMIT):
            actor = Actor.visitor()
            asked = {"session": current_session(), "service": service, "actor": actor}
            list(get_host().call_each("slot_service_home", {"gauge"}, **asked))


def test_a_suspended_plugin_is_let_back(
    site: Site, manager: Browser, administrator: Browser, service: Service, mood: gauge.Mood
) -> None:
    site.enable("gauge")
    mood.shows = False
    for _ in range(2 * LIMIT):
        assert site.browser().get("/culture/").status_code == 200
    assert manager.get("/culture/gauge/").status_code == 200, "one reader cannot put it aside"
    fail_in_a_worker(site, service)
    assert manager.get("/culture/gauge/").status_code == 404
    site.drain()
    told = {mail.payload["person_id"]: mail for mail in site.sent}
    assert len(site.sent) == 2
    assert set(told) == {site.people.manager.id, site.people.administrator.id}
    assert "/culture/gestion/plugins" in told[site.people.manager.id].text
    assert "gauge" in told[site.people.manager.id].subject.lower()
    page = manager.get(f"{PAGE}gauge/pannes?lang=en").text
    assert "It is put aside since" in page
    assert "slot_service_home" in page
    assert "the glass is broken" not in page
    assert "the glass is broken" in administrator.get(f"{PAGE}gauge/pannes").text
    mood.shows = True
    assert manager.submit(PAGE, "/gauge/reprise").status_code == 302
    assert manager.get("/culture/gauge/").status_code == 200
    assert "gauge slot" in site.browser().get("/culture/").text
    assert "No failure is known." in manager.get(f"{PAGE}gauge/pannes?lang=en").text


# Cost ---------------------------------------------------------------------------


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_list_costs_the_same_whatever_is_on(
    site: Site, manager: Browser, service: Service, query_count: Count
) -> None:
    manager.get(PAGE)
    with query_count() as off:
        manager.get(PAGE)
    site.enable("needle")
    with query_count() as on:
        manager.get(PAGE)
    assert off.count == on.count


# The page of each ----------------------------------------------------------


def test_the_licence_is_that_of_the_package_also_where_it_is_installed_from_its_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, said in (
        ("spdx", "License-Expression: EUPL-1.2"),
        ("old", "License: MIT"),
        ("no", ""),
    ):
        folder = tmp_path / f"eak_{name}-1.0.dist-info"
        folder.mkdir()
        text = f"Metadata-Version: 2.4\nName: eak-{name}\nVersion: 1.0\n{said}\n"
        (folder / "METADATA").write_text(text)
        (folder / "entry_points.txt").write_text(f"[eak.plugins]\n{name} = eak_{name}.plugin\n")
        (folder / "RECORD").write_text(f"_eak_{name}.pth,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    names = ("spdx", "old", "no")
    offered = (each for each in from_entry_points() if each.name in names)
    found = discover(offered, PluginManager("eak"))
    licences = {name: licence_of(found[name]) for name in names}
    assert licences == {"spdx": "EUPL-1.2", "old": "MIT", "no": ""}
    assert licence_of(Installed("a module")) == ""


def test_each_plugin_has_a_page_for_managers_and_one_for_administrators(
    site: Site, manager: Browser, people: People
) -> None:
    site.enable("gauge")
    here = manager.get(f"{PAGE}gauge?lang=en")
    all_over = signed_in(site, people.administrator).get("/admin/plugins/gauge?lang=en")
    assert (here.status_code, all_over.status_code) == (200, 200)
    for page in (here.text, all_over.text):
        assert "A section on the service’s home page." in page
        assert "<code>idea.submitted</code>" in page
        assert "Nothing." in page, "it stores nothing about people"
        assert "not declared" in page
    assert f'href="{SWITCH}"' in here.text
    assert f'href="{PAGE}gauge"' in all_over.text
    assert f'href="{PAGE}gauge"' in manager.get(PAGE).text
    assert manager.get(f"{PAGE}nothing").status_code == 404
    assert manager.get("/admin/plugins/gauge").status_code == 403


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_page_of_a_plugin_says_what_the_plugin_says(sites: Sites) -> None:
    site = sites.make()
    browser = signed_in(site, site.people.administrator)
    for name, said in {
        "voting": ("Put to the vote", "Hours before the close", "The public log of the votes"),
        "newsletter": ("your consent", "Write, test and send the letter"),
        "decidim": ("A way to take in what another platform holds.",),
        "ambassadors": ("never to assess their work",),
    }.items():
        page = browser.get(f"/admin/plugins/{name}?lang=en").text
        for each in said:
            assert each in page, (name, each)
