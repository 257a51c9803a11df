"""The bell of an instance: who waits for what is committed hears of it at once, on one machine.

Ringing sets the time of a file in the instance folder, which is looked at for a hundredth of what a
question to the database costs. Whoever commits on another machine rings another bell: who waits
looks into the database as well, the less often the longer nothing came.
"""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import orm

from eak_core.db.session import db

#: How often it is listened for other processes, in seconds. To wake up costs a tenth of a
#: millisecond, and is most of what a worker costs that has nothing to do.
LISTEN_SECONDS = 0.08
EXTENSION = "eak_bell"


class Bell:
    """What rings in all processes that share ``file``; ``rung`` counts how often it was heard."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.rung = 0
        self._changed = threading.Condition()
        self._last = self._time()

    def ring(self) -> None:
        """Wake whoever waits, here and in other processes of this machine."""
        now = time.time_ns()
        # Where nothing can be written they look by themselves.
        with suppress(OSError):
            self.file.touch(0o600)
            # The clock of a file system is coarse: two of the same moment would be heard as one.
            os.utime(self.file, ns=(now, now))
        self._strike()

    def _strike(self) -> None:
        with self._changed:
            self.rung += 1
            self._changed.notify_all()

    def wait(self, heard: int, seconds: float) -> bool:
        """Wait until it has rung since ``rung`` was ``heard``; False where ``seconds`` pass."""
        with self._changed:
            return self._changed.wait_for(lambda: self.rung != heard, seconds)

    def listen(self, stop: threading.Event) -> None:
        """Hear other processes until ``stop`` is set, of which whoever waits hears too."""
        while not stop.is_set():
            # Not `stop.wait`, which costs half as much again; nobody minds the moment at the end.
            time.sleep(LISTEN_SECONDS)
            now = self._time()
            if now != self._last:
                self._last = now
                self._strike()
        self._strike()

    def _time(self) -> int:
        try:
            return self.file.stat().st_mtime_ns
        except OSError:
            return 0


def ring(session: orm.Session, **_: Any) -> None:
    """Ring the bell of the instance of ``session``, whose transaction was committed."""
    bell = session.info.get(EXTENSION)
    if bell is not None:
        bell.ring()


def init_app(app: Flask) -> None:
    """Give ``app`` and all sessions of its own the bell of its instance."""
    bell = app.extensions[EXTENSION] = Bell(Path(app.instance_path) / "bell")
    with app.app_context():
        db.sessionmaker.configure(info={EXTENSION: bell})
