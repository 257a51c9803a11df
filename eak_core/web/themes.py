"""Themes: how a service looks, as data, chosen per service and never mixed.

A theme is a folder: ``theme.toml`` (title, parent, summary, variants), ``templates/`` and
``static/``. A variant is the same theme in other colours and with another picture: its style sheet
says them for ``[data-variant="indigo"]``, so that all variants share their files. A service has
``jardin`` or ``jardin.indigo``.

What a theme lacks comes from its parents (`eak_core.web.theme_templates`). Whoever reads may have
strong contrast on every page, whatever theme a service has.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from flask import Flask, current_app, g

from eak_core.web.reader_choices import CONTRAST, STRONG, USUAL

#: Between a theme and its variant.
VARIANT = "."
#: The theme that a reader may have on every page.
CONTRAST_THEME = "contraste"

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_DASH = " – "


@dataclass(frozen=True)
class Theme:
    """One theme on disk. ``stamp`` changes when its ``theme.toml`` is written again; ``variants``
    are their titles by language, by their names."""

    name: str
    titles: dict[str, str]
    summaries: dict[str, str]
    parent: str | None
    folder: Path
    stamp: int
    variants: Mapping[str, Mapping[str, str]]

    def title(self, locale: str = "fr") -> str:
        """What people call it, in ``locale`` where the theme says it."""
        return self.titles.get(locale) or self.titles.get("fr") or self.name

    def summary(self, locale: str = "fr") -> str:
        """One sentence about it, in ``locale`` where the theme says it."""
        return self.summaries.get(locale) or self.summaries.get("fr") or ""

    def choices(self, locale: str = "fr") -> Iterator[tuple[str, str]]:
        """The theme and each of its variants, as a service keeps it, with what people call it."""
        title = self.title(locale)
        yield self.name, title
        for name, titles in self.variants.items():
            own = titles.get(locale) or titles.get("fr") or name
            yield f"{self.name}{VARIANT}{name}", f"{title}{_DASH}{own}"


class Themes:
    """The themes found in ``folders``, the first folder winning.

    Nothing is remembered about a theme that is missing: one that is copied into the instance
    while the site runs is there at the next request. A theme that was found is looked at again
    after ``recheck`` seconds, since asking the file system for each template of each page
    would cost more than the rest of a small page.
    """

    def __init__(self, folders: Iterable[Path], recheck: float = 1.0) -> None:
        self.folders = tuple(folders)
        self.recheck = recheck
        self._read: dict[Path, Theme] = {}
        self._found: dict[str, tuple[Theme, float]] = {}

    def find(self, name: str) -> Theme | None:
        """The theme ``name``, or None. A wrong ``theme.toml`` counts as missing."""
        known = self._found.get(name)
        now = monotonic()
        if known is not None and now - known[1] < self.recheck:
            return known[0]
        theme = self._look(name)
        if theme is None:
            self._found.pop(name, None)
        else:
            self._found[name] = theme, now
        return theme

    def _look(self, name: str) -> Theme | None:
        if not _NAME.fullmatch(name):
            return None
        for folder in self.folders:
            file = folder / name / "theme.toml"
            try:
                stamp = file.stat().st_mtime_ns
            except OSError:
                continue
            theme = self._read.get(file)
            if theme is None or theme.stamp != stamp:
                theme = _read_theme(name, file, stamp)
                if theme is None:
                    continue
                self._read[file] = theme
            return theme
        return None

    def chain(self, name: str) -> tuple[Theme, ...]:
        """The theme and its parents, nearest first; a circle of parents is cut."""
        found: list[Theme] = []
        wanted: str | None = name
        while wanted is not None and all(theme.name != wanted for theme in found):
            theme = self.find(wanted)
            if theme is None:
                break
            found.append(theme)
            wanted = theme.parent
        return tuple(found)

    def all(self) -> tuple[Theme, ...]:
        """Every theme that can be chosen, by name."""
        names = {
            entry.name
            for folder in self.folders
            if folder.is_dir()
            for entry in folder.iterdir()
            if entry.is_dir()
        }
        found = (self.find(name) for name in sorted(names))
        return tuple(theme for theme in found if theme is not None)


def _read_theme(name: str, file: Path, stamp: int) -> Theme | None:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    parent = content.get("parent")
    return Theme(
        name=name,
        titles=_by_language(content.get("title", name)),
        summaries=_by_language(content.get("summary", "")),
        parent=parent if isinstance(parent, str) else None,
        folder=file.parent,
        stamp=stamp,
        variants={
            name: _by_language(titles)
            for name, titles in _table(content.get("variants")).items()
            if _NAME.fullmatch(name)
        },
    )


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _by_language(value: object) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(locale): str(text) for locale, text in value.items()}
    return {"fr": str(value)}


def current_theme() -> str:
    """The theme of this request: that of strong contrast where the reader wants it, the service's
    where it exists, else the site's."""
    return look_of(_wanted())[0]


def stamps_of(app: Flask, theme: str) -> tuple[tuple[str, int], ...]:
    """What changes when ``theme``, or one that it builds on, is written again."""
    return tuple((each.name, each.stamp) for each in themes_of(app).chain(theme))


def theme_variant(service: Any = None) -> str:
    """For templates, as ``data-variant``: the variant in which this page is shown, or that of
    another ``service`` that is told of on it; empty for none, also where that service has another
    theme, since this page knows the variants of its own alone."""
    theme, variant = look_of(service.theme if service else _wanted())
    return variant if theme == current_theme() else ""


def contrast_choice() -> tuple[bool, str] | None:
    """For templates: whether the reader has chosen strong contrast, and the address of this page
    with the other choice; None where there is nothing to choose."""
    if themes_of(current_app).find(CONTRAST_THEME) is None:
        return None
    strong = CONTRAST.value() == STRONG
    return strong, CONTRAST.url(USUAL if strong else STRONG)


def _wanted() -> str | None:
    if CONTRAST.value() == STRONG and themes_of(current_app).find(CONTRAST_THEME):
        return CONTRAST_THEME
    return g.get("theme") or getattr(g.get("service"), "theme", None)


def look_of(wanted: str | None) -> tuple[str, str]:
    """The theme and the variant (empty for none) that ``wanted``, what a service keeps, comes to
    here: the site's own where its theme does not exist, and no variant where that does not. Where
    the site's own is gone while it runs, pages are drawn by the templates of the core."""
    for each in (wanted, default := current_app.extensions["eak_default_theme"]):
        name, _, variant = (each or "").partition(VARIANT)
        theme = themes_of(current_app).find(name)
        if theme is not None:
            return name, variant if variant in theme.variants else ""
    return default.partition(VARIANT)[0], ""


def themes_of(app: Flask) -> Themes:
    """The themes that ``app`` can show."""
    themes = app.extensions["eak_themes"]
    assert isinstance(themes, Themes)
    return themes
