"""Style sheets, pictures and scripts: addressed by their content, kept for ever and shared by all
services.

``/static/t/<theme>/<hash>/<path>`` looks in the theme, its parents, then the core, and
``/static/p/<plugin>/<hash>/<path>`` in the ``static/`` of a plugin. A changed file has another
address, so a browser never shows a page with the style of another day. What every page of a place
links is one sheet: `SHEET` of its theme, and another of the plugins that are active there.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf
from pathlib import Path
from time import monotonic

import brotli
from flask import Flask, Response, current_app, g, request, url_for
from jinja2 import TemplateNotFound
from jinja2.loaders import split_template_path

from eak_core.errors import NotFound
from eak_core.plugins.loading.host import get_host
from eak_core.web.themes import contrast_choice, current_theme, theme_variant, themes_of

_CORE = Path(__file__).resolve().parent.parent / "static"
#: The style sheet of every page of a theme, and the files that it is made of, in their order. The
#: first one is made when EAK is built: see ``hatch_build.py``.
SHEET = "css/page.css"
SHEETS = (
    "css/bootstrap.css",
    *(f"css/{name}.css" for name in (
        "eak", "texts", "cards", "forms", "tables", "charts", "files", "last",
    )),
    "css/theme.css",
)  # fmt: skip
# Not every machine has a list of types that knows it.
_TYPES = {".woff2": "font/woff2"}
_TEXT = (".css", ".js", ".svg", ".json", ".txt", ".map")


@dataclass(frozen=True)
class StaticFile:
    """A file as it is served: its content, its hash and its type."""

    content: bytes
    digest: str
    mimetype: str
    is_text: bool

    @cached_property
    def compressed(self) -> dict[str, bytes]:
        """The content by encoding, made when it is first asked for."""
        if not self.is_text:
            return {}
        return {
            "br": brotli.compress(self.content, quality=9),
            "gzip": gzip.compress(self.content, 9, mtime=0),
        }


_kept: dict[tuple[Path, int], StaticFile] = {}


def _static_file(content: bytes, file: Path) -> StaticFile:
    digest = hashlib.sha256(content).hexdigest()[:16]
    return StaticFile(content, digest, _mimetype(file), file.suffix in _TEXT)


# As many as themes and choices of plugins have lately been asked for.
@lru_cache(maxsize=64)
def _together(parts: tuple[StaticFile, ...]) -> StaticFile:
    """Style sheets as one, in their order."""
    return _static_file(b"\n".join(each.content for each in parts), Path(SHEET))


def find_static(theme: str, path: str) -> Path | None:
    """The file that ``theme`` shows at ``path``, or None. Nothing outside ``static/`` is one."""
    folders = [link.folder / "static" for link in themes_of(current_app).chain(theme)]
    return _find([*folders, _CORE], path)


def _find(folders: Iterable[Path], path: str) -> Path | None:
    try:
        parts = split_template_path(path)
    except TemplateNotFound:
        return None
    for folder in folders:
        file = folder.joinpath(*parts)
        if "\0" not in path and file.is_file():
            return file
    return None


def _of_theme(theme: str, path: str) -> StaticFile | None:
    """What ``theme`` shows at ``path``: a file, or its `SHEETS` as one."""
    paths = SHEETS if path == SHEET else (path,)
    files = [find_static(theme, each) for each in paths]
    parts = tuple(read_static(file) for file in files if file is not None)
    if len(parts) < len(paths):
        return None
    return _together(parts) if path == SHEET else parts[0]


def read_static(file: Path) -> StaticFile:
    """``file`` with its hash; read and compressed once for as long as it does not change."""
    key = file, file.stat().st_mtime_ns
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = _static_file(file.read_bytes(), file)
    return found


def _mimetype(file: Path) -> str:
    known = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
    return known or "application/octet-stream"


def theme_static(path: str) -> str:
    """The address of the file ``path`` in the current theme; FileNotFoundError for none."""
    theme = current_theme()
    return url_for("theme_static", theme=theme, digest=_digest(theme, path), path=path)


def _digest(theme: str, path: str) -> str:
    """The hash of a theme's file, looked at again as often as themes are."""
    known: dict[tuple[str, str], tuple[str, float]] = current_app.extensions["eak_digests"]
    digest, checked = known.get((theme, path), ("", 0.0))
    now = monotonic()
    if not digest or now - checked >= themes_of(current_app).recheck:
        file = _of_theme(theme, path)
        if file is None:
            made = f" ({SHEETS[0]} is made when EAK is installed)" if path == SHEET else ""
            raise FileNotFoundError(f"no static file {path!r} in theme {theme!r}{made}")
        digest = file.digest
        known[theme, path] = digest, now
    return digest


