"""The reference says what is: every public name is in it, complete, true, and of use to
somebody."""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from jinja2 import Environment, nodes

from eak_core import api
from eak_core.cli import cli
from eak_core.errors import EakError
from eak_core.events import CORE, Event
from eak_core.kit import testing
from eak_core.kit.reference import Entry, Part, differences, parts, signatures, write
from eak_core.kit.reference.api import api as api_part
from eak_core.kit.reference.described import members_of
from eak_core.kit.reference.entries import markdown
from eak_core.kit.reference.events import events, field_words
from eak_core.kit.reference.hooks import DECLARED, hook_names, hook_signature, hooks
from eak_core.kit.reference.installed import event_types
from eak_core.kit.reference.kit import kit
from eak_core.kit.reference.styles import SHEETS, styles
from eak_core.kit.reference.templates import FOLDER, bare_application, own, templates
from eak_core.plugins.hooks.shapes import SHAPES

TREE = Path(__file__).parents[3]
PAGES = TREE / "docs" / "plugins" / "reference"
PLUGINS = sorted(file.parent.name for file in TREE.glob("plugins/*/pyproject.toml"))
TESTS = "\n".join(
    file.read_text(encoding="utf-8")
    for file in (*TREE.glob("tests/**/*.py"), *TREE.glob("plugins/*/tests/**/*.py"))
    if file != Path(__file__)
)
#: Hooks that nothing in the tree answers yet, with the plugin that will bring its use.
AWAITED: dict[str, str] = {}

parser = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)

_CLASS = re.compile(r"\.((?:eak|idea)-[\w-]+)")


def by_name(part: Part) -> dict[str, Entry]:
    """The entries; of two with one name, the first, which is the one that plugins import."""
    return {entry.name: entry for entry in reversed(list(part.entries))}


# --- the pages in the repository ---


def test_the_pages_in_the_repository_are_what_the_code_says() -> None:
    assert differences(PAGES, event_types(PLUGINS)) == [], "run `make reference`"


def test_a_page_that_was_changed_by_hand_is_named_and_so_is_one_too_many(tmp_path: Path) -> None:
    types = event_types(())
    write(tmp_path, types)
    assert differences(tmp_path, types) == []
    hook_page = tmp_path / "hooks.md"
    hook_page.write_text(hook_page.read_text("utf-8") + "And more.\n", encoding="utf-8")
    (tmp_path / "old.md").write_text("# What is no more\n", encoding="utf-8")
    (tmp_path / "api.md").unlink()
    assert differences(tmp_path, types) == ["api.md", "hooks.md", "old.md"]
    write(tmp_path, types)
    assert differences(tmp_path, types) == []


# --- eak_core.api ---

FUNCTIONS = [
    name
    for name in api.__all__
    if callable(each := getattr(api, name)) and inspect.isfunction(inspect.unwrap(each))
]
CLASSES = [name for name in api.__all__ if inspect.isclass(getattr(api, name))]
#: Arguments whose meaning is the same everywhere stand in the introduction.
SHARED = set(re.findall(r"^- ``(\w+)``: ", inspect.getdoc(api) or "", re.MULTILINE))


@cache
def the_api() -> Part:
    return api_part()


def says(name: str, word: str) -> bool:
    said = by_name(the_api())[name].text
    return re.search(rf"\b{re.escape(word)}\b", said) is not None


def test_the_api_stands_in_the_reference_in_its_own_groups_each_with_what_it_is_for() -> None:
    *sections, _more = the_api().sections
    names = [entry.name for section in sections for entry in section.entries]
    assert names == api.__all__
    assert len(names) == len(set(names)), "a name stands in two groups"
    for section in sections:
        assert section.text.endswith("."), f"nothing says what “{section.title}” is for"


def test_every_name_of_the_api_is_in_the_reference_and_says_something() -> None:
    entries = by_name(the_api())
    for name in api.__all__:
        assert len(entries[name].text.split()) > 3, f"{name} says nothing"
        assert entries[name].summary.endswith("."), f"{name}: {entries[name].summary}"


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_says_itself_what_it_is(name: str) -> None:
    assert vars(getattr(api, name)).get("__doc__"), f"{name} has only what it inherits"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_tells_of_each_argument(name: str) -> None:
    for argument in signatures.names_of_parameters(getattr(api, name)):
        assert argument in SHARED or says(name, argument), f"{name}: {argument}"


