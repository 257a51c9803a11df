"""Sending an issue: letter by letter through one connection, each written down before and after.

The core's outbox sends at least once, which is right for a letter that somebody waits for: one that
comes twice is better than none. A newsletter must not come twice, so it has a ledger of its own,
with a state between "not yet" and "done", and uses the outbox's way to the mail server alone. What
cannot be known is said to be `unknown`; nobody but a person has it sent again.
"""

import functools
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime, timedelta
from queue import SimpleQueue
from threading import Event
from typing import NamedTuple

from flask import Flask
from sqlalchemy import func, select

from eak_core.api import (
    Dropped,
    NoSuchMailbox,
    Session,
    Undeliverable,
    Unreachable,
    at_work,
    clock,
    log_position,
    mail_way,
    plugin_settings,
    read_session,
    write_session,
)
from eak_newsletter.deliveries import claiming, running
from eak_newsletter.deliveries.claiming import SENDER, Claim, Result
from eak_newsletter.deliveries.forms import NOTHING, Letters
from eak_newsletter.deliveries.message import Envelopes
from eak_newsletter.deliveries.queueing import fill, receives
from eak_newsletter.deliveries.tables import Delivery, Sender
from eak_newsletter.issues.tables import Issue
from eak_newsletter.manifest import plugin
from eak_newsletter.models import Subscriber

logger = logging.getLogger("eak.newsletter")

#: How often in a row a server may not be reached before a sender gives up, with pauses of 1, 2, 4 …
#: seconds, a minute at most, between.
MOST_FAILURES = 8
LONGEST_WAIT = 60.0


class Unwritten(Exception):
    """The ledger could not be written: nothing is sent any more."""


class Outcome(NamedTuple):
    """How a sender ended: how many letters it sent, whether none is left at all (``over``), when
    the next is due, and why it gave up, where it did."""

    sent: int
    over: bool
    next_due: datetime | None = None
    trouble: str = ""


def send(
    app: Flask,
    issue_id: int,
    *,
    rate: float | None = None,
    seconds: float | None = None,
    patience: timedelta = timedelta(0),
    stop: Event | None = None,
    told: Callable[[int], None] = lambda _sent: None,
) -> Outcome:
    """Send what is due of an issue that is being sent, until nothing is, or ``seconds`` are over,
    or ``stop`` is set; ``rate`` letters a second at most. It waits for what is due within its
    ``patience``. ``told`` hears how many it has sent."""
    fill(app, issue_id)
    with write_session(app) as session:
        claiming.find_the_dead(session, issue_id)
        sender = Sender(began_at=clock.now())
        session.add(sender)
        session.flush()
        sender_id = sender.id
        service_id = session.get_one(Issue, issue_id).service_id
    with at_work(app, SENDER, sender_id):
        run = _Run(app, (issue_id, service_id), sender_id, rate, stop or Event(), told)
        trouble = run.until(None if seconds is None else time.monotonic() + seconds, patience)
    with write_session(app) as session:
        session.delete(session.get_one(Sender, sender_id))
        claiming.find_the_dead(session, issue_id)
        over = running.close(session, issue_id)
        return Outcome(run.sent, over, claiming.next_due(session, issue_id), trouble)


