"""A worker that ends with SIGKILL before its Nth statement: ``python -m … URL FOLDER``.

Reads lines of ``instant number`` and forks one process for each, so that the application is loaded
once. The clock of each stands at ``instant`` (ISO 8601); it does what is due there, and answers
``killed`` or ``done``. With number 0 nobody is killed.
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


def main(url: str, folder: str) -> None:
    app = open_app(url, Path(folder), ["eak_voting.plugin"])
    with app.app_context():
        db.engine.dispose()  # what is forked has connections of its own
    for line in sys.stdin:
        instant, last = line.split()
        child = os.fork()
        if child == 0:
            work(app, datetime.fromisoformat(instant), int(last))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        answer = "killed" if killed else "done" if status == 0 else f"failed {status}"
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
