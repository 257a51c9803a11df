"""Handling one batch of one subscription: the handlers' effects and the cursor in one commit."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from eak_core.db import Session
from eak_core.db.trouble import is_database_trouble, lost_while_idle
from eak_core.events.claims import Claims
from eak_core.events.core import EventCore
from eak_core.events.log import Unit, handling
from eak_core.events.marks import purge_mark
from eak_core.events.models import ParkedEvent, Subscription
from eak_core.events.parking import free_next, park, parked_subjects
from eak_core.events.reading import (
    POSITION,
    SUBJECT,
    TYPE,
    LogRow,
    all_recorded,
    head,
    recorded,
    rows_after,
)
from eak_core.events.registry import UnknownVersion
from eak_core.events.subscribers import Context, Subscriber
from eak_core.events.types import EventError, Recorded
from eak_core.failures import note

BATCH = 10_000
#: How many it reads the first time, when nobody knows yet how fast its handlers are.
FIRST_BATCH = 250
#: How long a batch may go on beginning new events, in seconds. On SQLite it holds the only
#: writer's place meanwhile.
BUDGET = {"sqlite": 0.1, "postgresql": 0.2}

#: After so many deaths in a row events are handled one by one, to find the one that kills …
DEATHS_BEFORE_CARE = 3
#: … and after so many it is parked without being looked at.
DEATHS_BEFORE_PARKING = 6

_depth = attrgetter("depth")

BEHIND = "An earlier event of the same subject is parked."


class BrokenLog(EventError):
    """The log has a gap or is out of order. Nothing is handled past it."""


class TornTransaction(EventError):
    """A handler rolled back more than its own, and the batch's transaction with it; or computed for
    so long that the database did."""


@dataclass
class Batch:
    """One pass over the next events of a subscription, within the caller's transaction.

    ``most`` is how many events it reads. A handler of whole batches cannot be interrupted, so
    afterwards `pace` says how many the next one should read to stay within the budget.
    """

    session: Session
    core: EventCore
    subscription: Subscription
    most: int = FIRST_BATCH

    def __post_init__(self) -> None:
        sub = self.subscription
        self.claims = self.core.claims_of(sub.plugin)
        self.mark = purge_mark(self.session, sub.plugin, sub.service_id)
        if sub.position < self.mark:
            self.claims = Claims(self.claims.subscribers, without=sub.plugin)
        self.parked = parked_subjects(self.session, sub.plugin, sub.service_id)
        self.settings = self.core.settings(self.session, sub.service_id, sub.plugin)
        self.budget = BUDGET[self.session.get_bind().dialect.name]
        #: Whether this batch has left events behind that were there when it read.
        self.left = False
        self.started = time.monotonic()
        self.deadline = self.started + self.budget

    def advance(self) -> int:
        """Handle the next events and move the cursor; answers how many events it moved over.

        Database trouble is raised as it came (nothing of the batch holds then); `BrokenLog` where
        the log has a gap. An event this code is too old for stops the batch before it.
        """
        sub = self.subscription
        before = sub.position
        if not self.claims:
            end = head(self.session, sub.service_id)
            sub.position = self.mark if before < self.mark else end
            sub.tries = 0
            return sub.position - before
        if sub.tries > DEATHS_BEFORE_CARE and sub.careful_until <= before:
            sub.careful_until = min(before + BATCH, head(self.session, sub.service_id))
        limit = 1 if sub.careful_until > before else self.most
        if before < self.mark:  # behind it other events count
            limit = min(limit, self.mark - before)
        rows = rows_after(self.session, sub.service_id, before, limit)
        if rows and rows[-1][POSITION] != before + len(rows):
            raise BrokenLog(
                f"log {sub.service_id}: {len(rows)} events after position {before}"
                f" end at {rows[-1][POSITION]}"
            )
        started = time.perf_counter()
        if rows and sub.tries > DEATHS_BEFORE_PARKING:
            self._park_unseen(rows[0])
        else:
            sub.error = None
            self._take(rows)
        self.left = len(rows) == limit or before + len(rows) > sub.position
        # Behind what killed the process care ends; before it, it goes on from one by one.
        sub.tries = DEATHS_BEFORE_CARE if sub.position < sub.careful_until else 0
        sub.handling_ms += round((time.perf_counter() - started) * 1000)
        return sub.position - before

    @property
    def pace(self) -> int:
        """How many events the next batch should read, this one having taken as long as it has."""
        taken = time.monotonic() - self.started
        if taken > self.budget:
            return max(1, self.most // 2)
        return min(BATCH, self.most * 2) if taken < self.budget / 3 else self.most

    def _park_unseen(self, row: LogRow) -> None:
        sub = self.subscription
        if self.claims.of(row[TYPE]):
            self._park(
                row[POSITION],
                row[SUBJECT],
                f"The process, or the handler the transaction, ended {DEATHS_BEFORE_PARKING} times"
                " in a row while handling this event; it was parked without being tried again.",
            )
        sub.position = sub.careful_until = row[POSITION]

    def _take(self, rows: Sequence[LogRow]) -> None:
        """Go through ``rows`` in stretches that the same handlers claim."""
        sub = self.subscription
        taken = 0
        # One stretch at least: where reading alone took all the time, the cursor must move on too.
        while taken < len(rows) and (taken == 0 or time.monotonic() < self.deadline):
            row = rows[taken]
            handlers = self.claims.of(row[TYPE])
            if not handlers:
                done = 1
            elif row[SUBJECT] in self.parked:
                self._park(row[POSITION], row[SUBJECT], BEHIND, behind=True)
                done = 1
            else:
                done = self._take_stretch(self._stretch(rows, taken, handlers), handlers)
                if done == 0:
                    return
            taken += done
            sub.position = rows[taken - 1][POSITION]

    def _stretch(
        self, rows: Sequence[LogRow], first: int, handlers: tuple[Subscriber, ...]
    ) -> Sequence[LogRow]:
        """The rows from ``first`` on that can be given to ``handlers`` together."""
        claims, parked = self.claims, self.parked
        live_from = self.subscription.live_from
        replaying = rows[first][POSITION] <= live_from
        rest = rows[first:] if first else rows
        if (
            not parked
            and {claims.of(name) for name in {row[TYPE] for row in rest}} == {handlers}
            and (rest[-1][POSITION] <= live_from) is replaying
        ):
            return rest  # nearly always
        end = first + 1
        for row in rows[end:]:
            position, _, name, _, subject, *_ = row
            if claims.of(name) != handlers or (position <= live_from) is not replaying:
                break
            if parked and subject in parked:
                break
            end += 1
        return rows[first:end]

    def _take_stretch(self, rows: Sequence[LogRow], handlers: tuple[Subscriber, ...]) -> int:
        """Handle ``rows``; answers with how many the cursor may move on. None, where this code is
        too old for the first one."""
        sub = self.subscription
        events, unreadable = all_recorded(self.core.registry, sub.service_id, rows)
        if unreadable is not None and not events:  # otherwise first what stands before it
            if isinstance(unreadable, UnknownVersion):
                sub.error = str(unreadable)
                return 0
            self._park(rows[0][POSITION], rows[0][SUBJECT], unreadable)
            return 1
        replaying = rows[0][POSITION] <= sub.live_from
        done, failure = self.attempt(events, handlers, replaying)
        if failure is None:
            self.count(events[:done])
            return done
        return self._one_by_one(events, handlers, replaying)

    def _one_by_one(
        self, events: list[Recorded], handlers: tuple[Subscriber, ...], replaying: bool
    ) -> int:
        """Each event in a savepoint of its own, so that those that can take effect do."""
        for done, event in enumerate(events, start=1):
            if event.subject in self.parked:
                self._park(event.position, event.subject, BEHIND, behind=True)
                continue
            _, failure = self.attempt([event], handlers, replaying)
            if failure is None:
                self.count([event])
            else:
                self._park(event.position, event.subject, failure)
            if time.monotonic() >= self.deadline:
                return done
        return len(events)

    def count(self, events: Sequence[Recorded]) -> None:
        """Note that ``events`` have taken effect."""
        self.subscription.handled += len(events)
        self.subscription.shown += sum(
            not self.core.registry.is_quiet(each.type) for each in events
        )

    def attempt(
        self, events: list[Recorded], handlers: tuple[Subscriber, ...], replaying: bool
    ) -> tuple[int, Exception | None]:
        """Give ``events`` to ``handlers`` within one savepoint, until the time is up.

        Answers how many took effect, or what was raised; then none of them did.
        """
        savepoint = self.session.begin_nested()
        transaction = self.session.get_transaction()
        began = time.monotonic()
        try:
            with handling(self.session) as unit:
                if all(handler.batch for handler in handlers):
                    unit.depth = 1 + max(map(_depth, events))
                    context = self._context(events[-1], replaying)
                    for handler in handlers:
                        handler.function(handler.given(events), context)
                    done = len(events)
                else:
                    done = self._each(events, handlers, replaying, unit)
            savepoint.commit()
        except Exception as error:  # whatever a handler raises parks its event
            if lost_while_idle(error, time.monotonic() - began):
                # Its own fault, and the transaction it should be parked in is gone with it.
                raise TornTransaction("a handler computed for too long") from error
            if is_database_trouble(error):
                raise
            if self.session.get_transaction() is not transaction:
                raise TornTransaction("a handler may not roll back: it raises") from error
            savepoint.rollback()
            return 0, error
        return done, None

    def _each(
        self,
        events: list[Recorded],
        handlers: tuple[Subscriber, ...],
        replaying: bool,
        unit: Unit,
    ) -> int:
        for done, event in enumerate(events, start=1):
            unit.depth = 1 + event.depth
            context = self._context(event, replaying)
            for handler in handlers:
                given = handler.given([event])
                handler.function(given if handler.batch else given[0].data, context)
            if time.monotonic() >= self.deadline:
                return done
        return len(events)

    def _context(self, event: Recorded, replaying: bool) -> Context:
        sub = self.subscription
        return Context(
            session=self.session,
            plugin=sub.plugin,
            service_id=sub.service_id,
            settings=self.settings,
            position=event.position,
            event_id=event.event_id,
            type=event.type,
            subject=event.subject,
            actor_id=event.actor_id,
            occurred_at=event.occurred_at,
            replaying=replaying,
        )

    def _park(
        self, position: int, subject: str, error: BaseException | str, *, behind: bool = False
    ) -> None:
        sub = self.subscription
        self.parked.add(subject)
        park(self.session, sub.plugin, sub.service_id, position, subject, error, behind=behind)


def retry_parked(session: Session, core: EventCore, sub: Subscription, parked: ParkedEvent) -> bool:
    """Handle one parked event of ``sub`` again, within the caller's transaction, which has locked
    both; whether it went well."""
    row = rows_after(session, parked.service_id, parked.position - 1, 1)[0]
    batch = Batch(session, core, sub)
    handlers = batch.claims.of(row[TYPE])
    try:
        event = recorded(core.registry, parked.service_id, row)
    except EventError as error:
        parked.error = note(_again(parked), error)
        return False
    _, failure = batch.attempt([event], handlers, row[POSITION] <= sub.live_from)
    if failure is not None:
        parked.error = note(_again(parked), failure)
        return False
    batch.count([event])
    free_next(session, parked)
    session.delete(parked)
    return True


def _again(parked: ParkedEvent) -> str:
    return f"event {parked.position} of service {parked.service_id}, for {parked.plugin}, again"
