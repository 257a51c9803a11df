"""What a WSGI server loads: ``eak_core.wsgi:create``, a factory.

The instance comes from ``EAK_INSTANCE`` and the settings as for every command, so that
``gunicorn "eak_core.wsgi:create()"`` serves the same site as ``eak serve``.
"""

import atexit
import gc
import logging
import os
import signal
import threading
from multiprocessing.util import Finalize
from pathlib import Path

from eak_core.loading import share_arenas, without_collecting

with without_collecting():
    from flask import Flask

    from eak_core.app import create_app
    from eak_core.config import load
    from eak_core.serving.front import Front
    from eak_core.web.uploads import MAX_BODY, largest_for

logger = logging.getLogger("eak.serve")

# The batch in hand is ended; what takes longer is rolled back and done again after the start.
STOP_SECONDS = 10.0
PARENT_POLL_SECONDS = 1.0
# After how many new objects Python looks for cycles among them; its own 700 are a few rows.
COLLECT_AFTER = 10_000


def create() -> Flask:
    """The application of the instance named by the environment."""
    with without_collecting():
        return create_app(load(Path(os.environ.get("EAK_INSTANCE") or "instance")))


def create_under_parent() -> Flask:
    """`create`, in a process of ``eak serve``: it ends when its parent does."""
    _end_with_parent()
    app = create()
    settle()
    return app


def settle() -> None:
    """Tell the collector of cycles that what is loaded by now stays until the process ends, and let
    the threads that are begun from now on share their memory.

    The collector would go through all of it again and again while rows are read by the thousand,
    which took a third of the time of replaying a log.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    share_arenas()


def front() -> Front:
    """What granian calls in a process of ``eak serve``."""
    return _front_of(create_under_parent())


def front_with_worker() -> Front:
    """`front`, with a worker in a thread of this process."""
    app = create_under_parent()
    start_worker(app)
    return _front_of(app)


def _front_of(app: Flask) -> Front:
    return Front(app, largest=MAX_BODY, largest_for=largest_for(app), remembers=True)


def start_worker(app: Flask) -> threading.Event:
    """Run a worker in a thread until the process ends or the event that is answered is set."""
    from eak_core.db import write_session
    from eak_core.db.hold import held_since
    from eak_core.events.core import get_event_core
    from eak_core.events.scheduling import begin_all
    from eak_core.events.worker import Worker
    from eak_core.plugins.per_service.activation import start_missing
    from eak_core.plugins.per_service.suspension import resume_upgraded

    with app.app_context(), write_session(app) as session:
        start_missing(session)
        resume_upgraded(session)
        begin_all(session, get_event_core(app))
        if held_since(session) is not None:
            logger.warning("The site is held: no mail leaves and nothing is done by itself.")
    stop = threading.Event()
    thread = threading.Thread(target=Worker(app).run, args=(stop,), name="eak-worker", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(STOP_SECONDS)

    # A process that multiprocessing forked leaves through its own finalizers, any other
    # through atexit; ending twice does no harm.
    Finalize(None, end, exitpriority=10)
    atexit.register(end)
    return stop


def _end_with_parent() -> None:
    """A server killed outright cannot stop its processes, and they would keep the port."""
    parent = os.getppid()

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == parent:
            pause.wait(PARENT_POLL_SECONDS)
        logger.warning("The server that started this process is gone; this process ends.")
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="eak-parent", daemon=True).start()