def test_what_is_said_of_arguments_once_is_true_of_some() -> None:
    taken = {
        each for name in FUNCTIONS for each in signatures.names_of_parameters(getattr(api, name))
    }
    assert SHARED
    assert taken >= SHARED


def raised_by(function: object) -> Iterator[str]:
    """The classes that a function raises in so many words, not those of what it calls."""
    source = inspect.getsource(inspect.unwrap(function))  # type: ignore[arg-type]
    for node in ast.walk(ast.parse(textwrap.dedent(source))):
        if isinstance(node, ast.Raise) and node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if ast.unparse(error)[0].isupper():
                yield ast.unparse(error)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_tells_of_each_error(name: str) -> None:
    for error in raised_by(getattr(api, name)):
        assert says(name, error), f"{name} raises {error}"


def test_errors_say_how_they_are_answered() -> None:
    for name in CLASSES:
        cls = getattr(api, name)
        if issubclass(cls, EakError):
            assert f"HTTP status {cls.status}." in by_name(the_api())[name].text


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_tells_of_each_field_and_member(name: str) -> None:
    cls = getattr(api, name)
    fields = getattr(cls, "__struct_fields__", None) or [
        field for field, each in getattr(cls, "__dataclass_fields__", {}).items() if each.init
    ]
    for field in fields:
        assert says(name, field), f"{name}.{field}"
    told = {member for member, _value in members_of(cls)}
    for member in own_members(cls) - told:
        # What a library asks of its subclasses, or the host refuses, is not for authors to call.
        assert any(hasattr(base, member) for base in cls.__mro__[1:]), f"{name}.{member}"


def own_members(cls: type) -> set[str]:
    return {
        name
        for name, value in vars(cls).items()
        if not name.startswith("_") and (inspect.isroutine(value) or isinstance(value, property))
    }


def test_tables_that_plugins_read_tell_of_each_column() -> None:
    for name in ("Idea", "Service"):
        text = by_name(the_api())[name].text
        for column in getattr(api, name).__table__.columns:
            assert f"| `{column.name}` | `" in text


def test_what_functions_answer_with_is_there_too() -> None:
    [more] = [each for each in the_api().sections if each.title.startswith("What some")]
    assert {"Graph", "StageChange", "ModerationDecision", "KnownCommune"} <= {
        entry.name for entry in more.entries
    }


def test_a_signature_is_the_one_of_the_code() -> None:
    entries = by_name(the_api())
    assert entries["schedule"].signature == (
        "schedule(\n    session: Session,\n    plugin: str,\n    service_id: int,\n    name: str,\n"
        "    due_at: datetime,\n) -> None"
    )
    assert entries["NavItem"].signature == (
        "NavItem(label: Any, endpoint: str, values: Mapping[str, Any] = {}, note: Any = '')"
    )
    assert entries["SITE"].signature == "SITE = 0"


# --- hooks and events ---


def test_every_hook_that_is_specified_has_a_shape_and_stands_in_the_reference() -> None:
    specified = {name for name, value in DECLARED.items() if hasattr(value, "eak_spec")}
    assert specified == set(SHAPES) == set(hook_names()) == set(by_name(hooks()))


@pytest.mark.parametrize("hook", hook_names())
def test_every_hook_is_documented_with_its_true_signature(hook: str) -> None:
    function = DECLARED[hook]
    assert len((inspect.getdoc(function) or "").split()) > 8
    arguments = ", ".join(inspect.signature(function).parameters)
    assert hook_signature(hook).startswith(f"{hook}({arguments}) -> ")
    entry = by_name(hooks())[hook]
    assert entry.signature == f"@hookimpl\ndef {hook_signature(hook)}"
    assert (inspect.getdoc(function) or "").split(".")[0].replace("``", "`") in entry.text


@pytest.mark.parametrize("hook", hook_names())
def test_every_hook_is_named_in_a_test(hook: str) -> None:
    assert re.search(rf"\b{hook}\b", TESTS), f"no test speaks of the hook {hook}"


