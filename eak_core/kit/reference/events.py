"""The events, with when each is published and what its fields hold."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from eak_core.events import EventType
from eak_core.events.registry import schema
from eak_core.kit.reference.entries import Entry, Part, Section, markdown

_TEXT = """
What happened, as it stands in the logs. A plugin takes an event of the core by its class
(`@subscriber(plugin, IdeaSubmitted)`), one of another plugin by its name
(`@subscriber(plugin, "voting.vote_cast")`), and all that begin alike by their beginning
(`@subscriber(plugin, "voting.")`). Events of one subject are handled in order.
"""


def events(types: Iterable[EventType]) -> Part:
    """The reference of ``types``, by owner and name: when each is published, and its fields."""
    by_owner: dict[str, list[Entry]] = {}
    for declared in sorted(types, key=lambda each: (each.owner != "core", each.name)):
        by_owner.setdefault(declared.owner, []).append(_entry(declared))
    sections = [
        Section("Of the core" if owner == "core" else f"Of the plugin {owner}", entries)
        for owner, entries in by_owner.items()
    ]
    return Part("events", "Events", _TEXT, sections)


def _entry(declared: EventType) -> Entry:
    said = markdown(inspect.getdoc(declared.cls) or "")
    return Entry(declared.name, f"{said}\n\n{fields_table(declared)}")


def fields_table(declared: EventType) -> str:
    """The version of an event, what it is about, and its fields."""
    lines = [f"`{declared.name}`, version {declared.version}, about `{declared.subject}`."]
    document = schema(declared)
    definitions: Mapping[str, Any] = document.get("$defs", {})
    own = definitions.get(declared.cls.__name__, document)
    fields: Mapping[str, Any] = own.get("properties", {})
    if fields:
        lines += ["", "| field | holds |", "|---|---|"]
        lines += [
            f"| `{name}` | {field_words(field, definitions)} |" for name, field in fields.items()
        ]
    return "\n".join(lines)


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
