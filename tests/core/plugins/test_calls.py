"""Asking plugins: in order, only those that are on, and without being hurt by any (T44, T50)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import Struct
from sqlalchemy import select, text

from eak_core.db import current_session, read_session, write_session
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
from tests.core.plugins.failing import fail, failing
from tests.core.plugins.making import host_of, make
from tests.core.plugins.site import SYSTEM, MakeApp, add_service, service_at, switch

SERVICE = SimpleNamespace(id=1, name="Culture")


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
    assert [each.note for each in answers["desk_pages"]] == ["where it is weighed"]
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
        ("desk_pages", "text"),
        ("desk_pages", [DeskItem(1, "Odd", "odd.index")]),
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
