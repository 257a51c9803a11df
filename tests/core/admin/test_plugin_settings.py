"""The settings of plugins, and what becomes of one that fails, on the managers’ screens."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from eak_core.db import current_session
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_request.breaker import LIMIT
from eak_core.services.models import Service
from tests.core import gauge
from tests.core.desk import settings, types_of

PAGE = "/culture/gestion/plugins/"
SWITCH = f"{PAGE}gauge/activation"
SETTINGS = f"{PAGE}gauge/reglages"

Count = Callable[[], AbstractContextManager[Queries]]


def test_settings_are_saved_and_shown_again(site: Site, manager: Browser, service: Service) -> None:
    assert settings(site, service) == {"goal": 10, "loud": False, "unit": "m"}
    answer = manager.submit(SETTINGS, "/reglages", goal="25", loud="y", unit="ft")
    assert answer.status_code == 302
    assert settings(site, service) == {"goal": 25, "loud": True, "unit": "ft"}
    sent = manager.read(SETTINGS).form("/reglages").filled({})
    assert sent["goal"] == ["25"]
    assert sent["unit"] == ["ft"]
    assert types_of(site, service.id)[-1] == "plugin.configured"


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
