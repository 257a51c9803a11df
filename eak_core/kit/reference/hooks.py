"""The hooks, with their true signatures."""

import inspect
from typing import Any

from eak_core.kit.reference.entries import Entry, Part, Section, markdown
from eak_core.plugins.hooks import dataspecs, hookspecs, slotspecs
from eak_core.plugins.hooks.shapes import SHAPES

#: What both modules declare, by its name.
DECLARED = {**vars(hookspecs), **vars(dataspecs), **vars(slotspecs)}


def hook_names() -> list[str]:
    """Every hook, in the order in which they are declared."""
    return [name for name in DECLARED if name in SHAPES]


def hook_signature(name: str) -> str:
    """``nav_items(service, actor) -> Iterable[NavItem]``, as it is declared."""
    signature = inspect.signature(DECLARED[name])
    arguments = ", ".join(signature.parameters)
    answer = signature.return_annotation
    return f"{name}({arguments}) -> {_type_name(answer)}"


def _type_name(annotation: Any) -> str:
    if annotation is None:
        return "None"
    text = annotation if isinstance(annotation, str) else str(annotation)
    return text.replace("collections.abc.", "").replace("typing.", "").replace('"', "")


def hooks() -> Part:
    """The reference of hooks."""
    slots = [_entry(name) for name in hook_names() if name.startswith("slot_")]
    others = [_entry(name) for name in hook_names() if not name.startswith("slot_")]
    sections = [
        Section("Questions", others),
        Section("Slots: places on the core's pages", slots),
    ]
    return Part("hooks", "Hooks", markdown(inspect.getdoc(hookspecs) or ""), sections)


def _entry(name: str) -> Entry:
    said = markdown(inspect.getdoc(DECLARED[name]) or "")
    return Entry(name, said, f"@hookimpl\ndef {hook_signature(name)}")
