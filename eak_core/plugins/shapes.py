"""The shape each hook answers in: what a plugin returned, made safe, or `TypeError`.

Answers are taken apart here, inside the plugin's own isolation, and not where the page is put
together: a generator that raises halfway or a list of the wrong things is the plugin's fault, not
the page's.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click
from markupsafe import Markup, escape

from eak_core.plugins.contributions import Asset, Denial, ImportReport, NavItem

Shape = Callable[[Any], Any]


def html(value: Any) -> Markup:
    """Markup as it is, anything else escaped."""
    return escape(value)


def list_of(kind: type) -> Shape:
    """Any iterable of ``kind``, as a list."""

    def shape(value: Any) -> list[Any]:
        items = list(_iterable(value))
        for item in items:
            _expect(item, kind)
        return items

    return shape


def only(kind: type) -> Shape:
    """One value of ``kind``."""

    def shape(value: Any) -> Any:
        return _expect(value, kind)

    return shape


def sentences(value: Any) -> list[str]:
    """An iterable of texts, lazy ones included, as strings."""
    return [str(item) for item in _iterable(value)]


def html_by_id(value: Any) -> dict[int, Markup]:
    """HTML for each id."""
    return {_expect(key, int): escape(text) for key, text in _mapping(value) if text is not None}


def columns_by_id(value: Any) -> dict[int, dict[str, int | str]]:
    """The named figures of each id."""
    found: dict[int, dict[str, int | str]] = {}
    for key, columns in _mapping(value):
        row = found[_expect(key, int)] = {}
        for name, figure in _mapping(columns):
            row[_expect(name, str)] = figure if isinstance(figure, int) else str(figure)
    return found


def nothing(value: Any) -> None:
    """For hooks that act and have nothing to answer."""


SHAPES: Mapping[str, Shape] = {
    "nav_items": list_of(NavItem),
    "slot_idea_body": html,
    "slot_idea_aside": html,
    "slot_idea_cards": html_by_id,
    "slot_service_home": html,
    "slot_manage_home": html,
    "assets": list_of(Asset),
    "idea_columns": columns_by_id,
    "can_change_stage": only(Denial),
    "effect_preview": sentences,
    "reset_projections": nothing,
    "export_person": only(Mapping),
    "erase_person": nothing,
    "import_comments": only(ImportReport),
    "load_demo": nothing,
    "register_commands": list_of(click.Command),
}


def _iterable(value: Any) -> Iterable[Any]:
    # A text is iterable too, and never what was meant.
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"expected several, got {type(value).__name__}")
    return value


def _mapping(value: Any) -> Iterable[tuple[Any, Any]]:
    items: Iterable[tuple[Any, Any]] = _expect(value, Mapping).items()
    return items


def _expect(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")
    return value
