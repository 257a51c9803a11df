"""The outbox emptied: what was queued is sent after the transaction of the fact, at least once.

Where the other side cannot be reached no message is at fault: the way out is paused, and nothing is
given up meanwhile. What is refused again and again is given up by its age, in days, as mail servers
do (RFC 5321, 4.5.4.1: four or five days at least).

What somebody waits for stands in a lane of its own (`Lane`): before each batch of a later lane the
earlier ones are looked at, and a worker has a second sender for the first lane alone, so that a new
password waits neither behind a newsletter nor behind a slow server's answer to it.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from threading import Event
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db import read_session, write_session
from eak_core.db.clocks import clock_fault
from eak_core.db.soft import soft_commits
from eak_core.letters import claiming
from eak_core.letters.message import (
    Claimed,
    Dropped,
    Transport,
    Unreachable,
    without_parts,
)
from eak_core.letters.models import Lane
from eak_core.letters.suppression import EVERY_LIST, lift, suppressed

logger = logging.getLogger("eak.outbox")

#: How many messages one call sends at most.
AT_ONCE = 500
#: How many messages are claimed together: so many leave before an earlier lane is looked at again.
BATCH = 50
#: For so long after its claim messages of a batch are begun; what is left of the lease is longer
#: than a server may take for one.
BATCH_SECONDS = 15.0
#: Kept beside a message that was for somebody who is gone.
NOBODY = "Not sent: the account is closed, erased or not confirmed."
#: Kept beside a message that speaks of a service which its reader may not see, or no longer.
OUTSIDER = "Not sent: nobody with this address may see the service."
#: Kept beside a message that nobody wanted.
UNWANTED = "Not sent: this address wants no mail of this list, or there is no such mailbox."
ALL_LANES = tuple(Lane)


class Outbox:
    """Sends the messages that are due, with the transports of one application."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.transports: Mapping[str, Transport] = app.extensions["eak_transports"]

    def send_due(self, *, stop: Event | None = None, lanes: Sequence[int] = ALL_LANES) -> int:
        """Send what is due in ``lanes``, at most `AT_ONCE` messages, until ``stop`` is set; answers
        how many left. Nothing is, where the site is held or this process's clock is wrong."""
        with read_session(self.app) as session:
            if not claiming.is_due(session, lanes) or clock_is_wrong(session):
                return 0
            paused = claiming.paused_kinds(session)
        with _Round(self, paused, stop or Event()) as this:
            for _batch in range(AT_ONCE):
                if this.tried >= AT_ONCE or this.stop.is_set() or not this.send_batch(lanes):
                    break
        return this.sent


class Unwritten(Exception):
    """A message has left, and the database did not take it down: nothing else is sent now."""


class _Round:
    """Some batches with the ways kept open between them.

    That a message has left is written by a thread of its own while the server is told of the next
    one, and is there before it gets the content of that: a death leaves one message that may be
    sent again, and the ways to the server and to the database are gone at the same time.
    """

    def __init__(self, outbox: Outbox, paused: set[str], stop: Event) -> None:
        self.app, self.transports = outbox.app, outbox.transports
        self.paused, self.stop = paused, stop
        self.sent = self.tried = 0
        self._open = ExitStack()
        self._ways: dict[str, Transport] = {}
        self._dropped: set[str] = set()
        self._writing: Future[None] | None = None

    def __enter__(self) -> "_Round":
        self._run = self._open.enter_context(soft_commits(self.app))
        self._scribe = self._open.enter_context(ThreadPoolExecutor(1, "eak-outbox-scribe"))
        self._open.enter_context(self.app.app_context())
        self._open.callback(self.settle)
        return self

    def __exit__(self, *exc: Any) -> None:
        self._open.__exit__(*exc)

    def settle(self) -> None:
        """Wait until what has left is written. `Unwritten` where it is not."""
        writing, self._writing = self._writing, None
        if writing is not None:
            try:
                writing.result()
            except Exception as error:
                raise Unwritten from error

    def _note_left(self, claimed: Claimed, reason: str | None) -> None:
        self.settle()
        self._writing = self._scribe.submit(claiming.left, self._run, claimed, clock.now(), reason)
        self.sent += 1

    def send_batch(self, lanes: Sequence[int]) -> bool:
        """Send the next messages of the first lane that has some; False where none was tried."""
        before = self.tried
        batch = claiming.claim(self.app, lanes, BATCH)
        if batch:
            self._send(batch)
        return self.tried > before

    def _send(self, batch: Sequence[Claimed]) -> None:
        begun = time.monotonic()
        addressed = _Addressed(self.app, batch)
        away: set[str] = set()
        untried: list[Claimed] = []
        for claimed in batch:
            late = time.monotonic() - begun > BATCH_SECONDS
            if late or self.stop.is_set() or claimed.kind in away:
                untried.append(claimed)
                continue
            self.tried += 1
            reason = addressed.left_out(claimed)
            if reason is not None or self._leaves(addressed.of(claimed), away):
                self._note_left(claimed, reason)
                if reason is None:
                    self._note_open(claimed, addressed)
        self.settle()
        claiming.put_back(self.app, untried)

    def _leaves(self, message: Claimed, away: set[str]) -> bool:
        """Whether its transport takes ``message``; what else becomes of it is written."""
        try:
            self._hand_over(message)
        except Unwritten:
            raise
        except Unreachable as error:
            away.add(message.kind)
            claiming.pause(self.app, message, error)
        except Exception as error:  # noqa: BLE001  # whatever it was, it is kept and shown
            claiming.failed(self.app, message, error)
        else:
            return True
        return False

    def _note_open(self, claimed: Claimed, addressed: "_Addressed") -> None:
        if claimed.kind in self.paused:
            self.paused.discard(claimed.kind)
            claiming.end_pause(self.app, claimed.kind)
        addressed.note_taken(claimed)

    def _hand_over(self, message: Claimed) -> None:
        """Give it to its transport. Where that falls silent once, it may be the message's fault;
        with the next message too, it is not."""
        try:
            self._way(message.kind)(message)
        except Dropped as error:
            if message.kind in self._dropped:
                raise Unreachable(str(error)) from error
            self._dropped.add(message.kind)
            raise
        self._dropped.discard(message.kind)

    def _way(self, kind: str) -> Transport:
        way = self._ways.get(kind)
        if way is None:
            way = self.transports[kind]
            kept_open = getattr(way, "kept_open", None)
            way = (
                self._settled(way)
                if kept_open is None
                else self._open.enter_context(kept_open(self.settle))
            )
            self._ways[kind] = way
        return way

    def _settled(self, way: Transport) -> Transport:
        def send(message: Claimed) -> None:
            self.settle()
            way(message)

        return send


