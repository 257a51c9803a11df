"""A worker that ends with SIGKILL before its Nth statement: ``python -m … URL FOLDER``.

Reads lines of ``instant number`` and forks one process for each, so that the application is loaded
once. The clock of each stands at ``instant`` (ISO 8601); it does what is due there, and answers
``killed`` or ``done``. With number 0 nobody is killed. A line ``instant first`` is for the process
itself: those that it forks afterwards find their statements compiled.
"""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from eak_core import clock
from eak_core.db import db
from eak_core.events.worker import Worker
from eak_core.kit.testing.site import open_app


def work(app: Any, instant: datetime, last: int) -> None:
    """Do what is due; die before statement ``last``, counted with BEGIN and COMMIT."""
    seen = 0

    def step(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    with clock.freeze(instant):
        with app.app_context():
            for what in ("begin", "before_cursor_execute", "commit"):
                event.listen(db.engine, what, step)
        Worker(app).drain(timeout=30)


def forked(app: Any, instant: datetime, last: int) -> str:
    """How `work` ends in a process of its own."""
    with app.app_context():
        db.engine.dispose()  # what is forked has connections of its own
    child = os.fork()
    if child == 0:
        work(app, instant, last)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return "killed"
    return "done" if status == 0 else f"failed {status}"


def main(url: str, folder: str) -> None:
    app = open_app(url, Path(folder), ["eak_voting.plugin"])
    for line in sys.stdin:
        at, last = line.split()
        instant = datetime.fromisoformat(at)
        if last == "first":
            work(app, instant, 0)
            answer = "done"
        else:
            answer = forked(app, instant, int(last))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
