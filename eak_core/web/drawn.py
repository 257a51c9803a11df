"""Parts of pages that are drawn once and shown again, such as the card of an idea in lists.

What a macro draws here follows from its arguments, the language, the theme and the service, and
from nothing else: it is imported without the page around it, and asks for no reader and no clock.
So whatever changes on a card is another argument, and nothing needs to be told that it is out of
date. Under test each part that is shown again is drawn anew beside it, and `Drawn` fails where the
two differ.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, TypeAlias

from flask import Flask, current_app, g, request
from jinja2 import Template
from jinja2.environment import TemplateModule
from markupsafe import Markup

from eak_core.web.themes import current_theme, stamps_of
from eak_core.web.words import current_language

#: How many parts a process keeps, those that were shown last; a card takes some 2 KB.
MOST = 1_000

Draws: TypeAlias = Callable[..., Markup]


class Drawn:
    """The last ``most`` parts that an application has drawn. ``checked`` draws each anew when it is
    shown again, and compares."""

    def __init__(self, most: int, *, checked: bool) -> None:
        self.checked = checked
        # By type too: a text and the same as markup are equal, and not the same.
        self._keep = lru_cache(maxsize=most, typed=True)(_keep)
        self._macros = lru_cache(maxsize=most)(_macros)

    def by(self, name: str, macro: str) -> Draws:
        """What shows what ``macro`` of the template ``name`` draws of the values it is given."""
        draws = self.anew(name, macro)
        # What addresses, words and looks depend on: the prefix of the site, its service and the
        # language; the theme is in the macro.
        place = request.script_root, getattr(g.get("service"), "slug", None), current_language()

        def show(*values: Hashable) -> Markup:
            shown = self._keep(draws, place, *values)
            if self.checked and shown != (anew := draws(*values)):
                raise AssertionError(
                    f"“{macro}” of {name} depends on more than its arguments:\n{shown}\n\n{anew}"
                )
            return shown

        return show

    def anew(self, name: str, macro: str) -> Draws:
        """The ``macro`` of the template ``name``, by itself: the same one until the template or the
        theme is written again."""
        template = current_app.jinja_env.get_template(name)
        macros = self._macros(template, stamps_of(current_app, current_theme()))
        draws: Draws = getattr(macros, macro)
        return draws


def _keep(draws: Draws, _place: Hashable, *values: Hashable) -> Markup:
    return draws(*values)


def _macros(template: Template, _stamps: Hashable) -> TemplateModule:
    return template.make_module()


def drawn(template: str, macro: str) -> Draws:
    """What shows the macro ``macro`` of ``template`` with the values it is called with, from memory
    where the same was drawn for the same language, theme and service.

    Values are plain ones: texts, numbers, instants, frozen dataclasses of these; markup is a value
    of its own and no part of another, since it is equal to its text. What has no hash raises
    TypeError, since what can change is no value.
    """
    return _kept().by(template, macro)


def draw(template: str, macro: str, *values: Any) -> Markup:
    """What the macro ``macro`` of ``template`` draws of ``values``, kept for nobody."""
    return _kept().anew(template, macro)(*values)


def _kept() -> Drawn:
    kept: Drawn = current_app.extensions["eak_drawn"]
    return kept


def init_drawn(app: Flask) -> None:
    """Give ``app`` the memory, and its templates `drawn`."""
    most = 0 if app.config.get("EAK_DEVELOPMENT") else MOST
    app.extensions["eak_drawn"] = Drawn(most, checked=app.testing)
    app.jinja_env.globals.update(drawn=drawn)