def implementations() -> set[str]:
    """The hooks that a plugin of the tree, or the one that `eak plugin new` writes, answers; or the
    core itself."""
    sources = [
        *TREE.glob("eak_core/*/hooks.py"),
        *TREE.glob("plugins/*/*/plugin.py"),
        TREE / "eak_core/kit/scaffold/files/package/plugin.py.jinja",
    ]
    found = set()
    for file in sources:
        text = re.sub(r"<< \w+ >>", "made", file.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and any(
                getattr(each, "id", "") == "hookimpl" for each in node.decorator_list
            ):
                found.add(node.name)
    return found


@pytest.mark.parametrize("hook", hook_names())
def test_every_hook_is_used_by_a_plugin_of_the_tree_or_by_the_core(hook: str) -> None:
    assert (hook in implementations()) != (hook in AWAITED), (
        f"{hook}: a hook that nobody uses is a guess; a hook that is used is no longer awaited"
    )


@pytest.mark.parametrize("declared", CORE.events, ids=lambda each: each.name)
def test_every_core_event_is_in_the_reference_with_its_fields(declared: object) -> None:
    cls: type[Event] = declared.cls  # type: ignore[attr-defined]
    text = by_name(events(CORE.events))[declared.name].text  # type: ignore[attr-defined]
    assert (inspect.getdoc(cls) or "").replace("``", "`") in text
    for field in cls.__struct_fields__:
        assert f"| `{field}` |" in text


def test_a_field_is_told_in_words() -> None:
    assert field_words({"anyOf": [{"type": "integer"}, {"type": "null"}]}, {}) == (
        "a whole number or nothing"
    )
    assert field_words({"type": "string", "pattern": "x"}, {}) == "a machine word"
    assert field_words({"$ref": "#/$defs/Way"}, {"Way": {"enum": ["in", "out"]}}) == "`in` or `out`"
    assert field_words({"type": "array", "items": {"type": "integer"}}, {}) == (
        "a list: a whole number"
    )


# --- templates and classes ---


@cache
def the_templates() -> Part:
    return templates()


def macro_nodes() -> Iterator[tuple[str, nodes.Macro]]:
    for file in sorted((FOLDER / "macros").glob("*.html")):
        parsed = parser.parse(file.read_text("utf-8"))
        for macro in parsed.find_all(nodes.Macro):
            if not macro.name.startswith("_"):
                yield macro.name, macro


def test_every_macro_is_in_the_reference_and_tells_of_each_argument() -> None:
    found = dict(macro_nodes())
    assert {"post_form", "field", "submit", "card", "table", "pagination"} <= found.keys()
    for name, macro in found.items():
        text = by_name(the_templates())[name].text
        assert len(text.split()) > 4, name
        for argument in macro.args:
            assert f"`{argument.name}`" in text, f"{name}({argument.name})"


def test_the_blocks_of_the_page_around_are_in_the_reference() -> None:
    layout = by_name(the_templates())["layout.html"]
    parsed = parser.parse((FOLDER / "layout.html").read_text())
    for block in parsed.find_all(nodes.Block):
        assert f"{{% block {block.name} %}}" in layout.signature
        assert block.name in layout.text


def test_every_filter_and_function_of_templates_is_in_the_reference() -> None:
    app = bare_application()
    given = {**dict(own(app.jinja_env.filters)), **dict(own(app.jinja_env.globals))}
    assert {"date", "ago", "number", "slot", "plugin_url", "markdown", "url_for"} <= given.keys()
    for name in given:
        assert len(by_name(the_templates())[name].text.split()) > 4, f"{name} says nothing"


def test_a_function_of_templates_is_shown_with_what_its_caller_gives_alone() -> None:
    entries = by_name(the_templates())
    assert entries["gettext"].signature == "gettext(message: str, /, **variables: Any) -> str"
    assert entries["ngettext"].signature == (
        "ngettext(singular: str, plural: str, num: int, /, **variables: Any) -> str"
    )
    for entry in the_templates().entries:
        assert not re.search(r"\b_\w|\bcontext\b", entry.signature or ""), entry.name


def test_every_value_that_templates_are_given_is_in_the_reference_and_no_other() -> None:
    app = bare_application()
    [section] = [each for each in the_templates().sections if each.title == "Values"]
    given: set[str] = set()
    with app.test_request_context("/"):
        for give in app.template_context_processors[None]:
            if give.__module__.startswith("eak_core"):
                given |= give().keys()
    assert {entry.name for entry in section.entries} == given


def test_the_classes_in_the_reference_are_in_the_style_sheets() -> None:
    drawn = {name for sheet in SHEETS for name in _CLASS.findall(sheet.read_text("utf-8"))}
    named = by_name(styles())
    assert "eak-prose" in named
    for name, entry in named.items():
        assert name in drawn
        assert len(entry.text.split()) > 4


def test_every_class_of_the_core_that_a_plugin_uses_is_in_the_reference() -> None:
    drawn = {
        name
        for sheet in SHEETS[0].parent.glob("*.css")
        for name in _CLASS.findall(re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.S))
    }
    scaffold = TREE / "eak_core" / "cli" / "scaffold" / "files"
    pages = [*TREE.glob("plugins/*/*/templates/**/*.html"), *scaffold.rglob("*.html.jinja")]
    used = {name for page in pages for name in re.findall(r"[\w-]+", page.read_text("utf-8"))}
    assert used & drawn
    assert used & drawn <= by_name(styles()).keys()


