"""Themes: how a service looks, as data, chosen per service and never mixed.

A theme is a folder: ``theme.toml`` (title, parent, summary, variants), ``templates/`` and
``static/``. A variant is the same theme in other colours and with another picture: its style sheet
says them for ``[data-variant="indigo"]``, so that all variants share their files. A service has
``jardin`` or ``jardin.indigo``.

What a theme lacks comes from its parents, then from the plugin that owns the template, then from
the core. Jinja keeps compiled templates by name, so the name carries the theme
(``jardin::ideas/show.html``): one compiled template per theme and name, and two themes in one
process cannot be taken for each other.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from flask import Flask, current_app, g
from flask.templating import Environment
from jinja2 import BaseLoader, Template, nodes
from jinja2 import Environment as BaseEnvironment
from jinja2.loaders import split_template_path

from eak_core.errors import Misconfigured
from eak_core.web.words import CORE, bind_words

SEPARATOR = "::"
#: Between a theme and its variant.
VARIANT = "."
BELOW = "~"
"""`{% extends "~layout.html" %}`: the same template as it is without this file."""

# The screens by which a broken theme is repaired must not depend on a theme.
RESERVED = frozenset({"admin"})

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_DASH = " – "
_PACKAGE = Path(__file__).resolve().parent.parent


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


class ThemeLoader(BaseLoader):
    """Finds ``theme::path`` in the theme, its parents, the owning plugin, then the core.

    A plugin owns the folders of its templates (``voting/…``), so its templates never stand in
    for the core's or another plugin's, and a core template costs the same with any number of
    plugins installed. Templates of libraries come last, through Flask's own loader.
    """

    def __init__(self, themes: Themes, core: Path, libraries: BaseLoader) -> None:
        self.themes = themes
        self.core = core
        self.libraries = libraries
        self._owners: dict[str, Path] = {}

    def add_folder(self, folder: Path) -> None:
        """Let the plugin whose templates are in ``folder`` own the folders directly inside.

        Raises Misconfigured for a folder that the core or another plugin already owns.
        """
        for entry in sorted(folder.iterdir()):
            if not entry.is_dir() or entry.name.startswith("."):
                continue
            owner = self._owners.get(entry.name)
            if (self.core / entry.name).is_dir() or owner not in {None, folder}:
                raise Misconfigured(
                    f"The templates in {entry} have a name that is already taken: "
                    "a plugin keeps its templates in a folder of its own name."
                )
            self._owners[entry.name] = folder

    def get_source(
        self, environment: BaseEnvironment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        found = self._locate(template)
        if found is None:
            return self.libraries.get_source(environment, _path(template))
        path, stamp = found
        source = path.read_text(encoding="utf-8")
        checked = monotonic()

        def up_to_date() -> bool:
            nonlocal checked
            now = monotonic()
            if now - checked < self.themes.recheck:
                return True
            checked = now
            return self._locate(template) == (path, stamp)

        return source, str(path), up_to_date

    def _locate(self, template: str) -> tuple[Path, int] | None:
        """The file that ``template`` means now, with its time of change."""
        theme, _, path = template.rpartition(SEPARATOR)
        skip = len(path) - len(path.lstrip(BELOW))
        parts = split_template_path(path.lstrip(BELOW))
        for folder in self._folders(theme, parts[0] if len(parts) > 1 else ""):
            file = folder.joinpath(*parts)
            try:
                stamp = file.stat().st_mtime_ns
            except (OSError, ValueError):
                continue
            if skip == 0:
                return file, stamp
            skip -= 1
        return None

    def _folders(self, theme: str, owner: str) -> Iterator[Path]:
        if owner not in RESERVED:
            for link in self.themes.chain(theme):
                yield link.folder / "templates"
        yield self._owners.get(owner, self.core)

    def list_templates(self) -> list[str]:
        folders = {self.core, *self._owners.values()}
        return sorted(
            file.relative_to(folder).as_posix()
            for folder in folders
            for file in folder.rglob("*")
            if file.is_file()
        )


def _path(template: str) -> str:
    return template.rpartition(SEPARATOR)[2].lstrip(BELOW)


class ThemedEnvironment(Environment):
    """Flask's template environment, in which every template name carries its theme."""

    def __init__(self, app: Flask, **options: Any) -> None:
        options["loader"] = ThemeLoader(
            themes_of(app), _PACKAGE / "templates", app.create_global_jinja_loader()
        )
        # Asked of the file system, not of debug mode: a theme changed while the site runs
        # must show without a restart.
        options["auto_reload"] = True
        super().__init__(app, **options)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The template, each of its texts bound to who says it: the plugin that owns its folder,
        in its themes too, else the core."""
        tree = super()._parse(source, name, filename)
        bind_words(tree, split_template_path(_path(name))[0] if name and "/" in name else CORE)
        return tree

    def join_path(self, template: str, parent: str) -> str:
        """``template`` as named in ``parent``: in the same theme, and ``~`` one file deeper."""
        theme, separator, inside = parent.rpartition(SEPARATOR)
        path = _path(template)
        if template.startswith(BELOW):
            depth = len(inside) - len(inside.lstrip(BELOW)) + 1
            path = BELOW * depth + path
        return f"{theme}{separator}{path}"

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> Template:
        if parent is None and isinstance(name, str):
            name = _themed(name)
        return super().get_template(name, parent, globals)

    def select_template(
        self,
        names: Iterable[str | Template],
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> Template:
        if parent is None:
            names = [_themed(name) if isinstance(name, str) else name for name in names]
        return super().select_template(names, parent, globals)


def _themed(name: str) -> str:
    return name if SEPARATOR in name else f"{current_theme()}{SEPARATOR}{name}"


def current_theme() -> str:
    """The theme of this request: the service's where it exists, else the site's."""
    return look_of(_wanted())[0]


def theme_variant(service: Any = None) -> str:
    """For templates, as ``data-variant``: the variant in which this page is shown, or that of
    another ``service`` that is told of on it; empty for none, also where that service has another
    theme, since this page knows the variants of its own alone."""
    theme, variant = look_of(service.theme if service else _wanted())
    return variant if theme == current_theme() else ""


def _wanted() -> str | None:
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


def add_template_folder(app: Flask, folder: Path) -> None:
    """Let a plugin bring the templates in ``folder``; see `ThemeLoader.add_folder`."""
    loader = app.jinja_env.loader
    assert isinstance(loader, ThemeLoader)
    loader.add_folder(folder)


def init_themes(app: Flask, instance: Path, default: str) -> None:
    """Give ``app`` its themes: those of the instance, then those that come with EAK.

    Raises Misconfigured when the default theme does not exist.
    """
    folders = instance / "themes", _PACKAGE / "_themes", _PACKAGE.parent / "themes"
    themes = Themes(folders, recheck=0.0) if app.config.get("EAK_DEVELOPMENT") else Themes(folders)
    if themes.find(default.partition(VARIANT)[0]) is None:
        raise Misconfigured(f"The setting default_theme names “{default}”, which is no theme.")
    app.extensions["eak_themes"] = themes
    app.extensions["eak_default_theme"] = default
    # Declared by Flask as its own class, and meant to be replaced by a subclass of it.
    app.jinja_environment = ThemedEnvironment  # type: ignore[assignment]
