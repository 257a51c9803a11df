"""Off means: as if it had never been installed (T42, T43, T47, T48)."""

from typing import Any

import pytest
from flask import Blueprint, Flask, g

from eak_core.plugins.loading.blueprint import REFUSED, PluginBlueprint
from eak_core.plugins.loading.installed import State
from eak_core.plugins.loading.manifest import ManifestError, Plugin
from eak_core.plugins.per_request import gate
from eak_core.plugins.per_request.gate import Address, parse
from eak_core.plugins.per_request.slots import SlotError, plugin_url, slot
from tests.core.plugins.making import host_of, make
from tests.core.plugins.site import MakeApp, add_service, hookimpls, switch

EVERYTHING = "tests.core.plugins.everything.plugin"

PATHS = [
    "/culture/tout/",
    "/culture/tout",
    "/culture/tout/7",
    "/culture/tout/7/",
    "/culture/tout/404",
    "/culture/tout/nothing",
    "/culture//tout/",
    "/culture/gestion/tout/",
    "/culture/gestion/tout",
    "/api/v1/culture/tout/figures",
    "/admin/tout/",
    "/admin/tout",
]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    app = make_app(EVERYTHING)
    add_service(app, "culture")
    add_service(app, "routes")
    return app


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/", Address(None, None)),
        ("/culture", Address("culture", None)),
        ("/culture/voting/1", Address("culture", "voting")),
        ("//culture///voting", Address("culture", "voting")),
        ("/culture/gestion", Address("culture", None)),
        ("/culture/gestion/voting/x", Address("culture", "voting")),
        ("/admin", Address(None, None, True)),
        ("/admin/voting/x", Address(None, "voting", True)),
        ("/api/v1", Address(None, None)),
        ("/api/v1/culture/voting", Address("culture", "voting")),
        ("/api/v2/culture", Address("api", "v2")),
    ],
)
def test_an_address_says_which_service_and_plugin_it_is_of(path: str, address: Address) -> None:
    assert parse(path) == address


@pytest.mark.parametrize("database", ["sqlite"])
def test_off_every_address_answers_to_every_method_as_if_nothing_were_there(app: Flask) -> None:
    from tests.core.plugins.everything import views

    client = app.test_client()
    views.ran.clear()
    for path in PATHS:
        nothing = client.get("/admin/no" if path.startswith("/admin") else "/culture/no")
        assert nothing.status_code == 404
        for method in METHODS:
            answer = client.open(path, method=method)
            assert answer.status_code == 404, (method, path)
            assert answer.data == (b"" if method == "HEAD" else nothing.data), (method, path)
            assert {*answer.headers.keys()} == {*nothing.headers.keys()}, (method, path)
    assert views.ran == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_on_its_pages_answer_and_only_in_that_service(app: Flask) -> None:
    switch(app, "everything")
    client = app.test_client()
    assert client.get("/culture/tout/").text == "everything in culture, see /culture/tout/1"
    assert client.post("/culture/tout/7").text == "number 7"
    assert client.get("/culture/tout/404").text == "a page of everything"
    assert client.get("/culture/gestion/tout/").text == "managing in culture"
    assert client.get("/api/v1/culture/tout/figures").json == {"service": "culture"}
    assert client.get("/admin/tout/").text == "administering"
    assert client.get("/culture/tout").status_code == 308
    for path in PATHS[:-2]:
        other = path.replace("culture", "routes")
        assert client.get(other).text == "nothing here (routes)", other
    switch(app, "everything", on=False)
    assert client.get("/culture/tout/").status_code == 404
    assert client.get("/admin/tout/").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_service_that_does_not_exist_has_no_pages_not_even_of_plugins(app: Flask) -> None:
    switch(app, "everything")
    client = app.test_client()
    for path in ("/none/", "/none/tout/", "/none/gestion/tout/", "/cul%00ture/", "/CULTURE/tout/"):
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_byte_of_a_plugin_that_is_off_stands_in_a_core_page(
    app: Flask, make_app: MakeApp
) -> None:
    bare = make_app().test_client()
    client = app.test_client()
    paths = ("/", "/culture/", "/culture/idees/1", "/routes/", "/admin/plugins", "/culture/nothing")
    pages = {path: client.get(path).data for path in paths}
    assert pages == {path: bare.get(path).data for path in paths}
    switch(app, "everything")
    changed = {path for path in paths if client.get(path).data != pages[path]}
    assert changed == {"/culture/", "/culture/idees/1"}
    switch(app, "everything", on=False)
    assert pages == {path: client.get(path).data for path in paths}


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_a_plugin_puts_into_a_page_is_escaped_unless_it_is_markup(app: Flask) -> None:
    switch(app, "everything")
    page = app.test_client().get("/culture/idees/1").text
    assert "&lt;everything&gt; beside 1" in page
    assert "<p class='everything'>body of 1</p>" in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_navigation_links_what_is_on(app: Flask) -> None:
    switch(app, "everything")
    assert '<a href="/culture/tout/">Everything</a>' in app.test_client().get("/culture/").text