# --- the kit ---


def test_every_name_of_the_kit_is_in_the_reference_and_says_something() -> None:
    entries = by_name(kit())
    for name in testing.__all__:
        assert len(entries[name].text.split()) > 2, f"{name} says nothing"
    assert entries["clock"].signature == "clock: FrozenClock"
    assert "advance(**duration: float) -> None" in entries["FrozenClock"].text


# --- in a terminal ---


def ask(*words: str) -> str:
    ran = CliRunner().invoke(cli, ["plugin", *words], prog_name="eak")
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_the_terminal_lists_every_name_that_is_on_a_page() -> None:
    listed = json.loads(ask("api", "--json"))
    there = {part.title: [entry.name for entry in part.entries] for part in parts(event_types())}
    assert {title: [row["name"] for row in rows] for title, rows in listed.items()} == there
    assert "publish" in ask("api")
    assert json.loads(ask("hooks", "--json")).keys() == {"Hooks"}


def test_the_terminal_shows_what_the_page_says_wherever_the_name_stands() -> None:
    page = (PAGES / "api.md").read_text("utf-8")
    section = page.partition("### `upsert`\n")[2].partition("\n### ")[0]
    assert section.strip() in ask("api", "upsert")
    assert "{{ post_button(" in ask("api", "post_button")
    assert "On a form: a readable width" in " ".join(ask("api", ".eak-form").split())
    assert "def slot_idea_aside(" in ask("hooks", "slot_idea_aside")
    both = json.loads(ask("api", "publish", "--json"))
    assert [each["page"] for each in both] == ["The API", "The kit for tests"]


def test_where_nobody_watches_nothing_is_coloured_or_cut() -> None:
    answer = ask("api", "change_stage")
    assert "\x1b" not in answer
    assert by_name(the_api())["change_stage"].text in answer


def test_a_name_that_is_none_is_refused_with_the_nearest() -> None:
    ran = CliRunner().invoke(cli, ["plugin", "api", "pubish"], prog_name="eak")
    assert ran.exit_code == 1
    assert "There is no “pubish” here. Is “publish” meant?" in ran.output


# --- docstrings in Markdown ---


def test_a_docstring_keeps_its_code_and_loses_its_double_backticks() -> None:
    said = "Takes ``this``::\n\n    one = 1\n\n    two = 2\n\nand then goes on."
    assert markdown(said) == (
        "Takes `this`:\n\n```python\none = 1\n\ntwo = 2\n```\n\nand then goes on."
    )
    assert "```toml\n[tool.pytest]" in markdown("As::\n\n    [tool.pytest]\n    a = 1")
    assert "```text\na  /b/…" in markdown("As::\n\n    a  /b/…")
