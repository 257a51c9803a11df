"""The reference of hooks and events, from their docstrings: what is documented is what is."""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from eak_core.events import EventType
from eak_core.events.registry import schema
from eak_core.plugins import hookspecs
from eak_core.plugins.shapes import SHAPES


def hook_names() -> list[str]:
    """Every hook, in the order in which they are declared."""
    return [name for name in vars(hookspecs) if name in SHAPES]


def hook_signature(name: str) -> str:
    """``nav_items(service, actor) -> Iterable[NavItem]``, as it is declared."""
    signature = inspect.signature(getattr(hookspecs, name))
    arguments = ", ".join(signature.parameters)
    answer = signature.return_annotation
    return f"{name}({arguments}) -> {_type_name(answer)}"


def _type_name(annotation: Any) -> str:
    if annotation is None:
        return "None"
    text = annotation if isinstance(annotation, str) else str(annotation)
    return text.replace("collections.abc.", "").replace("typing.", "").replace('"', "")


def hooks_markdown() -> str:
    """The hook reference."""
    introduction = inspect.getdoc(hookspecs) or ""
    return "\n".join([*_hooks(introduction)])


def _hooks(introduction: str) -> Iterator[str]:
    yield "# Hooks\n"
    yield f"{_markdown(introduction)}\n"
    for name in hook_names():
        yield f"## `{name}`\n"
        yield f"```python\n@hookimpl\ndef {hook_signature(name)}\n```\n"
        yield f"{_markdown(inspect.getdoc(getattr(hookspecs, name)) or '')}\n"


def events_markdown(types: Iterable[EventType]) -> str:
    """The reference of ``types``, by name: when each is published, and its fields."""
    lines = ["# Events\n"]
    for declared in sorted(types, key=lambda each: each.name):
        lines += _event(declared)
    return "\n".join(lines)


def _event(declared: EventType) -> Iterator[str]:
    yield f"## `{declared.name}`\n"
    yield f"{_markdown(inspect.getdoc(declared.cls) or '')}\n"
    yield f"Version {declared.version}, about `{declared.subject}`, of `{declared.owner}`.\n"
    document = schema(declared)
    definitions: Mapping[str, Any] = document.get("$defs", {})
    own = definitions.get(declared.cls.__name__, document)
    fields: Mapping[str, Any] = own.get("properties", {})
    if fields:
        yield "| field | holds |"
        yield "|---|---|"
        for name, field in fields.items():
            yield f"| `{name}` | {field_words(field, definitions)} |"
        yield ""


def field_words(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """What a field of a JSON Schema holds, in words."""
    if "$ref" in field:
        return field_words(definitions[field["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in field:
        return " or ".join(field_words(each, definitions) for each in field["anyOf"])
    if "enum" in field:
        return " or ".join(f"`{each}`" for each in field["enum"])
    kind = field.get("type", "anything")
    if kind == "array":
        items = field.get("items") or {}
        return f"a list: {field_words(items, definitions)}" if items else "a list"
    if kind == "string":
        return str(field.get("format", "a machine word" if "pattern" in field else "a string"))
    words = {"integer": "a whole number", "null": "nothing", "boolean": "yes or no"}
    return words.get(kind, str(kind))


def _markdown(docstring: str) -> str:
    """reStructuredText's double backticks are Markdown's single ones."""
    return docstring.replace("``", "`")
