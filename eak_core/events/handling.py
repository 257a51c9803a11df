"""Handling one batch of one subscription: the handlers' effects and the cursor in one commit."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from eak_core.events.core import EventCore
from eak_core.events.log import handling
from eak_core.events.models import ParkedEvent, Subscription
from eak_core.events.parking import describe, free_next, park, parked_subjects
from eak_core.events.reading import LogRow, head, recorded, rows_after
from eak_core.events.registry import UnknownVersion
from eak_core.events.subscribers import Context, Subscriber
from eak_core.events.types import EventError, Recorded

BATCH = 1000
#: How long a batch may go on beginning new events, in seconds. On SQLite it holds the only
#: writer's place meanwhile.
BUDGET = {"sqlite": 0.1, "postgresql": 0.2}

#: After so many deaths in a row events are handled one by one, to find the one that kills …
DEATHS_BEFORE_CARE = 3
#: … and after so many it is parked without being looked at.
DEATHS_BEFORE_PARKING = 6


class BrokenLog(EventError):
    """The log has a gap or is out of order. Nothing is handled past it."""


@dataclass
class Batch:
    """One pass over the next events of a subscription, within the caller's transaction."""

    session: Session
    core: EventCore
    subscription: Subscription
    handled: int = 0
    _run: list[Recorded] = field(default_factory=list)
    _runner: Subscriber | None = None
    _replaying: bool = False

    def __post_init__(self) -> None:
        sub = self.subscription
        self.claims = self.core.claims.get(sub.plugin, {})
        self.parked = parked_subjects(self.session, sub.plugin, sub.service_id)
        self.settings = self.core.settings(self.session, sub.service_id, sub.plugin)
        self.deadline = time.monotonic() + BUDGET[self.session.get_bind().dialect.name]

    def advance(self) -> int:
        """Handle the next events and move the cursor; answers how many events it moved over.

        Database trouble is raised as it came (nothing of the batch holds then); `BrokenLog` where
        the log has a gap. An event this code is too old for stops the batch before it.
        """
        sub = self.subscription
        before = sub.position
        if not self.claims:
            sub.position = head(self.session, sub.service_id)
            return sub.position - before
        if sub.tries > DEATHS_BEFORE_CARE and sub.careful_until <= before:
            sub.careful_until = min(before + BATCH, head(self.session, sub.service_id))
        limit = 1 if sub.careful_until > before else BATCH
        rows = rows_after(self.session, sub.service_id, before, limit)
        if rows and rows[-1].position != before + len(rows):
            raise BrokenLog(
                f"log {sub.service_id}: {len(rows)} events after position {before}"
                f" end at {rows[-1].position}"
            )
        started = time.perf_counter()
        if rows and sub.tries > DEATHS_BEFORE_PARKING:
            self._park_unseen(rows[0])
        else:
            sub.error = None
            for row in rows:
                if not self._take(row):
                    break
            self._flush_run()
        # Behind what killed the process care ends; before it, it goes on from one by one.
        sub.tries = DEATHS_BEFORE_CARE if sub.position < sub.careful_until else 0
        sub.handled += self.handled
        sub.handling_ms += round((time.perf_counter() - started) * 1000)
        return sub.position - before

    def _park_unseen(self, row: LogRow) -> None:
        sub = self.subscription
        if row.type in self.claims:
            park(
                self.session,
                sub.plugin,
                sub.service_id,
                row.position,
                row.subject,
                f"The process ended {DEATHS_BEFORE_PARKING} times in a row while handling this"
                " event; it was parked without being tried again.",
            )
        sub.position = sub.careful_until = row.position

    def _take(self, row: LogRow) -> bool:
        """Deal with one row; False when the batch must end before or after it."""
        sub = self.subscription
        handlers = self.claims.get(row.type)
        if handlers is None:
            self._move(row.position)
            return True
        if row.subject in self.parked:
            self._flush_run()
            self._park_behind(row)
            return True
        try:
            event = recorded(self.core.registry, sub.service_id, row)
        except UnknownVersion as error:
            self._flush_run()
            sub.error = str(error)
            return False
        except EventError as error:
            self._flush_run()
            self._park(row.position, row.subject, error)
            return True
        replaying = row.position <= sub.live_from
        if len(handlers) == 1 and handlers[0].batch:
            self._add_to_run(handlers[0], event, replaying)
            return True
        self._flush_run()
        self._handle_one(event, handlers, replaying)
        self._move(row.position)
        return time.monotonic() < self.deadline

    def _move(self, position: int) -> None:
        # While a run is being gathered the cursor stays behind it; see _flush_run.
        if not self._run:
            self.subscription.position = position

    def _add_to_run(self, runner: Subscriber, event: Recorded, replaying: bool) -> None:
        if self._run and (runner is not self._runner or replaying is not self._replaying):
            self._flush_run()
        self._runner, self._replaying = runner, replaying
        self._run.append(event)

    def _flush_run(self) -> None:
        if not self._run or self._runner is None:
            return
        run, runner, replaying = self._run, self._runner, self._replaying
        self._run = []
        last = run[-1]
        context = self._context(last, replaying)
        error = self._try(lambda: runner.function(run, context), max(e.depth for e in run))
        if error is None:
            self.handled += len(run)
        else:  # find the one that fails, so that the others take effect
            for event in run:
                if event.subject in self.parked:
                    self._park_behind(event)
                else:
                    self._handle_one(event, (runner,), replaying)
        self.subscription.position = last.position

    def _handle_one(self, event: Recorded, handlers: Sequence[Subscriber], replaying: bool) -> None:
        error = self.attempt(event, handlers, replaying)
        if error is None:
            self.handled += 1
        else:
            self._park(event.position, event.subject, error)

    def attempt(
        self, event: Recorded, handlers: Sequence[Subscriber], replaying: bool
    ) -> Exception | None:
        """All handlers of one event within one savepoint; answers what one of them raised."""
        context = self._context(event, replaying)

        def run() -> None:
            for handler in handlers:
                if handler.batch:
                    handler.function([event], context)
                else:
                    handler.function(event.data, context)

        return self._try(run, event.depth)

    def _try(self, function: Callable[[], None], depth: int) -> Exception | None:
        savepoint = self.session.begin_nested()
        try:
            with handling(self.session, depth + 1):
                function()
            savepoint.commit()
        except Exception as error:
            if is_database_trouble(error):
                raise
            savepoint.rollback()
            return error
        return None

    def _context(self, event: Recorded, replaying: bool) -> Context:
        sub = self.subscription
        return Context(
            session=self.session,
            plugin=sub.plugin,
            service_id=sub.service_id,
            settings=self.settings,
            position=event.position,
            event_id=event.event_id,
            subject=event.subject,
            actor_id=event.actor_id,
            occurred_at=event.occurred_at,
            replaying=replaying,
        )

    def _park(self, position: int, subject: str, error: BaseException) -> None:
        sub = self.subscription
        self.parked.add(subject)
        park(self.session, sub.plugin, sub.service_id, position, subject, error)
        sub.position = position

    def _park_behind(self, row: LogRow | Recorded) -> None:
        sub = self.subscription
        park(
            self.session,
            sub.plugin,
            sub.service_id,
            row.position,
            row.subject,
            "An earlier event of the same subject is parked.",
            behind=True,
        )
        sub.position = row.position


def is_database_trouble(error: BaseException) -> bool:
    """Whether the database, not the event, is the cause: a lock, a deadlock, a lost connection."""
    if isinstance(error, (OperationalError, InterfaceError)):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def retry_parked(session: Session, core: EventCore, parked: ParkedEvent) -> bool:
    """Handle one parked event again, within the caller's transaction; whether it went well."""
    sub = session.scalars(
        select(Subscription)
        .where(
            Subscription.plugin == parked.plugin,
            Subscription.service_id == parked.service_id,
            Subscription.enabled,
        )
        .with_for_update()
    ).one_or_none()
    if sub is None:
        return False
    row = rows_after(session, parked.service_id, parked.position - 1, 1)[0]
    batch = Batch(session, core, sub)
    handlers = batch.claims.get(row.type, ())
    try:
        event = recorded(core.registry, parked.service_id, row)
    except EventError as error:
        parked.error = describe(error)
        return False
    failure = batch.attempt(event, handlers, row.position <= sub.live_from)
    if failure is not None:
        parked.error = describe(failure)
        return False
    sub.handled += 1
    free_next(session, parked)
    session.delete(parked)
    return True
