"""Whatever is wrong with a plugin is a state and a reason, and the others load."""

import random
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Column, Integer, Table
from sqlalchemy.orm import Mapped, configure_mappers, mapped_column, relationship

import eak_core
from eak_core.db import Base
from eak_core.errors import Refused
from eak_core.events import Code, Event, event
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.plugins.loading.candidates import Candidate, from_entry_points, from_modules
from eak_core.plugins.loading.host import PluginHost, get_host
from eak_core.plugins.loading.installed import State
from eak_core.plugins.loading.manifest import (
    RESERVED_NAMES,
    ManifestError,
    Plugin,
    Stage,
    check_name,
)
from tests.core.plugins.making import host_of, make, module_of

ROOT = Path(eak_core.__file__).parent


def manifest(**changed: Any) -> Plugin:
    return Plugin(**{"name": "sample", "title": "Sample", "core": ">=0.1,<1", **changed})


def candidate(name: str, load: Any, version: str = "1.0") -> Candidate:
    return Candidate(name, f"eak-{name}", version, load)


def raise_at_import(error: BaseException) -> ModuleType:
    raise error


@pytest.mark.parametrize(
    "name", ["", "x", "Voting", "vote!", "1vote", "vote-s", "a" * 32, "idea", "idea_extra", "log_x",
             "plugin_x", "vote_manage", "vote_admin", "vote_api", "é", "event"]
)  # fmt: skip
def test_a_name_that_is_misshapen_or_begins_like_the_core_is_refused(name: str) -> None:
    with pytest.raises(ManifestError):
        manifest(name=name)


def test_no_core_table_could_be_taken_for_a_plugins() -> None:
    import eak_core.app  # noqa: F401 – every table of the core

    elsewhere = {
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if not mapper.class_.__module__.startswith("eak_core.")
    }
    core = set(Base.metadata.tables) - elsewhere
    assert "idea_subject" in core
    assert {name for name in core if name.split("_")[0] not in RESERVED_NAMES} == set()


def test_no_template_folder_of_the_core_could_be_taken_for_a_plugins() -> None:
    folders = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}
    assert "layout.html" not in folders
    assert folders <= RESERVED_NAMES


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("plugins", [[]])
def test_no_blueprint_of_the_core_could_be_taken_for_a_plugins(site: Site) -> None:
    names = {name.split("_")[0] for name in site.app.blueprints}
    assert "ideas" in names
    assert names <= RESERVED_NAMES


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"segment": "idees"}, "segment"),
        ({"segment": "Vote"}, "segment"),
        ({"segment": "a/b"}, "segment"),
        ({"title": " "}, "title"),
        ({"core": "new"}, "range"),
        ({"core": ""}, "versions"),
        ({"requires": "other"}, "list"),
        ({"requires": ["sample"]}, "itself"),
        ({"permissions": {"vote.cast": "citizen"}}, "begin"),
        ({"permissions": {"sample.cast": "king"}}, "king"),
        ({"stages": [Stage("a1", "A"), Stage("a1", "B")]}, "same name"),
    ],
)
def test_a_manifest_that_cannot_be_says_what_to_change(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ManifestError, match=said):
        manifest(**wrong)


@pytest.mark.parametrize("name", ["accepted", "Voting", ""])
def test_a_stage_has_a_machine_word_that_is_not_the_cores(name: str) -> None:
    with pytest.raises(ManifestError):
        Stage(name, "Title")


def test_the_segment_is_the_name_with_hyphens_unless_given() -> None:
    assert manifest(name="open_days").segment == "open-days"
    assert manifest(name="open_days", segment="portes-ouvertes").segment == "portes-ouvertes"


@pytest.mark.parametrize(
    "error", [ImportError("no eak_gone"), SyntaxError("bad"), SystemExit(1), ZeroDivisionError()]
)
def test_a_plugin_that_cannot_be_imported_is_shown_with_its_traceback(error: BaseException) -> None:
    good = make("good")
    host = PluginHost([candidate("bad", partial(raise_at_import, error)), *from_modules([good])])
    bad = host.installed["bad"]
    assert bad.state is State.FAILED
    assert type(error).__name__ in str(bad.reason)
    assert "raise_at_import" in bad.traceback
    assert list(host.ready) == ["good"]


