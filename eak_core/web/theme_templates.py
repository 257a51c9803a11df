"""The templates of themes: found in the theme, its parents, the owning plugin, then the core.

Jinja keeps compiled templates by name, so the name carries the theme
(``jardin::ideas/show.html``): one compiled template per theme and name, and two themes in one
process cannot be taken for each other.
"""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from pathlib import Path
from time import monotonic
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import BaseLoader, Template, nodes
from jinja2 import Environment as BaseEnvironment
from jinja2.loaders import split_template_path

from eak_core.errors import Misconfigured
from eak_core.web.reader_choices import CONTRAST
from eak_core.web.themes import VARIANT, Themes, current_theme, themes_of
from eak_core.web.words import CORE, bind_words

SEPARATOR = "::"
BELOW = "~"
"""`{% extends "~layout.html" %}`: the same template as it is without this file."""

# The screens by which a broken theme is repaired must not depend on a theme.
RESERVED = frozenset({"admin"})

_PACKAGE = Path(__file__).resolve().parent.parent


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
        # Three hundred templates, each compiled for every theme that is worn: of the four hundred
        # that Jinja keeps, a site with two themes would compile some again for each page, and to
        # tell which was used last takes longer than to find one.
        options["cache_size"] = -1
        super().__init__(app, **options)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The template, each of its texts bound to who says it: the plugin that owns its folder,
        in its themes too, else the core."""
        tree = super()._parse(source, name, filename)
        bind_words(tree, split_template_path(_path(name))[0] if name and "/" in name else CORE)
        return tree

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """As Jinja does it, in a plain dictionary: each template that imports another looks through
        all names, which takes a `ChainMap` fifty times as long. What is added to the environment's
        own later is not in those of a template that is loaded already."""
        return {**self.globals, **(d or {})}

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
    app.after_request(CONTRAST.keep)
    # Declared by Flask as its own class, and meant to be replaced by a subclass of it.
    app.jinja_environment = ThemedEnvironment  # type: ignore[assignment]
