"""The core's own features answer the hooks of plugins: always on, first, and never excused."""

import re
from types import ModuleType, SimpleNamespace
from typing import Any

import pluggy
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import BuildError

from eak_core.app import FEATURES
from eak_core.db import read_session
from eak_core.kit.testing.site import Site
from eak_core.plugins.hooks.contributions import Denial, NavItem
from eak_core.plugins.loading.candidates import from_modules
from eak_core.plugins.loading.host import PluginHost, get_host
from eak_core.plugins.loading.manifest import RESERVED_NAMES
from eak_core.plugins.per_service.models import PluginFault
from tests.core.plugins.making import make, module_of
from tests.core.plugins.site import MakeApp, add_service, switch

SERVICE = SimpleNamespace(id=1, name="Culture")


def feature(**hooks: Any) -> ModuleType:
    """What a room of the core answers."""
    return module_of(None, **hooks)


def host_with(features: dict[str, ModuleType], *plugins: ModuleType) -> PluginHost:
    return PluginHost(from_modules(plugins), features=features)


def saying(text: str) -> Any:
    return lambda service: text


def fail() -> Any:
    raise ZeroDivisionError("on purpose")


def test_features_answer_whatever_is_on_in_their_order_and_before_the_plugins() -> None:
    host = host_with(
        {"zz": feature(slot_service_home=saying("last")), "aa": feature(nav_items=lambda: ()),
         "mm": feature(slot_service_home=saying("then"))},
        make("bb", slot_service_home=saying("plugin")),
    )  # fmt: skip
    for active, expected in ((set[str](), ["zz", "mm"]), ({"bb"}, ["zz", "mm", "bb"])):
        answers = list(host.call_each("slot_service_home", active, service=SERVICE))
        assert [owner for owner, _answer in answers] == expected


def test_features_are_no_plugins() -> None:
    host = host_with({"room": feature(erase_person=lambda: None)}, make("bb"))
    assert list(host.installed) == list(host.ready) == ["bb"]
    assert host.ready_names == {"bb"}
    assert host.answering("erase_person") == ()


def test_a_feature_is_asked_after_the_plugins_where_all_of_them_are() -> None:
    asked: list[str] = []
    host = host_with(
        {"room": feature(erase_person=lambda: asked.append("room"))},
        make("aa", erase_person=lambda: asked.append("aa")),
        make("zz", erase_person=lambda: asked.append("zz")),
    )
    host.call_all("erase_person")
    assert asked == ["aa", "zz", "room"]


def test_a_guard_of_the_core_refuses_before_any_plugin_does() -> None:
    host = host_with(
        {"room": feature(can_change_stage=lambda: Denial("closed"))},
        make("aa", can_change_stage=lambda: Denial("no")),
    )
    assert host.first_denial("can_change_stage", {"aa"}) == Denial("closed")


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(("answer", "error"), [(fail, ZeroDivisionError), (lambda: 3, TypeError)])
def test_a_fault_of_the_core_passes_through_and_is_noted_of_nobody(
    make_app: MakeApp, answer: Any, error: type[Exception]
) -> None:
    app = make_app(features={"room": feature(nav_items=answer, can_change_stage=answer)})
    with app.app_context():
        for asked in (
            lambda: list(get_host().call_each("nav_items", frozenset())),
            lambda: get_host().first_denial("can_change_stage", frozenset()),
            lambda: get_host().call_all("nav_items"),
        ):
            with pytest.raises(error):
                asked()
    with app.app_context(), read_session(app) as session:
        assert session.scalars(select(PluginFault)).all() == []


@pytest.mark.parametrize(
    "wrong",
    [{"nav_itmes": lambda: ()}, {"nav_items": lambda nowhere: ()}],
    ids=["name", "argument"],
)
def test_a_feature_that_answers_no_hook_keeps_the_site_from_starting(wrong: dict[str, Any]) -> None:
    with pytest.raises(pluggy.PluginValidationError):
        host_with({"room": feature(**wrong)})


def page(app: Flask, path: str = "/culture/") -> str:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("database", ["sqlite"])
def test_pages_of_a_service_show_what_features_answer_where_no_plugin_is_on(
    make_app: MakeApp,
) -> None:
    room = feature(
        nav_items=lambda: [NavItem("Rooms", "home", {"service_slug": "culture"})],
        slot_service_home=saying("from the room"),
        slot_idea_cards=lambda ideas: {idea.id: "room card" for idea in ideas},
    )
    app = make_app(make("other", slot_service_home=saying("from other")), features={"room": room})
    add_service(app)
    text = page(app)
    assert [text.count(each) for each in (">Rooms<", "from the room", "room card")] == [1, 1, 2]
    assert "from other" not in text
    assert "Rooms" not in page(app, "/"), "the portal is in no service"
    switch(app, "other")
    assert page(app).index("from the room") < page(app).index("from other")


def test_an_entry_of_the_core_that_leads_nowhere_fails_the_page(make_app: MakeApp) -> None:
    room = feature(nav_items=lambda: [NavItem("Lost", "lost.nowhere")])
    app = make_app(features={"room": room})
    add_service(app)
    with pytest.raises(BuildError):
        app.test_client().get("/culture/")


def test_no_plugin_can_have_the_name_of_a_feature() -> None:
    assert set(FEATURES) <= RESERVED_NAMES


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("plugins", [["tests.core.plugins.everything.plugin"]])
def test_the_navigation_has_the_entries_of_the_core_once_each_and_then_those_of_plugins(
    site: Site,
) -> None:
    assert site.service
    browser = site.browser()
    search, managers = "Rechercher", ["Idées", "Gestion"]
    assert navigation(browser.get("/culture/").text) == ["Idées", search]
    browser.sign_in(site.people.manager)
    assert navigation(browser.get("/culture/").text) == [*managers, search]
    site.enable("everything")
    assert navigation(browser.get("/culture/").text) == [*managers, "Everything", search]
    assert navigation(browser.get("/").text) == []


def navigation(text: str) -> list[str]:
    found = re.search(r'<nav class="eak-nav".*?</nav>', text, re.DOTALL)
    links = re.findall(r"<a[^>]*>(.*?)</a>", found[0], re.DOTALL) if found else []
    return [re.sub(r"<[^>]*>", "", link).strip() for link in links]
