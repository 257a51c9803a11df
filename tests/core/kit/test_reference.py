"""The reference of hooks and events says what is: complete, true, and of use to somebody."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import eak_core.app  # noqa: F401  # every room's events are declared when it is imported
from eak_core.events import CORE
from eak_core.plugins import hookspecs
from eak_core.plugins.reference import (
    events_markdown,
    field_words,
    hook_names,
    hook_signature,
    hooks_markdown,
)
from eak_core.plugins.shapes import SHAPES

TREE = Path(__file__).parents[3]
TESTS = "\n".join(
    file.read_text(encoding="utf-8")
    for file in (*TREE.glob("tests/**/*.py"), *TREE.glob("plugins/*/tests/**/*.py"))
    if file != Path(__file__)
)
#: Hooks that nothing in the tree answers yet, with the plugin that will bring its use.
AWAITED: dict[str, str] = {}


def implementations() -> set[str]:
    """The hooks that a plugin of the tree, or the one that `eak plugin new` writes, answers."""
    sources = [
        *TREE.glob("plugins/*/*/plugin.py"),
        TREE / "eak_core/cli/scaffold/files/package/plugin.py.jinja",
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


def test_every_hook_that_is_specified_has_a_shape_and_stands_in_the_reference() -> None:
    specified = {name for name, value in vars(hookspecs).items() if hasattr(value, "eak_spec")}
    assert specified == set(SHAPES) == set(hook_names())


@pytest.mark.parametrize("hook", hook_names())
def test_every_hook_is_documented_with_its_true_signature(hook: str) -> None:
    function = getattr(hookspecs, hook)
    assert len((inspect.getdoc(function) or "").split()) > 8
    arguments = ", ".join(inspect.signature(function).parameters)
    assert hook_signature(hook).startswith(f"{hook}({arguments}) -> ")
    section = hooks_markdown().partition(f"## `{hook}`")[2].partition("\n## ")[0]
    assert f"def {hook_signature(hook)}" in section
    assert (inspect.getdoc(function) or "").split(".")[0].replace("``", "`") in section


@pytest.mark.parametrize("hook", hook_names())
def test_every_hook_is_named_in_a_test(hook: str) -> None:
    assert re.search(rf"\b{hook}\b", TESTS), f"no test speaks of the hook {hook}"


@pytest.mark.parametrize("hook", hook_names())
def test_every_hook_is_used_by_a_plugin_of_the_tree(hook: str) -> None:
    assert (hook in implementations()) != (hook in AWAITED), (
        f"{hook}: a hook that nobody uses is a guess; a hook that is used is no longer awaited"
    )


@pytest.mark.parametrize("declared", CORE.events, ids=lambda each: each.name)
def test_every_core_event_is_in_the_reference_with_its_fields(declared: object) -> None:
    text = events_markdown(CORE.events).partition(f"## `{declared.name}`")[2]  # type: ignore[attr-defined]
    section = text.partition("\n## ")[0]
    for field in declared.cls.__struct_fields__:  # type: ignore[attr-defined]
        assert f"| `{field}` |" in section


def test_a_field_is_told_in_words() -> None:
    assert field_words({"anyOf": [{"type": "integer"}, {"type": "null"}]}, {}) == (
        "a whole number or nothing"
    )
    assert field_words({"type": "string", "pattern": "x"}, {}) == "a machine word"
    assert field_words({"$ref": "#/$defs/Way"}, {"Way": {"enum": ["in", "out"]}}) == "`in` or `out`"
    assert field_words({"type": "array", "items": {"type": "integer"}}, {}) == (
        "a list: a whole number"
    )
