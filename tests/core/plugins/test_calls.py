"""Asking plugins: in order, only those that are on, and without being hurt by any (T44, T50)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from msgspec import Struct
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from eak_core import clock
from eak_core.db import current_session, read_session, write_session
from eak_core.events.models import ScheduledWork
from eak_core.plugins.hooks.contributions import (
    AccountLinks,
    Denial,
    DeskItem,
    HistoryEntry,
    Kept,
    MailChoice,
    NavItem,
    Reportable,
    Today,
)
from eak_core.plugins.hooks.datasets import DataSet
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.plugins.hooks.shapes import SHAPES
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_request import breaker
from eak_core.plugins.per_service import faults
from eak_core.plugins.per_service.activation import active_plugins
from eak_core.plugins.per_service.models import PluginActivation, PluginFault, PluginFaultSource
from eak_core.plugins.per_service.suspension import SUSPENDED, resume, resume_upgraded
from tests.core.plugins.making import host_of, make
from tests.core.plugins.site import (
    SYSTEM,
    MakeApp,
    add_service,
    service_at,
    switch,
    types_in_log,
)

SERVICE = SimpleNamespace(id=1, name="Culture")


def fail(*_: Any) -> Any:
    raise ZeroDivisionError("on purpose")


def failing(hook: str, name: str = "bad") -> Any:
    """A plugin whose ``hook`` raises."""
    specified = {
        "slot_service_home": lambda service: fail(),
        "nav_items": lambda service: fail(),
        "can_change_stage": lambda idea: fail(),
    }
    return make(name, **{hook: specified[hook]})


def test_every_hook_has_a_docstring_and_a_shape_and_is_answered_by_the_sample() -> None:
    host = host_of("tests.core.plugins.everything.plugin")
    specified = vars(host._manager.hook)
    assert set(specified) == set(SHAPES)
    for name in specified:
        spec = specified[name].spec
        assert (spec.function.__doc__ or "").strip(), name
        assert spec.function.__doc__.strip().splitlines()[0].endswith("."), name
        assert specified[name].get_hookimpls(), f"{name} is answered by nobody here"


def test_every_hook_is_asked_and_answers_in_its_shape(make_app: MakeApp) -> None:
    app = make_app("tests.core.plugins.everything.plugin")
    ideas = [SimpleNamespace(id=4), SimpleNamespace(id=7)]
    demo: list[str] = []
    arguments: dict[str, Any] = {
        "service": SERVICE, "service_id": 1, "actor": SYSTEM, "idea": ideas[0], "ideas": ideas,
        "to": "forbidden", "enabling": True, "person_id": 3, "comments": ["one"], "demo": demo,
        "into": ideas[1], "subject": "everything:5", "services": [SimpleNamespace(slug="culture")],
        "addresses": ["ada@example.org"],
        "subjects": ["everything:5"], "events": [SimpleNamespace(position=9)],
        "since": datetime(2026, 3, 1, tzinfo=UTC), "until": datetime(2026, 4, 1, tzinfo=UTC),
    }  # fmt: skip
    answers: dict[str, Any] = {}
    with app.app_context():
        current_session().writes = True
        for hook in SHAPES:
            found = get_host().call_each(
                hook, {"everything"}, session=current_session(), **arguments
            )
            answers[hook] = dict(found).get("everything")
    assert answers["nav_items"] == [NavItem("Everything", "everything.index")]
    links = answers["account_links"]
    assert (links.heading, [each.label for each in links.links]) == (
        "Everything of mine", ["of 3", "of 3"],
    )  # fmt: skip
    assert [(each.title, each.chosen) for each in answers["mail_choices"]] == [("to 3", "each")]
    assert answers["footer_links"] == [NavItem("Everything, seldom", "everything.index")]
    assert [each.values for each in answers["portal_links"].links] == [{"service_slug": "culture"}]
    assert [each.label for each in answers["idea_history"]] == ["weighed 4"]
    assert answers["desk_items"] == [DeskItem(2, "2 to weigh", "everything.index")]
    assert answers["followed_things"]["everything:5"].label == "thing everything:5"
    assert answers["reportable_things"]["everything:5"].text == "7 kg"
    assert answers["notice_sentences"][9].text == "weighed"
    assert [each.title for each in answers["newsletter_items"]] == ["“5” was weighed"]
    assert answers["digest_letters"] == ["ada@example.org"]
    assert answers["slot_idea_body"] == "<p class='everything'>body of 4</p>"
    assert answers["slot_idea_aside"] == "&lt;everything&gt; beside 4"
    assert answers["slot_idea_cards"] == {4: "everything on 4", 7: "everything on 7"}
    assert answers["slot_service_now"] == [Today("everything now at Culture")]
    assert answers["slot_service_home"] == "everything at Culture"
    assert answers["slot_manage_home"] == "everything waits"
    assert answers["style_sheets"] == ["everything.css"]
    assert answers["idea_columns"] == {4: {"weight": 40}, 7: {"weight": 70}}
    assert [each.member for each in answers["open_data"]] == ["weights"]
    assert ideas[1].parts == [4]
    assert answers["can_change_stage"] == Denial("not from here")
    assert answers["file_holder"].values == {"of": "everything:5"}
    assert answers["effect_preview"] == ["everything appears"]
    assert answers["must_stay"] == "everything is under way"
    assert answers["reset_projections"] is None
    assert [each.until for each in answers["kept_data"]] == ["it is forgotten"]
    assert answers["legal_holds"] == ["3 is on the scales."]
    assert answers["export_person"] == {"weight": 3}
    assert answers["erase_person"] is None
    assert answers["importer"].idea_columns == ["id"]
    assert answers["import_comments"].created == 1
    assert demo == ["everything"]
    assert [command.name for command in answers["register_commands"]] == ["weigh"]


def test_no_hook_answers_for_a_plugin_that_is_off() -> None:
    host = host_of("tests.core.plugins.everything.plugin")
    for hook in SHAPES:
        assert list(host.call_each(hook, frozenset())) == [], hook
        assert list(host.call_each(hook, {"other"})) == [], hook


def test_answers_come_in_the_order_of_plugins_whatever_was_switched_first() -> None:
    def named(name: str) -> Any:
        def slot_service_home(service: Any) -> str:
            return name

        return make(name, slot_service_home=slot_service_home, requires=["mm"] * (name == "aa"))

    host = host_of(named("zz"), named("aa"), named("mm"))
    for active in ({"zz", "aa", "mm"}, {"mm", "zz", "aa"}):
        answers = host.call_each("slot_service_home", active, service=SERVICE)
        assert [name for name, _answer in answers] == ["mm", "aa", "zz"]


def test_an_unknown_hook_is_the_cores_mistake() -> None:
    with pytest.raises(KeyError):
        list(host_of().call_each("slot_nowhere", frozenset()))


@pytest.mark.parametrize(
    ("hook", "answer"),
    [
        ("nav_items", ["not an item"]),
        ("nav_items", "text"),
        ("kept_data", [Kept("Weights", "what", "why", 7, "when")]),
        ("nav_items", 3),
        ("nav_items", [NavItem(42, "odd.index")]),
        ("nav_items", [NavItem("Odd", 42)]),  # type: ignore[arg-type]
        ("account_links", [NavItem("Odd", "odd.index", {"service_slug": "culture"})]),
        ("account_links", AccountLinks(42, [])),
        ("mail_choices", [MailChoice("a", "Odd", {"each": "Each"}, "never", str)]),
        ("mail_choices", [MailChoice("a", "Odd", {"each": 1}, "each", str)]),
        ("account_links", AccountLinks("Odd", [NavItem("Odd", "odd.index")])),
        ("account_links", AccountLinks("Odd", [NavItem("Odd", "odd.index", {"service_slug": 1})])),
        ("footer_links", ["not an item"]),
        ("digest_letters", "ada@example.org"),
        ("portal_links", AccountLinks("Odd", [NavItem("Odd", "odd.index")])),
        ("idea_history", [NavItem("Odd", "odd.index")]),
        ("idea_history", [HistoryEntry(datetime(2026, 3, 1, tzinfo=None), "no zone")]),  # noqa: DTZ001
        ("idea_history", [HistoryEntry("today", "no instant")]),  # type: ignore[arg-type]
        ("idea_history", [HistoryEntry(datetime(2026, 3, 1, tzinfo=UTC), 42)]),
        ("desk_items", [NavItem("Odd", "odd.index")]),
        ("slot_service_now", "Vote!"),
        ("slot_service_now", [Today(42)]),
        ("slot_service_now", [Today("Vote!", date(2026, 3, 1))]),  # type: ignore[arg-type]
        ("desk_items", [DeskItem(-1, "Odd", "odd.index")]),
        ("desk_items", [DeskItem(True, "Odd", "odd.index")]),
        ("desk_items", [DeskItem(3, None, "odd.index")]),
        ("desk_items", [DeskItem(3, "Odd", "odd.index", since=datetime(2026, 3, 1))]),  # noqa: DTZ001
        ("desk_items", [DeskItem(3, "Odd", "odd.index", promised="soon")]),  # type: ignore[arg-type]
        ("reportable_things", {"odd:1": NavItem("Odd", "odd.index")}),
        ("reportable_things", {"odd:1": Reportable("Odd", "odd.index", text=7)}),  # type: ignore[arg-type]
        ("slot_idea_body", 42),
        ("slot_idea_aside", ["<b>a list</b>"]),
        ("slot_service_home", {"no": "text"}),
        ("slot_manage_home", object()),
        ("slot_idea_cards", {1: 42}),
        ("effect_preview", [42]),
        ("effect_preview", [["a list"]]),
        ("idea_columns", {1: {"weight": [4]}}),
        ("idea_columns", {1: {"weight": True}}),
        ("open_data", [DataSet("../odd", "Odd", "", Struct, dict, lambda: iter(()))]),
        ("can_change_stage", Denial(42)),
        ("slot_idea_cards", ["no mapping"]),
        ("slot_idea_cards", {"not an id": "x"}),
        ("idea_columns", {1: "no mapping"}),
        ("can_change_stage", "no"),
        ("export_person", []),
        ("importer", ["weigh"]),
        ("import_comments", 3),
        ("register_commands", ["weigh"]),
        ("style_sheets", ["missing.css"]),
        ("style_sheets", ["../plugin.py"]),
    ],
)
def test_an_answer_of_another_shape_is_left_out(hook: str, answer: Any) -> None:
    host = host_of(make("odd", **{hook: lambda: answer}), make("good", **{hook: lambda: None}))
    assert host.ready_names == {"odd", "good"}
    assert list(host.call_each(hook, host.ready_names)) == []


def test_a_generator_that_raises_halfway_is_left_out_whole() -> None:
    def nav_items() -> Iterator[NavItem]:
        yield NavItem("One", "half.one")
        fail()

    assert list(host_of(make("half", nav_items=nav_items)).call_each("nav_items", {"half"})) == []


def test_a_hook_that_raises_leaves_the_page_without_it(make_app: MakeApp) -> None:
    good = make("good", slot_service_home=lambda service: "good stands")
    app = make_app(failing("slot_service_home"), good)
    add_service(app)
    for name in ("bad", "good"):
        switch(app, name)
    answer = app.test_client().get("/culture/")
    assert answer.status_code == 200
    assert "good stands" in answer.text
    assert "on purpose" not in answer.text


def test_an_entry_whose_address_cannot_be_built_is_left_out(make_app: MakeApp) -> None:
    app = make_app(make("lost", nav_items=lambda: [NavItem("Lost", "lost.nowhere")]))
    add_service(app)
    switch(app, "lost")
    answer = app.test_client().get("/culture/")
    assert answer.status_code == 200
    assert "Lost" not in answer.text


def test_a_hook_whose_sql_fails_leaves_the_page_its_session(make_app: MakeApp) -> None:
    def slot_service_home(session: Any, service: Any) -> str:
        session.execute(text("SELECT * FROM nowhere"))
        return "never"

    bad = make("bad")
    bad.slot_service_home = hookimpl(lambda service: slot_service_home(current_session(), service))  # type: ignore[attr-defined]
    after = make("later", slot_service_home=lambda service: str(count_services()))
    app = make_app(bad, after)
    add_service(app)
    for name in ("bad", "later"):
        switch(app, name)
    answer = app.test_client().get("/culture/")
    assert answer.status_code == 200
    assert "[1]" in answer.text


def count_services() -> list[int]:
    from eak_core.services.models import Service

    return list(current_session().scalars(select(Service.id)))


def test_what_a_raising_hook_wrote_is_undone_and_the_rest_is_committed(make_app: MakeApp) -> None:
    def load_demo(session: Any) -> None:
        session.execute(text("UPDATE service SET name = 'Broken'"))
        fail()

    app = make_app(make("bad", load_demo=load_demo))
    add_service(app)
    with app.app_context(), write_session(app) as session:
        session.execute(text("UPDATE service SET description = 'kept'"))
        list(get_host().call_each("load_demo", {"bad"}, session=session, service=SERVICE, demo=0))
    with read_session(app) as session:
        service = service_at(session)
        assert (service.name, service.description) == ("Culture", "kept")


def test_a_guard_refuses_and_says_why() -> None:
    guard = make("guard", can_change_stage=lambda to: Denial("closed") if to == "next" else None)
    host = host_of(guard)
    assert host.first_denial("can_change_stage", {"guard"}, to="other") is None
    assert host.first_denial("can_change_stage", {"guard"}, to="next") == Denial("closed")
    assert host.first_denial("can_change_stage", frozenset(), to="next") is None


def test_a_guard_that_fails_refuses_because_its_rule_could_not_be_checked() -> None:
    denial = host_of(failing("can_change_stage")).first_denial(
        "can_change_stage", {"bad"}, idea=None
    )
    assert denial is not None
    assert "Bad" in str(denial.message)


def test_what_must_be_whole_raises_and_asks_everybody_ready() -> None:
    asked: list[str] = []
    modules = [
        make("aa", erase_person=lambda person_id: asked.append(f"aa {person_id}")),
        make("bb", erase_person=lambda person_id: asked.append(f"bb {person_id}")),
        make("cc", core=">=9", erase_person=lambda person_id: asked.append("cc")),
    ]
    host_of(*modules).call_all("erase_person", person_id=5)
    assert asked == ["aa 5", "bb 5"]
    with pytest.raises(ZeroDivisionError):
        host_of(*modules, make("dd", erase_person=fail)).call_all("erase_person", person_id=5)


@pytest.fixture
def site(make_app: MakeApp) -> Flask:
    app = make_app(failing("slot_service_home"))
    for slug in ("culture", "routes"):
        add_service(app, slug)
        switch(app, "bad", slug)
    return app


PAGES = ("/", "/idees/1", "/idees/2", "/idees/3", "/idees/4")


def visit(app: Flask, times: int, slug: str = "culture", *, first: int = 0) -> None:
    """Open ``times`` pages of the service, each for the first time and from another network."""
    for number in range(first, first + times):
        path = f"/{slug}{PAGES[number % len(PAGES)]}"
        came = {"REMOTE_ADDR": f"192.0.{number}.1"}
        assert app.test_client().get(path, environ_base=came).status_code == 200


def active(app: Flask, slug: str = "culture") -> frozenset[str]:
    with app.app_context(), read_session(app) as session:
        return active_plugins(session, service_at(session, slug).id)


def test_five_failures_put_a_plugin_aside_in_that_service_alone(site: Flask) -> None:
    visit(site, breaker.LIMIT - 1)
    assert active(site) == {"bad"}
    visit(site, 1, first=breaker.LIMIT - 1)
    assert active(site) == frozenset()
    assert active(site, "routes") == {"bad"}
    assert types_in_log(site)[-1] == "plugin.suspended"
    assert "plugin.suspended" not in types_in_log(site, "routes")


def test_while_a_plugin_is_worked_on_its_failures_put_nothing_aside(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(site.config, "EAK_DEVELOPMENT", True)
    visit(site, breaker.LIMIT + 2)
    assert active(site) == {"bad"}
    with read_session(site) as session:
        [fault] = faults.faults_of(session, service_at(session).id, "bad")
    assert fault["count"] == breaker.LIMIT + 2


def test_what_two_plugins_say_on_one_card_are_two_lines(make_app: MakeApp) -> None:
    app = make_app(
        make("aa", slot_idea_cards=lambda: {1: "2 comments", 2: "1 comment"}),
        make("bb", slot_idea_cards=lambda: {1: "3 votes"}),
    )
    add_service(app)
    for plugin in ("aa", "bb"):
        switch(app, plugin)
    page = app.test_client().get("/culture/").text
    assert "<li>1 2 comments<br>\n3 votes</li>" in page
    assert "<li>2 1 comment</li>" in page


def test_failures_are_kept_with_their_traceback_and_counted(site: Flask) -> None:
    visit(site, 3)
    with read_session(site) as session:
        [fault] = faults.faults_of(session, service_at(session).id, "bad")
        other = faults.faults_of(session, service_at(session, "routes").id, "bad")
    assert fault["count"] == 3
    assert fault["hook"] == "slot_service_home"
    assert "on purpose" in fault["traceback"]
    assert other == []


def test_failures_that_lie_far_apart_suspend_nothing(site: Flask) -> None:
    start = clock.now()
    for failure in range(8):
        with clock.freeze(start + failure * timedelta(minutes=4)):
            visit(site, 1, first=failure)
    assert active(site) == {"bad"}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("paths", "networks"),
    [
        (["/?a={}"], ["192.0.2.1"]),
        (["/idees/{}"], ["192.0.2.1"]),
        (["/idees/{}"], ["192.0.2.1", "198.51.100.1"]),
        (["/?a={}"], ["192.0.{}.1"]),
        (["/?a={}", "/idees/1?a={}"], ["192.0.{}.1"]),
    ],
)
def test_no_reader_switches_a_plugin_off_for_all_the_others(
    site: Flask, paths: list[str], networks: list[str]
) -> None:
    """Not with many addresses of one page, nor from one place, however often they come."""
    for number in range(4 * breaker.LIMIT):
        path = paths[number % len(paths)].format(number)
        came = {"REMOTE_ADDR": networks[number % len(networks)].format(number)}
        answer = site.test_client().get(f"/culture{path}", environ_base=came)
        assert answer.status_code == 200
    assert active(site) == {"bad"}
    assert "plugin.suspended" not in types_in_log(site)


def test_trouble_of_the_database_is_no_fault_of_a_plugin(make_app: MakeApp) -> None:
    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("lost"), connection_invalidated=True)

    app = make_app(make("bad", slot_service_home=away))
    add_service(app)
    switch(app, "bad")
    visit(app, 2 * breaker.LIMIT)
    assert active(app) == {"bad"}
    with read_session(app) as session:
        assert session.scalars(select(PluginFault)).all() == []


@pytest.mark.parametrize("reason", ["a ballot is open", fail])
def test_a_plugin_that_must_stay_now_stays_though_it_fails_all_over(
    make_app: MakeApp, reason: Any
) -> None:
    """So does one that cannot say whether it must."""
    must = [True]

    def must_stay(session: Any, service_id: int) -> Any:
        return (reason() if callable(reason) else reason) if must[0] else None

    app = make_app(make("bad", slot_service_home=fail_anywhere, must_stay=must_stay))
    add_service(app)
    switch(app, "bad")
    visit(app, 2 * breaker.LIMIT)
    assert active(app) == {"bad"}
    must[0] = False
    visit(app, 1)
    assert active(app) == frozenset()


def fail_anywhere() -> Any:
    return fail()


def test_those_who_run_the_service_are_to_be_told_once_it_is_put_aside_there(site: Flask) -> None:
    def due() -> list[tuple[int, str]]:
        with read_session(site) as session:
            return [(row.service_id, row.name) for row in session.scalars(select(ScheduledWork))]

    with read_session(site) as session:
        here = service_at(session).id
    visit(site, breaker.LIMIT - 1)
    assert due() == []
    visit(site, 2 * breaker.LIMIT)
    assert due() == [(here, f"{SUSPENDED}:bad")]


def test_another_version_is_let_back_by_itself_and_the_same_is_not(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(version: str) -> None:
        installed = get_host(site).installed
        of_version = replace(installed["bad"], version=version)
        monkeypatch.setattr(get_host(site), "installed", {**installed, "bad": of_version})

    def restart() -> int:
        with site.app_context(), write_session(site) as session:
            return resume_upgraded(session)

    install("1.2.0")
    visit(site, breaker.LIMIT)
    assert restart() == 0
    assert active(site) == frozenset()
    install("1.2.1")
    assert restart() == 1
    assert active(site) == {"bad"}
    assert types_in_log(site)[-1] == "plugin.resumed"
    visit(site, breaker.LIMIT - 1)
    assert active(site) == {"bad"}, "it begins with a clean sheet"


def test_nothing_is_kept_that_tells_who_came_and_no_more_than_is_needed(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "MOST_SOURCES", 3)
    visit(site, 2 * breaker.LIMIT)
    with read_session(site) as session:
        sources = session.scalars(select(PluginFaultSource)).all()
    assert len(sources) == 3
    assert len({source.client for source in sources}) == 3
    assert not any("192.0" in f"{source.page} {source.client}" for source in sources)


def test_failures_in_a_worker_count_by_themselves(make_app: MakeApp) -> None:
    app = make_app(failing("nav_items"))
    service = add_service(app)
    switch(app, "bad")
    with app.app_context():
        for _ in range(breaker.LIMIT):
            list(get_host().call_each("nav_items", {"bad"}, service=service))
    assert active(app) == frozenset()


def test_a_suspended_plugin_is_resumed_with_a_clean_record(site: Flask) -> None:
    visit(site, breaker.LIMIT)
    with site.app_context(), write_session(site) as session:
        answer = resume(session, SYSTEM, service_at(session), "bad")
        again = resume(session, SYSTEM, service_at(session), "bad")
    assert answer.changed
    assert not again.changed
    assert types_in_log(site)[-1] == "plugin.resumed"
    visit(site, breaker.LIMIT - 1)
    assert active(site) == {"bad"}
    visit(site, 1, first=breaker.LIMIT - 1)
    assert active(site) == frozenset()


def test_switching_off_and_on_lets_a_suspended_plugin_begin_anew(site: Flask) -> None:
    start = clock.now()
    visit(site, breaker.LIMIT)
    with clock.freeze(start + timedelta(minutes=1)):
        switch(site, "bad", on=False)
        assert switch(site, "bad").changed
        visit(site, breaker.LIMIT - 1)
    assert active(site) == {"bad"}


def test_a_failure_in_a_changing_request_is_written_after_its_session_is_closed(
    make_app: MakeApp,
) -> None:
    app = make_app(failing("slot_service_home"))
    add_service(app)
    switch(app, "bad")

    @app.post("/<service_slug>/change")
    def change(service_slug: str) -> str:
        from eak_core.plugins.per_request.slots import slot

        current_session().execute(text("UPDATE service SET name = 'Changed'"))
        page = slot("service_home")
        current_session().commit()
        current_session().execute(text("UPDATE service SET name = 'Forgotten'"))
        return str(page)

    assert app.test_client().post("/culture/change").status_code == 200
    with read_session(app) as session:
        assert service_at(session).name == "Changed"
        assert len(session.scalars(select(PluginFault)).all()) == 1


def test_a_record_that_cannot_be_written_does_not_spoil_the_answer(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "write_session", fail)
    visit(site, 1)
    with read_session(site) as session:
        assert session.scalars(select(PluginFault)).all() == []
        assert session.scalars(select(PluginActivation.suspended_at)).all() == [None, None]
