"""Style sheets, pictures and scripts: addressed by their content, kept for ever.

``/static/t/<theme>/<hash>/<path>`` looks in the theme, its parents, then the core. A changed
file has another address, so a browser never shows a page with the style of another day.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic

import brotli
import flask_bootstrap
from flask import Flask, Response, current_app, g, request, url_for
from jinja2 import TemplateNotFound
from jinja2.loaders import split_template_path

from eak_core.errors import NotFound
from eak_core.plugins.loading.host import get_host
from eak_core.web.themes import contrast_choice, current_theme, theme_variant, themes_of

_CORE = Path(__file__).resolve().parent.parent / "static"
# Bootstrap comes with its own package; only what pages link is served.
_BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
_BOOTSTRAP_PREFIX = "bootstrap"
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


@dataclass(frozen=True)
class Link:
    """A style sheet or script of a plugin, as a page links it."""

    kind: str
    url: str


_kept: dict[tuple[Path, int], StaticFile] = {}


def find_static(theme: str, path: str) -> Path | None:
    """The file that ``theme`` shows at ``path``, or None. Nothing outside ``static/`` is one."""
    try:
        parts = split_template_path(path)
    except TemplateNotFound:
        return None
    folders = [link.folder / "static" for link in themes_of(current_app).chain(theme)]
    folders.append(_CORE)
    if parts and parts[0] == _BOOTSTRAP_PREFIX:
        folders, parts = [_BOOTSTRAP], parts[1:]
    for folder in folders:
        file = folder.joinpath(*parts)
        if "\0" not in path and file.is_file():
            return file
    return None


def read_static(file: Path) -> StaticFile:
    """``file`` with its hash; read and compressed once for as long as it does not change."""
    key = file, file.stat().st_mtime_ns
    found = _kept.get(key)
    if found is None:
        content = file.read_bytes()
        found = _kept[key] = StaticFile(
            content,
            hashlib.sha256(content).hexdigest()[:16],
            _mimetype(file),
            file.suffix in _TEXT,
        )
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
        file = find_static(theme, path)
        if file is None:
            raise FileNotFoundError(f"no static file {path!r} in theme {theme!r}")
        digest = read_static(file).digest
        known[theme, path] = digest, now
    return digest


def serve_theme_static(theme: str, digest: str, path: str) -> Response:
    """The file, for a year where the address has its hash; as it is now, briefly, otherwise."""
    file = find_static(theme, path)
    if file is None or themes_of(current_app).find(theme) is None:
        raise NotFound
    static = read_static(file)
    encoding = request.accept_encodings.best_match(["br", "gzip", "identity"], "identity")
    body = static.compressed.get(encoding or "", static.content)
    response = Response(body, mimetype=static.mimetype)
    if body is not static.content:
        response.content_encoding = encoding
    response.vary.add("Accept-Encoding")
    # A font is named by its version, and found by a style sheet, which has a hash of its own.
    lasting = digest == static.digest or file.suffix == ".woff2"
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if lasting else "public, max-age=60"
    )
    return response


def plugin_static(plugin: str, path: str) -> str:
    """The address of a file in the ``static/`` of ``plugin``, below its segment of the service.

    There the gate answers 404 while the plugin is off. The address changes with the file.
    """
    folder = current_app.blueprints[plugin].static_folder
    file = Path(folder or "") / path
    version = read_static(file).digest if folder and file.is_file() else None
    return url_for(f"{plugin}.static", filename=path, v=version)


def page_assets() -> list[Link]:
    """The style sheets and scripts that the plugins active here add to this page."""
    service = g.get("service")
    if service is None or "eak_plugins" not in current_app.extensions:
        return []
    found = get_host().call_each("assets", g.active, service=service)
    return [
        Link(asset.kind, plugin_static(plugin, asset.path))
        for plugin, assets in found
        for asset in assets
    ]


def init_assets(app: Flask) -> None:
    """Serve the files of themes, and let templates link them."""
    app.extensions["eak_digests"] = {}
    app.add_url_rule("/static/t/<theme>/<digest>/<path:path>", "theme_static", serve_theme_static)
    app.jinja_env.globals.update(
        theme_static=theme_static, theme_variant=theme_variant, page_assets=page_assets,
        contrast_choice=contrast_choice,
    )  # fmt: skip