def test_a_plugin_for_another_core_says_which_version_it_wants() -> None:
    host = host_of(make("future", core=">=2"), make("good"))
    assert host.installed["future"].state is State.INCOMPATIBLE
    assert ">=2" in str(host.installed["future"].reason)
    assert "0.1" in str(host.installed["future"].reason)
    assert list(host.ready) == ["good"]


def test_a_module_without_a_manifest_or_under_another_name_is_invalid() -> None:
    host = PluginHost(
        [candidate("none", lambda: module_of(None)), candidate("other", lambda: make("sample"))]
    )
    assert {name: each.state for name, each in host.installed.items()} == {
        "none": State.INVALID,
        "other": State.INVALID,
    }
    assert "sample" in str(host.installed["other"].reason)


def test_a_misspelt_hook_is_refused_and_the_right_one_named() -> None:
    host = host_of(make("wrong", nav_item=lambda service: []), make("good"))
    assert host.installed["wrong"].state is State.INVALID
    assert "nav_items" in str(host.installed["wrong"].reason)
    host._manager.check_pending()  # T49


def test_an_argument_that_the_hook_does_not_have_is_refused() -> None:
    host = host_of(make("wrong", nav_items=lambda service, user: []))
    assert host.installed["wrong"].state is State.INVALID
    said = str(host.installed["wrong"].reason)
    assert "no argument “user”" in said
    assert "nav_items(service, actor)" in said
    assert said.startswith("test_discovery.py:")
    assert "hookimpl" not in said, "in a sentence, not in pluggy's words"
    assert not host._manager.hook.nav_items.get_hookimpls()


def test_a_wrapper_is_refused() -> None:
    module = make("wrapping")

    @hookimpl(wrapper=True)
    def nav_items(service: Any) -> Any:
        return (yield)

    module.nav_items = nav_items  # type: ignore[attr-defined]
    assert host_of(module).installed["wrapping"].state is State.INVALID


def test_no_hook_is_historic_or_answers_with_the_first_result() -> None:
    hook = host_of()._manager.hook
    for name in vars(hook):
        spec = getattr(hook, name).spec
        assert not spec.opts["historic"], name
        assert not spec.opts["firstresult"], name


def test_a_hook_in_another_module_than_plugin_py_is_not_silently_ignored() -> None:
    host = host_of("tests.core.plugins.astray.plugin")
    found = host.installed["astray"]
    assert found.state is State.INVALID
    assert "views" in str(found.reason)


def test_a_table_without_the_plugins_prefix_is_refused() -> None:
    module = make("tables")
    module.loose = Table("loose_made", Base.metadata, Column("id", Integer, primary_key=True))  # type: ignore[attr-defined]
    try:
        found = host_of(module).installed["tables"]
    finally:
        Base.metadata.remove(module.loose)
    assert found.state is State.INVALID
    assert "loose_made" in str(found.reason)
    assert "tables_" in str(found.reason)


def test_a_wrong_mapping_of_a_plugin_does_not_break_the_cores_queries() -> None:
    module = make("mapped")

    class Thing(Base):
        __tablename__ = "mapped_thing"
        id: Mapped[int] = mapped_column(primary_key=True)
        nowhere = relationship("NoSuchClass")

    Thing.__module__ = module.__name__
    module.Thing = Thing  # type: ignore[attr-defined]
    try:
        found = host_of(module).installed["mapped"]
    finally:
        Base.metadata.remove(Thing.__table__)  # type: ignore[arg-type]
    assert found.state is State.INVALID
    assert "NoSuchClass" in str(found.reason)
    configure_mappers()


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_plugin_whose_tables_no_migration_makes_cannot_be_on_anywhere(
    sites: Sites, database: str
) -> None:
    module = make("unmade", title="Unmade")
    module.table = Table("unmade_thing", Base.metadata, Column("id", Integer, primary_key=True))  # type: ignore[attr-defined]
    try:
        site = sites.make([module])
    finally:
        Base.metadata.remove(module.table)
    found = get_host(site.app).installed["unmade"]
    assert found.state is State.PENDING
    assert "unmade_thing" in str(found.reason)
    with pytest.raises(Refused, match="unmade_thing"):
        site.enable("unmade")