class _Run:
    """One sender at work."""

    def __init__(
        self,
        app: Flask,
        issue: tuple[int, int],
        sender_id: int,
        rate: float | None,
        stop: Event,
        told: Callable[[int], None],
    ) -> None:
        self.app, self.sender_id = app, sender_id
        self.issue_id, self.service_id = issue
        self.pause, self.stop, self.told = 1 / rate if rate else 0.0, stop, told
        self.sent = self.failures = 0
        self._result: Result | None = None
        self._writing: Future[None] | None = None
        self._read_at = -1
        self._letters: Letters | None = None
        self._between: timedelta | None = None
        self._envelopes: Envelopes | None = None

    def until(self, end: float | None, patience: timedelta) -> str:
        """Send until ``end`` (of the monotonic clock); answers what the trouble is, if any."""
        begun = time.monotonic()
        with (
            ThreadPoolExecutor(1, "eak-newsletter-scribe") as self._scribe,
            mail_way(self.app, self._be_written) as way,
        ):
            while not self.stop.is_set() and (end is None or time.monotonic() < end):
                if self.pause and self.stop.wait(
                    max(0.0, begun + self.sent * self.pause - time.monotonic())
                ):
                    break
                claim = self._step()
                if claim is None:
                    if not self._may_wait(patience):
                        break
                    continue
                trouble = self._deliver(way, claim)
                if trouble and (end is not None or self.failures >= MOST_FAILURES):
                    self._settle()
                    return trouble
                if trouble:
                    self._settle()
                    self.stop.wait(min(2.0 ** (self.failures - 1), LONGEST_WAIT))
            self._settle()
        return ""

    def _step(self) -> Claim | None:
        """Write down what became of the last letter, and claim the next one, in one transaction.
        It is committed by a thread of its own while the server is asked about the address, and is
        there before the server gets what stands in the letter (`_be_written`)."""
        self._be_written()
        claimed: SimpleQueue[Claim | None] = SimpleQueue()
        context = copy_context()
        self._writing = self._scribe.submit(context.run, self._write_and_claim, claimed)
        claim = claimed.get()
        if claim is None:
            self._be_written()
        return claim

    def _write_and_claim(self, claimed: "SimpleQueue[Claim | None]") -> None:
        claim: Claim | None = None
        told = False
        try:
            with self.app.app_context(), write_session(self.app) as session:
                self._write(session)
                if self._look(session):
                    claim = self._claim(session)
                claimed.put(claim)
                told = True
        finally:
            if not told:
                claimed.put(None)

    def _be_written(self) -> None:
        """Wait for the last commit; raises where there was none, and nothing more is sent."""
        writing, self._writing = self._writing, None
        if writing is not None:
            try:
                writing.result()
            except Exception as error:
                raise Unwritten from error

    def _claim(self, session: Session) -> Claim | None:
        """The next letter that has anything to say to its reader."""
        claim = functools.partial(
            claiming.claim, session, self.issue_id, self.sender_id, self._between
        )
        while (found := claim()) is not None:
            assert self._letters is not None
            self._envelopes = self._letters.of(session, found.subscriber_id)
            if self._envelopes is not None:
                return found
            claiming.settle(session, self.sender_id, Result(found, "skipped", NOTHING))
        return None

    def _look(self, session: Session) -> bool:
        """Write the letter anew where anything has happened in the service since: what was hidden
        by then does not leave. False where the service is archived: nothing leaves any more."""
        position = log_position(session, self.service_id)
        if position != self._read_at:
            self._letters = Letters(session, session.get_one(Issue, self.issue_id))
            per_minute = plugin_settings(session, self.service_id, plugin.name)["per_minute"]
            self._between = timedelta(minutes=1) / per_minute if per_minute else None
            self._read_at = position
        assert self._letters is not None
        return self._letters.service.archived_at is None

    def _deliver(self, way: Callable[..., None], claim: Claim) -> str:
        """Give one letter to the server, and remember what became of it; answers why the server
        cannot be reached, where it cannot."""
        assert self._envelopes is not None
        self._result = None
        try:
            way(self._envelopes.letter(claim))
        except Unwritten:
            raise
        except Unreachable as error:
            self.failures += 1
            self._result = Result(claim, "queued", str(error), clock.now())
            return str(error).replace(claim.address, "…")
        except Dropped as error:
            self._result = (
                Result(claim, "unknown", str(error)) if error.may_have_it else _later(claim, error)
            )
        except Undeliverable as error:
            gone = isinstance(error, NoSuchMailbox)
            self._result = Result(claim, "failed", str(error), gone=gone)
        except Exception as error:  # noqa: BLE001  # it would not have it now, whatever it said
            self._result = _later(claim, error)
        else:
            self._result = Result(claim, "sent")
            self.sent += 1
            self.told(self.sent)
        self.failures = 0
        return ""

    def _settle(self) -> None:
        self._be_written()
        if self._result is not None:
            with write_session(self.app) as session:
                self._write(session)

    def _write(self, session: Session) -> None:
        if self._result is not None:
            claiming.settle(session, self.sender_id, self._result)
            session.flush()
        self._result = None

    def _may_wait(self, patience: timedelta) -> bool:
        """Wait for what is due soon; False where nothing is, or the issue is not sent any more."""
        with read_session(self.app) as session:
            due = claiming.next_due(session, self.issue_id)
            going_on = claiming.is_going_on(session, self.issue_id) and self._is_open()
        if due is None or not going_on or due - clock.now() > patience:
            return False
        self.stop.wait(max(0.05, min(1.0, (due - clock.now()).total_seconds())))
        return True

    def _is_open(self) -> bool:
        return self._letters is None or self._letters.service.archived_at is None


def _later(claim: Claim, error: Exception) -> Result:
    again = claiming.next_attempt(claim.attempts)
    state = "failed" if again is None else "deferred"
    return Result(claim, state, str(error), again)  # type: ignore[arg-type]  # one of the two


def expected(session: Session, issue: Issue) -> int:
    """How many letters of an issue wait, with those that are not queued yet."""
    waiting = select(func.count()).where(
        Delivery.issue_id == issue.id, Delivery.next_attempt_at.is_not(None)
    )
    unqueued = select(func.count()).where(*receives(issue), Subscriber.id > issue.filled_to)
    found = session.scalar(waiting) or 0
    return found + (0 if issue.filled else session.scalar(unqueued) or 0)
