"""How often something was read, counted without anybody: in memory, and written once a minute.

A request that reads writes nothing, and a row for each reader would tell when they came. What a
process has counted is written after one of its requests, in a transaction of its own; a process
that ends takes the last minute with it, so this is for figures that nothing depends on.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

from flask import Flask, current_app, request

from eak_core.db.session import Session, current_session, write_session
from eak_core.web.kept_pages import never_keep

logger = logging.getLogger("eak.web")

#: How long a process keeps what it counted, in seconds.
EVERY = 60.0
_EXTENSION = "eak_tallies"


class Tally:
    """Something that is counted. ``write`` adds how often each thing, by its number, was read since
    the last time; it is called outside of any request's transaction, and what it raises is logged,
    and the counts with it are lost. Make it once, when a module is imported."""

    def __init__(self, write: Callable[[Session, Mapping[int, int]], None]) -> None:
        self.write = write

    def add(self, number: int) -> None:
        """Count that the thing of this ``number`` is read by this request, which is answered anew
        then, and not from memory. Who asks for its headers alone reads nothing."""
        if request.method != "HEAD":
            never_keep()
            _kept_by(current_app._get_current_object()).add(self, number)  # type: ignore[attr-defined]  # noqa: SLF001  # Flask's way to the application itself

    def counted(self, app: Flask) -> Mapping[int, int]:
        """What waits to be written in this process."""
        return dict(_kept_by(app).counts.get(self, {}))


class _Kept:
    """What one application has counted."""

    def __init__(self) -> None:
        self.counts: dict[Tally, Counter[int]] = {}
        self._since = time.monotonic()
        self._mutex = threading.Lock()

    def add(self, tally: Tally, number: int) -> None:
        with self._mutex:
            self.counts.setdefault(tally, Counter())[number] += 1

    def taken(self, *, now: bool) -> Mapping[Tally, Mapping[int, int]]:
        if not self.counts or not (now or time.monotonic() - self._since >= EVERY):
            return {}
        with self._mutex:
            taken, self.counts, self._since = self.counts, {}, time.monotonic()
        return taken


def init_tallies(app: Flask) -> None:
    """Let ``app`` write what it counts; under test a test says when, by `write_tallies`."""
    app.extensions[_EXTENSION] = _Kept()

    @app.teardown_request
    def after_request(_error: BaseException | None) -> None:
        if not app.testing and _kept_by(app).counts:
            # What this request read is over; it must not keep us from writing.
            current_session().rollback()
            write_tallies(app, now=False)


def write_tallies(app: Flask, *, now: bool = True) -> None:
    """Write what ``app`` has counted, or, not ``now``, where it is due."""
    for tally, counts in _kept_by(app).taken(now=now).items():
        try:
            with write_session(app) as session:
                tally.write(session, counts)
        except Exception:
            logger.exception("what was read is not counted")


def _kept_by(app: Flask) -> _Kept:
    kept: _Kept = app.extensions[_EXTENSION]
    return kept