def test_a_template_outside_the_plugins_own_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "eak_greedy"
    (package / "templates").mkdir(parents=True)
    (package / "templates" / "layout.html").write_text("mine")
    (package / "plugin.py").write_text(
        "from eak_core.plugins.loading.manifest import Plugin\n"
        "plugin = Plugin('greedy', 'G', '>=0.1')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = host_of("eak_greedy.plugin").installed["greedy"]
    assert found.state is State.INVALID
    assert "layout.html" in str(found.reason)


@pytest.mark.parametrize("sibling", ["events", "models", "schedule", "subscribers", "views"])
def test_what_registers_itself_beside_plugin_py_is_there_though_nothing_imports_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sibling: str
) -> None:
    package = tmp_path / f"eak_late_{sibling}"
    package.mkdir()
    (package / "plugin.py").write_text(
        "from eak_core.api import Plugin\n"
        f"plugin = Plugin(name='late_{sibling}', title='Late', core='>=0')\n"
    )
    (package / f"{sibling}.py").write_text(
        "from eak_core.api import on_schedule\n"
        f"from eak_late_{sibling}.plugin import plugin\n"
        "on_schedule(plugin, 'open')(lambda session, service, name, due_at: None)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = host_of(f"eak_late_{sibling}.plugin").installed[f"late_{sibling}"]
    assert found.state is State.READY, found.reason
    assert found.plugin is not None
    assert list(found.plugin.scheduled) == ["open"]


def test_an_event_type_without_its_upcaster_is_refused() -> None:
    module = make("versions")

    @event(module.plugin, "versions.happened", version=2, subject="thing:{thing}")
    class Happened(Event):
        """It happened."""

        thing: Code

    found = host_of(module).installed["versions"]
    assert found.state is State.INVALID
    assert "upcaster" in str(found.reason)


def test_of_two_plugins_with_one_segment_the_second_fails_with_the_reason() -> None:
    host = host_of(make("later", segment="votes"), make("early", segment="votes"))
    assert host.installed["early"].state is State.READY
    assert host.installed["later"].state is State.INVALID
    assert "early" in str(host.installed["later"].reason)
    assert host.by_segment == {"votes": "early"}


def test_of_two_plugins_with_one_stage_the_second_fails() -> None:
    stages = [Stage("trial", "Trial")]
    host = host_of(make("aa", stages=stages), make("bb", stages=stages))
    assert host.installed["bb"].state is State.INVALID
    assert "trial" in str(host.installed["bb"].reason)


def test_names_whose_tables_could_be_confused_do_not_live_together() -> None:
    host = host_of(make("vote"), make("vote_extra"))
    assert host.installed["vote"].state is State.READY
    assert host.installed["vote_extra"].state is State.INVALID


def test_two_packages_that_offer_one_name_are_both_left_out() -> None:
    host = PluginHost([candidate("twin", partial(make, "twin"))] * 2)
    assert host.installed["twin"].state is State.INVALID
    assert not host.ready


def test_what_is_required_and_missing_is_named() -> None:
    host = host_of(make("needy", requires=["absent"]), make("third", requires=["needy"]))
    assert host.installed["needy"].state is State.MISSING
    assert "absent" in str(host.installed["needy"].reason)
    assert host.installed["third"].state is State.MISSING
    assert "absent" in str(host.installed["third"].reason)


def test_plugins_that_require_each_other_are_both_left_out() -> None:
    host = host_of(make("aa", requires=["bb"]), make("bb", requires=["aa"]), make("good"))
    assert list(host.ready) == ["good"]


def test_the_order_is_what_is_required_first_then_the_name_in_every_process() -> None:
    modules = [
        make("zebra"), make("apple", requires=["mango"]), make("mango", requires=["zebra"]),
        make("banana"), make("cherry", requires=["apple", "banana"]),
    ]  # fmt: skip
    orders = set()
    for seed in range(20):
        random.Random(seed).shuffle(modules)
        orders.add(tuple(host_of(*modules).installed))
    assert orders == {("banana", "zebra", "mango", "apple", "cherry")}


def test_entry_points_are_read_in_an_order_of_their_own() -> None:
    names = [each.name for each in from_entry_points()]
    assert names == sorted(names)


@pytest.mark.parametrize("name", ["idea", "plugin", "event_log", "x" * 40, "%", "Voting"])
def test_what_cannot_be_a_plugins_name_is_never_purged(name: str) -> None:
    with pytest.raises(ManifestError):
        check_name(name)
