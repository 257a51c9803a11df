"""Sending an issue: letter by letter through one connection, each written down before and after.

The core's outbox sends at least once, which is right for a letter that somebody waits for: one that
comes twice is better than none. A newsletter must not come twice, so it has a ledger of its own,
with a state between "not yet" and "done", and uses the outbox's way to the mail server alone. What
cannot be known is said to be `unknown`; nobody but a person has it sent again.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event
from typing import NamedTuple

from flask import Flask
from sqlalchemy import func, select

from eak_core.api import (
    Digest,
    Dropped,
    NoSuchMailbox,
    Session,
    Undeliverable,
    Unreachable,
    at_work,
    clock,
    due_digests,
    is_outsider,
    mail_way,
    read_session,
    settle_digest,
    soft_commits,
    take_digest,
    write_session,
)
from eak_newsletter.deliveries import claiming, pace, running, senders
from eak_newsletter.deliveries.claiming import Claim, Result, Taken
from eak_newsletter.deliveries.forms import NOTHING, OUTSIDER, Letters
from eak_newsletter.deliveries.message import Envelopes
from eak_newsletter.deliveries.queueing import fill, receives
from eak_newsletter.deliveries.senders import SENDER
from eak_newsletter.deliveries.tables import Delivery
from eak_newsletter.issues.composing import LANGUAGE
from eak_newsletter.issues.tables import Issue
from eak_newsletter.models import Subscriber
from eak_newsletter.readers.leaving import suspend

logger = logging.getLogger("eak.newsletter")

#: How often in a row a server may not be reached before a sender gives up, with pauses of 1, 2, 4 …
#: seconds, a minute at most, between.
MOST_FAILURES = 8
LONGEST_WAIT = 60.0


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
        senders.find_the_dead(session, issue_id)
        sender_id = senders.begin(session)
        issue = session.get_one(Issue, issue_id)
        service_id, kind = issue.service_id, issue.kind
    with at_work(app, SENDER, sender_id):
        run = _Run(app, (issue_id, service_id, kind), sender_id, rate, stop or Event(), told)
        trouble = run.until(None if seconds is None else time.monotonic() + seconds, patience)
    with write_session(app) as session:
        claiming.put_back(session, issue_id, sender_id)
        senders.end(session, sender_id)
        senders.find_the_dead(session, issue_id)
        over = running.close(session, issue_id)
        return Outcome(run.sent, over, claiming.next_due(session, issue_id), trouble)


class _Run:
    """One sender at work."""

    def __init__(
        self,
        app: Flask,
        issue: tuple[int, int, str],
        sender_id: int,
        rate: float | None,
        stop: Event,
        told: Callable[[int], None],
    ) -> None:
        self.app, self.sender_id = app, sender_id
        self.issue_id, self.service_id, self.kind = issue
        self.pause, self.stop, self.told = 1 / rate if rate else 0.0, stop, told
        self.sent = self.failures = 0
        self._result: Result | None = None
        self._held: deque[Taken] = deque()
        self._read_at = -1
        self._letters: Letters | None = None
        self._between: timedelta | None = None
        self._envelopes: Envelopes | None = None
        #: Whose digest of notices is due, of those in the hand; and that which this letter tells.
        self._due: frozenset[str] = frozenset()
        self._digest: Digest | None = None

    def until(self, end: float | None, patience: timedelta) -> str:
        """Send until ``end`` (of the monotonic clock); answers what the trouble is, if any."""
        begun = time.monotonic()
        with read_session(self.app) as session:
            self._between = pace.pause_of(session, self.service_id)
        with soft_commits(self.app) as self._run, mail_way(self.app) as way:
            while not self.stop.is_set() and (end is None or time.monotonic() < end):
                if self.pause and self.stop.wait(
                    max(0.0, begun + self.sent * self.pause - time.monotonic())
                ):
                    break
                if not self._held and not self._take():
                    self._settle()
                    if not self._may_wait(patience):
                        break
                    continue
                claim = self._claim()
                trouble = self._deliver(way, claim) if claim is not None else ""
                self._settle_digest()
                if trouble and (end is not None or self.failures >= MOST_FAILURES):
                    self._settle()
                    return trouble
                if trouble:
                    self._settle()
                    self.stop.wait(min(2.0 ** (self.failures - 1), LONGEST_WAIT))
            self._settle()
        return ""

    def _take(self) -> bool:
        """Take the next portion into the hand; whether there is any. What dead senders had in
        theirs is there for the next one."""
        with write_session(self.app) as session:
            if claiming.is_going_on(session, self.issue_id):
                self._held.extend(claiming.hold(session, self.issue_id, self.sender_id))
                if self.kind != "issue":
                    held = [each.address for each in self._held if each.address]
                    self._due = due_digests(session, held)
            if not self._held and claiming.is_in_hand(session, self.issue_id):
                senders.find_the_dead(session, self.issue_id)
        return bool(self._held)

    def _claim(self) -> Claim | None:
        """The next letter in the hand, as it is to be sent now; None where it is not, for now or
        for good."""
        found = self._step(self._held.popleft())
        if found is None:
            # Paused, over, or not ours any more: what is still ours is told by the next portion.
            self._held.clear()
            return None
        if not found.address:
            self._result = Result(found, "skipped")
        elif not self._must_wait(found) and self._write(found):
            return found
        return None

    def _must_wait(self, found: Claim) -> bool:
        """Put a letter off where its domain has had one just now; whether it was."""
        if self._between is None or found.in_turn:
            return False
        now = clock.now()
        with write_session(self.app) as session:
            turn = pace.turn_of(session, found.address, self._between, now)
        if turn > now:
            claiming.put_off(self._run, self.sender_id, found, turn)
        return turn > now

    def _write(self, found: Claim) -> bool:
        """Have the letter that is for this reader, anew where anything has happened in the service
        since: what was hidden by then does not leave. False where there is nothing to tell them, or
        they may not read the service any more."""
        with read_session(self.app) as session:
            if found.position != self._read_at:
                self._letters = Letters(session, session.get_one(Issue, self.issue_id))
                self._between = pace.pause_of(session, self.service_id)
                self._read_at = found.position
            assert self._letters is not None
            shut_out = is_outsider(session, self._letters.service, found.address)
            self._envelopes = None if shut_out else self._letters.of(session, found.subscriber_id)
        if self._envelopes is None:
            self._result = Result(found, "skipped", OUTSIDER if shut_out else NOTHING)
        elif found.address in self._due:
            self._add_digest(self._letters, found)
        return self._envelopes is not None

    def _add_digest(self, letters: Letters, found: Claim) -> None:
        """Let the letter tell what its reader follows as well, taken before any server hears of
        it: whatever dies now, that leaves by itself, and the letter is `unknown`."""
        with write_session(self.app) as session:
            self._digest = take_digest(session, found.address, LANGUAGE)
        if self._digest is not None:
            with read_session(self.app) as session:
                self._envelopes = letters.of(session, found.subscriber_id, self._digest)

    def _deliver(self, way: Callable[..., None], claim: Claim) -> str:
        """Give one letter to the server, and remember what became of it; answers why the server
        cannot be reached, where it cannot."""
        assert self._envelopes is not None
        self._result = None
        try:
            way(self._envelopes.letter(claim))
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

    def _settle_digest(self) -> None:
        digest, self._digest = self._digest, None
        if digest is not None:
            told = self._result is not None and self._result.state == "sent"
            with write_session(self.app) as session:
                settle_digest(session, digest, told=told)

    def _settle(self) -> None:
        if self._result is not None:
            self._step(None)

    def _step(self, held: Taken | None) -> Claim | None:
        last, self._result = self._result, None
        found = claiming.claim(self._run, self.issue_id, self.sender_id, held, last)
        if last is not None and last.gone:
            with write_session(self.app) as session:
                suspend(session, last.claim.subscriber_id)
        return found

    def _may_wait(self, patience: timedelta) -> bool:
        """Wait for what is due soon; False where nothing is, or the issue is not sent any more."""
        with read_session(self.app) as session:
            due = claiming.next_due(session, self.issue_id)
            going_on = claiming.is_going_on(session, self.issue_id)
        if due is None or not going_on or due - clock.now() > patience:
            return False
        self.stop.wait(max(0.05, min(1.0, (due - clock.now()).total_seconds())))
        return True


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