def serve_theme_static(theme: str, digest: str, path: str) -> Response:
    """The file, for a year where the address has its hash; as it is now, briefly, otherwise."""
    if themes_of(current_app).find(theme) is None:
        raise NotFound
    # A font is named by its version, and found by a style sheet, which has a hash of its own.
    return _answer(_of_theme(theme, path), digest, lasting=path.endswith(".woff2"))


def _answer(file: StaticFile | None, digest: str, *, lasting: bool = False) -> Response:
    if file is None:
        raise NotFound
    encoding = request.accept_encodings.best_match(["br", "gzip", "identity"], "identity")
    body = file.compressed.get(encoding or "", file.content)
    response = Response(body, mimetype=file.mimetype)
    if body is not file.content:
        response.content_encoding = encoding
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable"
        if lasting or digest == file.digest
        else "public, max-age=60"
    )
    return response


def plugin_static(plugin: str, path: str) -> str:
    """The address of the file ``path`` in the ``static/`` of ``plugin``; FileNotFoundError for
    none."""
    file = _of_plugin(plugin, path)
    if file is None:
        raise FileNotFoundError(f"{plugin}: no file static/{path}")
    return url_for("plugin_static", plugin=plugin, digest=file.digest, path=path)


def _of_plugin(plugin: str, path: str) -> StaticFile | None:
    folder = get_host().static_folder(plugin)
    file = _find([folder], path) if folder else None
    return None if file is None else read_static(file)


def serve_plugin_static(plugin: str, digest: str, path: str) -> Response:
    """The file, as `serve_theme_static` says. It is the same in every service and says nothing of
    any, so it is there as long as the plugin is installed."""
    return _answer(_of_plugin(plugin, path), digest)


def plugin_sheet() -> str | None:
    """The address of the style sheets, as one, of the plugins that are active in this service; None
    outside of one, and where no plugin has any."""
    if g.get("service") is None or "eak_plugins" not in current_app.extensions:
        return None
    names, digest = _linked_sheet(g.active)
    return url_for("plugin_sheet", digest=digest, plugins=names) if digest else None


def _linked_sheet(plugins: frozenset[str]) -> tuple[str, str]:
    """Those of ``plugins`` that have style sheets, as an address names them, and the hash of these,
    empty for none: looked at again as often as themes are."""
    known: dict[frozenset[str], tuple[str, str, float]] = current_app.extensions["eak_sheets"]
    names, digest, checked = known.get(plugins, ("", "", -inf))
    now = monotonic()
    if now - checked >= themes_of(current_app).recheck:
        found, sheet = _sheet_of(plugins)
        names, digest = ".".join(found), sheet.digest if sheet else ""
        known[plugins] = names, digest, now
    return names, digest


def _sheet_of(plugins: Container[str]) -> tuple[Sequence[str], StaticFile | None]:
    """Those of ``plugins`` that have style sheets, in their order, and these as one."""
    found = list(get_host().call_each("style_sheets", plugins))
    files = [_of_plugin(plugin, path) for plugin, paths in found for path in paths]
    sheet = _together(tuple(file for file in files if file is not None)) if files else None
    return [plugin for plugin, _paths in found], sheet


def serve_plugin_sheet(digest: str, plugins: str) -> Response:
    """The style sheets of ``plugins``, whose names full stops part, as `plugin_static` says."""
    asked = plugins.split(".")
    names, sheet = _sheet_of(frozenset(asked))
    # As a page links them, and no other way: each once, each installed, in their order.
    return _answer(sheet if names == asked else None, digest)


def init_assets(app: Flask) -> None:
    """Serve the files of themes and plugins, and let templates link them."""
    app.extensions["eak_digests"] = {}
    app.extensions["eak_sheets"] = {}
    app.add_url_rule("/static/t/<theme>/<digest>/<path:path>", "theme_static", serve_theme_static)
    app.add_url_rule(
        "/static/p/<plugin>/<digest>/<path:path>", "plugin_static", serve_plugin_static
    )
    app.add_url_rule("/static/p/<digest>/<plugins>.css", "plugin_sheet", serve_plugin_sheet)
    app.jinja_env.globals.update(
        theme_static=theme_static, theme_variant=theme_variant, plugin_static=plugin_static,
        plugin_sheet=plugin_sheet, contrast_choice=contrast_choice,
    )  # fmt: skip
