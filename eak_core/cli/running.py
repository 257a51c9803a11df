"""``eak serve`` and ``eak worker``: what keeps running."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eak_core.cli.frame import REFUSED, state
from eak_core.invocation import typed

if TYPE_CHECKING:
    from eak_core.db import Session

port_option = click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port."
)


@click.command()
@port_option
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; 0.0.0.0 for all, behind a proxy that speaks HTTPS.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many processes answer requests.",
)
@click.option("--no-worker", is_flag=True, help="Leave the events to “eak worker” elsewhere.")
@click.option(
    "--dev",
    is_flag=True,
    help="For authors, on this machine alone: changes show at once, failures in the terminal.",
)
def serve(port: int, host: str, workers: int, no_worker: bool, dev: bool) -> None:
    """Serve the site, with a worker inside each process."""
    if dev:
        return _develop(port, host, workers, worker=not no_worker)
    from eak_core.cli import server
    from eak_core.db import db

    place = server.Place(host, port)
    place.require_free()
    server.require_writable(state().folder)
    with state().application() as app:
        # Opened once, so that what is wrong is said here in one sentence. Its connections are
        # given back: the server's processes are forked from this one.
        db.engine.dispose()
    server.serve(place, Path(app.instance_path), processes=workers, worker=not no_worker)
    return None


def _develop(port: int, host: str, workers: int, *, worker: bool) -> None:
    from werkzeug.serving import is_running_from_reloader

    from eak_core.cli import development, server

    development.require_loopback(host)
    if workers != 1:
        raise click.UsageError("--dev has one process: leave --workers out.")
    place = server.Place(host, port)
    # The process that is begun anew is handed the port, which its parent holds.
    if not is_running_from_reloader():
        place.require_free()
        server.require_writable(state().folder)
        with state().application():
            pass
    development.serve(place, state().folder, worker=worker)


@click.command()
@click.option("--once", is_flag=True, help="Handle what is pending, then exit.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=3600.0,
    show_default=True,
    help="With --once: give up after so many seconds.",
)
@click.pass_context
def worker(context: click.Context, once: bool, timeout: float) -> None:
    """Handle events and send mail, until a signal ends it.

    With --once it exits when no subscription lags: 0 then, 1 where the time was up before, or where
    what is due had to wait because the site is held or the clock is wrong.
    """
    from eak_core.db import write_session
    from eak_core.events.core import get_event_core
    from eak_core.events.scheduling import begin_all
    from eak_core.events.worker import Worker
    from eak_core.plugins.per_service.activation import start_missing
    from eak_core.plugins.per_service.suspension import resume_upgraded
    from eak_core.wsgi import settle

    _log_to_standard_error()
    with state().application() as app:
        with write_session(app) as session:
            start_missing(session)
            resume_upgraded(session)
            begin_all(session, get_event_core(app))
            unready = _unready(session)
        at_work = Worker(app)
        settle()
        if once:
            if not at_work.drain(timeout=timeout):
                click.echo(f"eak: events are still pending after {timeout:g} seconds.", err=True)
                context.exit(REFUSED)
            if unready is not None:
                context.exit(REFUSED)
            return
        at_work.run(_stopped_by_signals())


def _unready(session: "Session") -> str | None:
    """Why a worker would leave undone what is due, which is said; None where it would not."""
    from eak_core.db.clocks import clock_fault
    from eak_core.db.hold import held_since

    reason = clock_fault(session)
    if held_since(session) is not None:
        command = typed("db release", state().folder)
        reason = f"The site is held: no mail leaves and nothing is done before “{command}”."
    if reason is not None:
        click.echo(f"eak: {reason}", err=True)
    return reason


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _log_to_standard_error() -> None:
    from logging.config import dictConfig

    from eak_core.cli.server import LOGGING

    dictConfig(LOGGING)
