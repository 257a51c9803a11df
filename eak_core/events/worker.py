"""The worker: lets every subscription read on, retries what is parked, does what is due, sends
what is in the outbox.

Any number may run, in this process or others; they need no list of each other. Nothing has to be
cleaned up after one that was killed: its transaction never was.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from eak_core.db import read_session, write_session
from eak_core.db.bell import EXTENSION, Bell
from eak_core.db.clocks import clock_fault
from eak_core.db.holding import doing, write_noted
from eak_core.events import parking, scheduling, subscriptions
from eak_core.events.claim import claim
from eak_core.events.core import get_event_core, stand_in
from eak_core.events.handling import FIRST_BATCH, Batch, TornTransaction, retry_parked
from eak_core.events.models import ParkedEvent, Subscription
from eak_core.events.passing import pass_over, unclaimed
from eak_core.events.performing import perform
from eak_core.events.types import CORE
from eak_core.failures import note, retry_time
from eak_core.letters.models import Lane
from eak_core.letters.sending import ALL_LANES, Outbox

logger = logging.getLogger("eak.worker")

#: How often commits are looked for, in seconds, and twice as seldom each time that there was none.
#: Those of this machine ring (`eak_core.db.bell`); cheaper to reason about than LISTEN, and NOTIFY
#: re-serialises commits.
POLL_SECONDS = 0.05
#: From how many events on a pass is followed by the next one without a pause.
WORTHWHILE = 100
#: From how many events in one poll on it is many people who act, and for how long their events are
#: gathered then, in seconds.
CROWD = 3
GATHER_SECONDS = 0.2
#: How often everything is looked at when nothing happens, in seconds.
SLOW_POLL_SECONDS = 2.0
#: How often at most the outbox is looked at, and the lane in which somebody waits for each message,
#: in seconds: most of what rings leaves no letter.
OUTBOX_POLL_SECONDS, AWAITED_POLL_SECONDS = 1.0, 0.2
#: How long one subscription may read on before the others have their turn, in seconds.
TURN_SECONDS = 0.5
#: How long to wait after a pass that failed, in seconds; twice as long after each further one.
PAUSE_SECONDS = 0.5
#: How long the log is not told again that the clock is wrong, in seconds.
SILENT_SECONDS = 60.0


class Worker:
    """Reads for all subscriptions of one application."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._unheard: frozenset[str] = frozenset()
        self._meet_plugins()
        self.outbox = Outbox(app)
        self.bell: Bell = app.extensions[EXTENSION]
        self._pace: dict[tuple[str, int], int] = {}
        self._silent_until = 0.0
        self._lags = False

    def _meet_plugins(self) -> None:
        self.core = get_event_core(self.app)
        self.plugins = list(self.core.subscribers)

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; the batch in hand is ended first."""
        # A mail server that is slow to answer must not keep events waiting, nor a long list keep
        # waiting who looks into their mailbox for a new password.
        beside: dict[str, Callable[[], None]] = {
            "eak-outbox-all": partial(self._send, stop, ALL_LANES, OUTBOX_POLL_SECONDS),
            "eak-outbox-awaited": partial(self._send, stop, (Lane.AWAITED,), AWAITED_POLL_SECONDS),
            "eak-bell": partial(self.bell.listen, stop),
        }
        threads = [
            threading.Thread(target=act, name=name, daemon=True) for name, act in beside.items()
        ]
        for thread in threads:
            thread.start()
        try:
            self._loop(stop)
        finally:
            for thread in threads:
                thread.join()

    def _loop(self, stop: threading.Event) -> None:
        failures = 0
        slow_at = 0.0
        idle = POLL_SECONDS
        while not stop.is_set():
            heard = self.bell.rung
            started = time.monotonic()
            try:
                slow = time.monotonic() >= slow_at
                moved = self.read(slow=slow)
                if slow:
                    slow_at = time.monotonic() + SLOW_POLL_SECONDS
                failures = 0
            except Exception:
                # Mostly the database is away. Whatever it is, a worker that ended here would leave
                # every subscription of the site behind, and nobody would notice.
                failures += 1
                logger.exception("the worker cannot go on; trying again")
                stop.wait(PAUSE_SECONDS * 2.0 ** min(failures, 6))
                continue
            if moved or self.bell.wait(heard, idle) or self._lags:
                idle = POLL_SECONDS
            else:
                idle = min(2 * idle, SLOW_POLL_SECONDS)
            if 0 < moved < WORTHWHILE:
                # While people vote by the hundred, each event for itself would cost two commits
                # and take the processor from those who serve them; together they cost the same.
                pause = GATHER_SECONDS if moved >= CROWD else POLL_SECONDS
                stop.wait(max(0.0, started + pause - time.monotonic()))

    def _send(self, stop: threading.Event, lanes: Sequence[int], pause: float) -> None:
        while not stop.is_set():
            heard = self.bell.rung
            try:
                sent = self.outbox.send_due(stop=stop, lanes=lanes)
            except Exception:
                sent = 0
                logger.exception("the outbox cannot be looked at; trying again")
            if not sent and not stop.wait(pause):
                self.bell.wait(heard, SLOW_POLL_SECONDS)

    def work(self) -> int:
        """One pass over all there is to do; answers how many events and messages it moved."""
        return self.read() + self.outbox.send_due()

    def read(self, *, slow: bool = True) -> int:
        """Do what is due, let every subscription read on, and retry; answers how many moved."""
        with read_session(self.app) as session:
            if slow:
                self._look_again(session)
            waiting = subscriptions.waiting(session, self.plugins)
            due = self._due(session)
            parked = parking.due(session, self.plugins) if slow and not waiting else []
        # Another worker has it in hand, and may die of it: who sleeps by then would come too late.
        self._lags = bool(waiting)
        moved = sum(self.perform(task) for task in due)
        looked = time.monotonic()
        for place in waiting:
            events, handled = self.advance(*place, seconds=TURN_SECONDS, idly=slow)
            moved += events
            # However many catch up, what is due waits for no more than one of them. Most plugins
            # pass over most events: to look behind each of these would cost more than they do.
            if handled or time.monotonic() - looked >= POLL_SECONDS:
                moved += self.perform_due()
                looked = time.monotonic()
        if parked or waiting:
            moved += self.retry_on()
        if slow:
            write_noted(self.app)
        return moved

    def _look_again(self, session: Session) -> None:
        """Take up a plugin that had no tables when this process started: purged, say, and switched
        on again since. Once for each that turns up, as it may be one whose package is gone."""
        unheard = subscriptions.read_by(session) - set(self.plugins)
        if unheard - self._unheard:
            with self.app.app_context():
                self.core.look_again()
            self._meet_plugins()
        self._unheard = unheard

    def drain(self, *, timeout: float = 60.0) -> bool:
        """Work until no subscription lags and nothing is due; False where ``timeout`` seconds pass.

        That a pass moved nothing proves nothing (another worker may hold the subscription): only
        a lag of zero does. What is scheduled is done as far as the clock has come.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() <= deadline:
            if self.work():
                continue
            with read_session(self.app) as session:
                lagging = subscriptions.waiting(session, self.plugins, even_if_backing_off=True)
                due = self._due(session)
            if not lagging and not due:
                return True
            time.sleep(POLL_SECONDS)
        return False

    def advance(
        self, plugin: str, service_id: int, *, seconds: float = 0.0, idly: bool = True
    ) -> tuple[int, bool]:
        """One batch of one subscription, and others for as long as ``seconds`` are not over.

        Answers how many events the cursor moved over, and whether handlers had their turn. Where
        none claims any of the events, it is moved only if that may be done ``idly`` (see
        `eak_core.events.passing`).
        """
        until = time.monotonic() + seconds
        moved, more = 0, True
        with claim(self.app, plugin, service_id) as mine:
            if not mine:
                return 0, False
            with read_session(self.app) as session:
                way = unclaimed(session, self.core, plugin, service_id)
            if way is not None:
                if not idly:
                    return 0, False
                with write_session(self.app) as session:
                    return pass_over(session, plugin, service_id, *way), False
            if not self._count_try(plugin, service_id):
                return 0, False
            while more:
                batch, more = self._advance(plugin, service_id, until)
                moved += batch
        return moved, True

    def _advance(self, plugin: str, service_id: int, until: float) -> tuple[int, bool]:
        """One batch; answers how many events it moved over, and whether another one is to follow,
        which its commit has then counted as begun."""
        try:
            # Handlers stand where domain functions stand: in the application.
            with self._handlers(plugin, service_id), write_session(self.app) as session:
                sub = subscriptions.locked(session, plugin, service_id)
                if sub is None:
                    return 0, False
                stand_in(self.core, session, service_id)
                most = self._pace.get((plugin, service_id), FIRST_BATCH)
                batch = Batch(session, self.core, sub, most)
                moved = batch.advance()
                self._pace[plugin, service_id] = batch.pace
                more = moved > 1 and batch.left and time.monotonic() < until
                if more:
                    sub.tries += 1
                if moved:
                    sub.failures, sub.retry_at = 0, None
                elif sub.error:  # this code is too old for the next event
                    sub.failures += 1
                    sub.retry_at = retry_time(sub.failures)
        except Exception as error:  # noqa: BLE001
            # A handler's own fault is parked by now. Whatever else it is, it is kept for
            # administrators, and the other subscriptions go on.
            self._back_off(plugin, service_id, error)
            return 0, False
        return moved, more

    @contextmanager
    def _handlers(self, plugin: str, service_id: int) -> Iterator[None]:
        """The application, in which a plugin's handlers are named as what is done."""
        with self.app.app_context(), doing(f"handlers of {plugin} in service {service_id}"):
            yield

    def _count_try(self, plugin: str, service_id: int) -> bool:
        """Count the batch before it begins: a death rolls everything else back."""
        with write_session(self.app) as session:
            counted = session.scalar(
                update(Subscription)
                .where(
                    Subscription.plugin == plugin,
                    Subscription.service_id == service_id,
                    Subscription.enabled,
                )
                .values(tries=Subscription.tries + 1)
                .returning(Subscription.tries)
            )
        return counted is not None

    def _back_off(self, plugin: str, service_id: int, error: Exception) -> None:
        logger.warning("%s in service %s waits: %s", plugin, service_id, error)
        with write_session(self.app) as session:
            sub = subscriptions.locked(session, plugin, service_id)
            if sub is not None:
                if not isinstance(error, TornTransaction):  # which is found and parked like a death
                    sub.tries = 0
                sub.failures += 1
                sub.retry_at = retry_time(sub.failures)
                sub.error = note(f"{plugin} in service {service_id} waits", error)

    def perform_due(self) -> int:
        """Do what is scheduled and due; answers how much of it was done."""
        with read_session(self.app) as session:
            due = self._due(session)
        return sum(self.perform(task) for task in due)

    def _due(self, session: Session) -> list[scheduling.Task]:
        due = scheduling.due(session, list({CORE.name, *self.plugins}))
        # Nearly all of it cannot be taken back: ballots are closed and counted, mail is queued, old
        # rows are deleted. A worker with the right time does it, here or elsewhere.
        fault = clock_fault(session) if due else None
        if fault is None:
            return due
        if time.monotonic() >= self._silent_until:
            self._silent_until = time.monotonic() + SILENT_SECONDS
            logger.error("%s %d scheduled work(s) wait.", fault, len(due))
        return []

    def perform(self, task: scheduling.Task) -> int:
        """Do one thing that is due; 1 where it was done."""
        return perform(self.app, self.core, task)

    def retry_on(self) -> int:
        """Retry what is due, and what that sets free, for as long as it is fair to the rest."""
        until = time.monotonic() + TURN_SECONDS
        moved = 0
        while True:
            with read_session(self.app) as session:
                due = parking.due(session, self.plugins)
            done = sum(self.retry(*place) for place in due)
            moved += done
            if not done or time.monotonic() >= until:
                return moved

    def retry(self, plugin: str, service_id: int, position: int) -> int:
        """Handle one parked event again; 1 where it went well."""
        with claim(self.app, plugin, service_id) as mine:
            if not mine:
                return 0
            with write_session(self.app) as session:
                if not parking.count_attempt(session, plugin, service_id, position):
                    return 0
            try:
                with self._handlers(plugin, service_id), write_session(self.app) as session:
                    # First the subscription, as everything does that holds both.
                    stand_in(self.core, session, service_id)
                    sub = subscriptions.locked(session, plugin, service_id)
                    parked = session.get(
                        ParkedEvent, (plugin, service_id, position), with_for_update=True
                    )
                    if sub is None or parked is None or parked.skipped_at is not None:
                        return 0
                    return int(retry_parked(session, self.core, sub, parked))
            except Exception as error:  # noqa: BLE001
                # As in `advance`; the try is counted, and the next one waits.
                logger.warning("a retry of %s in service %s waits: %s", plugin, service_id, error)
                return 0
