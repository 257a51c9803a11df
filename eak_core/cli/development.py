"""``eak serve --dev``: a server for one author, who changes the code and looks at what came of it.

Werkzeug's server and its reloader, in a process that is begun anew whenever a module changes, with
a worker in it. Never the interactive debugger: who reaches it runs what they like.
"""

import logging
import os
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click
from flask import Flask
from werkzeug.serving import is_running_from_reloader, run_simple

from eak_core.cli.server import LOGGING, Place
from eak_core.errors import Misconfigured

#: How often files are looked at, in seconds.
INTERVAL = 1

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


def require_loopback(host: str) -> None:
    """Return where ``host`` is this machine alone; Misconfigured otherwise."""
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise Misconfigured(
            f"--dev shows tracebacks and is not meant to be reached by anybody else: it listens on"
            f" this machine alone, not on {host}. Leave --host out, or serve without --dev."
        )


def serve(place: Place, instance: Path, *, worker: bool) -> None:
    """Serve the instance on this machine until a signal ends it, anew after each change."""
    require_loopback(place.host)
    from logging.config import dictConfig

    dictConfig(LOGGING)
    logging.getLogger("werkzeug").setLevel(logging.INFO)
    logging.getLogger("eak.failures").setLevel(logging.DEBUG)
    os.environ["EAK_INSTANCE"] = str(instance.absolute())
    site: WSGI = _nothing
    if is_running_from_reloader():
        site = _Site(worker)
        threading.Thread(target=_ask, args=(place,), daemon=True).start()
    else:
        click.echo(f"EAK is served on {place.url} for development (Ctrl-C stops it).", err=True)
    run_simple(
        place.host,
        place.port,
        site,
        use_reloader=True,
        reloader_type="stat",
        reloader_interval=INTERVAL,
        extra_files=list(_settings(instance)),
        use_debugger=False,
        threaded=True,
    )


class _Site:
    """The site, loaded at its first request; a page that says so where it cannot start.

    The reloader looks for the first time just before the server answers. Loaded earlier, a file
    that is saved twice in a moment would be read before that, and its second change never seen.
    """

    def __init__(self, worker: bool) -> None:
        self._worker = worker
        self._loading = threading.Lock()
        self._app: WSGI | None = None

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        with self._loading:
            if self._app is None:
                self._app = self._load()
        return self._app(environ, start)

    def _load(self) -> WSGI:
        from eak_core.app import create_app
        from eak_core.config import load
        from eak_core.db.migrations import require_current
        from eak_core.wsgi import start_worker

        try:
            app = create_app(load(Path(os.environ["EAK_INSTANCE"])), development=True)
            require_current(app)
            _tell_of_plugins(app)
            if self._worker:
                start_worker(app)
        except Exception:  # noqa: BLE001  # whatever an author wrote: it is told, and tried again
            click.echo(traceback.format_exc(), err=True)
            return _broken
        return app


def _ask(place: Place) -> None:
    """Be the first to ask, so that the worker begins before anybody opens a page."""
    connection = HTTPConnection(place.host, place.port)
    with suppress(OSError):
        connection.request("HEAD", "/")
        connection.getresponse()


def _tell_of_plugins(app: Flask) -> None:
    """Say which plugins cannot run, and why, with the traceback where there is one."""
    from eak_core.plugins.loading.host import get_host

    for each in get_host(app).installed.values():
        if str(each.state) != "ready":
            click.echo(f"{each.traceback}The plugin “{each.name}”: {each.reason}", err=True)


def _settings(instance: Path) -> Iterator[str]:
    """Files whose change means another site; templates and catalogues are read anew as they are."""
    yield str(instance / "eak.toml")


def _nothing(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
    """In the place of the site in the process that only waits for changes."""
    raise RuntimeError("the process that watches files answers nothing")


def _broken(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("500 Internal Server Error", [("Content-Type", "text/plain; charset=utf-8")])
    return [b"The site could not start: the terminal says why. It tries again when a file changes."]