def test_a_request_keeps_its_answer_while_the_plugin_is_switched_off(app: Flask) -> None:
    switch(app, "everything")
    seen: list[Any] = []

    @app.before_request
    def meanwhile() -> None:
        seen.append(g.active)
        switch(make_other(), "everything", on=False)

    def make_other() -> Flask:
        return app

    answer = app.test_client().get("/culture/")
    assert "everything at Culture" in answer.text
    assert seen == [frozenset({"everything"})]
    assert "everything" not in app.test_client().get("/culture/").text


def test_the_gate_asks_the_database_once(app: Flask) -> None:
    from sqlalchemy import event

    from eak_core.db import db

    statements: list[str] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, sql, *_: statements.append(sql))
    client = app.test_client()
    client.get("/culture/")
    client.get("/culture/tout/")
    assert len([sql for sql in statements if "SELECT" in sql]) == 2
    statements.clear()
    client.get("/static/anything")
    client.get("/")
    assert statements == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_address_of_a_plugin_that_is_off_is_not_linked(app: Flask) -> None:
    with app.test_request_context("/culture/"):
        app.preprocess_request()
        assert plugin_url("everything.index") is None
        assert plugin_url("nothing.index") is None
    switch(app, "everything")
    with app.test_request_context("/culture/"):
        app.preprocess_request()
        assert plugin_url("everything.index") == "/culture/tout/"
        assert plugin_url("everything_manage.managing") == "/culture/gestion/tout/"


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_unknown_slot_is_an_error_under_test_and_nothing_for_readers(app: Flask) -> None:
    with app.test_request_context("/culture/"):
        app.preprocess_request()
        with pytest.raises(SlotError):
            slot("idea_asid")
        app.testing = False
        assert slot("idea_asid") == ""


@pytest.mark.parametrize("database", ["sqlite"])
def test_toggling_again_and_again_leaves_nothing_behind(app: Flask) -> None:
    from sqlalchemy import func, select

    from eak_core.db import read_session
    from eak_core.events import committed
    from eak_core.events.models import Subscription

    def left() -> tuple[int, int, int, int]:
        with read_session(app) as session:
            rows = session.scalar(select(func.count()).select_from(Subscription)) or 0
        return hookimpls(app), len(committed.receivers), rows, len(app.before_request_funcs[None])

    switch(app, "everything")
    before = left()
    with app.app_context():
        for _ in range(50):
            switch(app, "everything", on=False)
            switch(app, "everything")
    assert left() == before


@pytest.mark.parametrize("method", REFUSED)
def test_a_blueprint_refuses_to_act_on_the_whole_application(method: str) -> None:
    blueprint = PluginBlueprint(Plugin("bold", "Bold", ">=0"), __name__)
    assert hasattr(Blueprint, method)
    with pytest.raises(ManifestError, match=method):
        getattr(blueprint, method)(lambda *_: None)


def test_every_way_of_flask_to_act_on_the_application_is_refused() -> None:
    ways = {name for name in dir(Blueprint) if "app_" in name}
    assert ways <= {*REFUSED}


def test_a_second_blueprint_in_one_area_is_refused() -> None:
    plugin = Plugin("twice", "Twice", ">=0")
    PluginBlueprint(plugin, __name__)
    with pytest.raises(ManifestError, match="area"):
        PluginBlueprint(plugin, __name__)
    with pytest.raises(ManifestError, match="area"):
        PluginBlueprint(plugin, __name__, area="cellar")  # type: ignore[arg-type]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_segment_that_the_core_answers_to_is_not_mounted(make_app: MakeApp) -> None:
    module = make("taken", segment="plugins")
    PluginBlueprint(module.plugin, __name__, area="admin").add_url_rule(
        "/", "index", lambda: "mine"
    )
    app = make_app(module)
    found = app.extensions["eak_plugins"].installed["taken"]
    assert found.state is State.INVALID
    assert "plugins" in str(found.reason)
    assert app.test_client().get("/admin/plugins").text == "administration"


@pytest.mark.parametrize("database", ["sqlite"])
def test_pages_of_a_plugin_refused_halfway_are_never_reached(make_app: MakeApp) -> None:
    module = make("halfway")
    PluginBlueprint(module.plugin, __name__).add_url_rule("/", "index", lambda: "reached")
    wrong = PluginBlueprint(module.plugin, __name__, area="manage")
    wrong.add_url_rule("/", "index", lambda: "reached")
    wrong.deferred_functions.append(lambda _state: 1 / 0)  # type: ignore[arg-type]
    app = make_app(module)
    add_service(app)
    assert app.extensions["eak_plugins"].installed["halfway"].state is State.INVALID
    assert app.test_client().get("/culture/halfway/").status_code == 404


def test_the_same_plugin_serves_two_applications(make_app: MakeApp) -> None:
    first, second = make_app(EVERYTHING), make_app(EVERYTHING)
    add_service(first)
    switch(first, "everything")
    for app in (first, second):
        assert app.test_client().get("/culture/tout/").status_code == 200


def test_a_host_without_plugins_asks_nobody() -> None:
    assert list(host_of().call_each("nav_items", frozenset({"x"}), service=None, actor=None)) == []


def test_the_gate_stands_first(app: Flask) -> None:
    names = [function.__module__ for function in app.before_request_funcs[None]]
    assert names.index(gate.__name__) == 1  # after the choice of the transaction alone