class _Addressed:
    """To where the mails of a batch go, as things stand when they are claimed."""

    def __init__(self, app: Flask, batch: Sequence[Claimed]) -> None:
        self.app = app
        mails = [each for each in batch if each.kind == "mail"]
        people = {each.payload["person_id"] for each in mails if "person_id" in each.payload}
        with read_session(app) as session:
            found = app.extensions["eak_find_addresses"](session, people) if people else {}
            self._to: dict[int, str | None] = {
                each.id: found.get(each.payload["person_id"])
                if "person_id" in each.payload
                else each.payload.get("to")
                for each in mails
            }
            self._lists = {each.id: each.payload.get("list") or EVERY_LIST for each in mails}
            wanted = [(to, self._lists[id]) for id, to in self._to.items() if to]
            self._unwanted = suppressed(session, wanted) if wanted else frozenset()
            about = {
                (service_id, to)
                for each in mails
                if (to := self._to[each.id])
                for service_id in _services_of(each)
            }
            self._outsiders = (
                app.extensions["eak_find_outsiders"](session, about) if about else frozenset()
            )

    def of(self, claimed: Claimed) -> Claimed:
        """``claimed`` with its address, and without what it says of services that nobody there may
        read."""
        to = self._to.get(claimed.id)
        if not to:
            return claimed
        payload = without_parts(claimed.payload, self._closed_to(claimed))
        return replace(claimed, payload={**payload, "to": to})

    def left_out(self, claimed: Claimed) -> str | None:
        """Why nothing is sent; None where something is."""
        if claimed.kind != "mail":
            return None
        if "person_id" in claimed.payload and self._to[claimed.id] is None:
            return NOBODY
        services = _services_of(claimed)
        if services and services == self._closed_to(claimed):
            return OUTSIDER
        # What somebody has just asked for is sent all the same: they may have a mailbox again.
        return UNWANTED if self._is_unwanted(claimed) and claimed.lane != Lane.AWAITED else None

    def note_taken(self, claimed: Claimed) -> None:
        """A server has taken a mail to an address that was believed to be none."""
        if claimed.kind == "mail" and self._is_unwanted(claimed):
            with write_session(self.app) as session:
                lift(session, str(self._to[claimed.id]), EVERY_LIST)

    def _closed_to(self, claimed: Claimed) -> set[int]:
        to = self._to[claimed.id]
        return {each for each in _services_of(claimed) if (each, to) in self._outsiders}

    def _is_unwanted(self, claimed: Claimed) -> bool:
        return (self._to[claimed.id], self._lists[claimed.id]) in self._unwanted


def _services_of(mail: Claimed) -> set[int]:
    """The services of which a mail speaks, to those alone who may read them."""
    if mail.payload.get("owed"):
        return set()
    if mail.service_id:
        return {mail.service_id}
    return {each["service_id"] for each in mail.payload.get("parts", ())}


def clock_is_wrong(session: Session) -> bool:
    """Whether this process should send nothing, which the log is told: a wrong clock dates mail
    wrongly and forgets what others have just tried."""
    fault = clock_fault(session)
    if fault is not None:
        logger.error("%s", fault)
    return fault is not None
