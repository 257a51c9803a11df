"""What is to happen by itself at an instant: set by domain functions, done by workers.

One row per thing to do. It is done in one transaction with the row's removal, so it takes effect
exactly once; a worker that dies has done nothing, and another one begins again. It takes turns
with the event handlers of the same plugin in the same service, and like them it waits while the
plugin is off there.

What computes for long does so before that transaction, which would keep others from writing for as
long: it reads, computes with no transaction open, and then writes where nothing has moved since.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db.hold import not_held
from eak_core.db.upsert import insert_for
from eak_core.events.core import EventCore
from eak_core.events.handling import TornTransaction
from eak_core.events.log import handling
from eak_core.events.models import ScheduledWork, Subscription
from eak_core.events.types import CORE, SITE, EventError, Handler, Part, Reader, Work
from eak_core.failures import note, retry_time

#: The longest pause between two tries of what failed, in seconds.
CAP_SECONDS = 600
#: How many rows one look takes up.
AT_ONCE = 100

_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}(:[A-Za-z0-9_.-]{1,40})?")

H = TypeVar("H", bound=Handler)


class SchedulingOwner(Protocol):
    """The core or a plugin, as far as this module needs it."""

    @property
    def name(self) -> str: ...

    @property
    def scheduled(self) -> dict[str, Work]: ...


def on_schedule(
    owner: SchedulingOwner,
    kind: str,
    *,
    reads: Reader | None = None,
    every: timedelta | None = None,
) -> Callable[[H], H]:
    """Register what is done when something called ``kind``, or ``kind:…``, is due.

    ``f(session, service, name, due_at)`` runs in a worker, once: what it writes and publishes is
    committed together. It may come late (no worker ran, the plugin was off), so it looks at the
    clock and at its own tables, and does nothing where nothing is to be done any more. If it
    raises, nothing it wrote stays, and it is tried again with growing pauses, in sight of
    administrators. It may `schedule` its own name anew. ``service`` is None for the site.

    Work that computes for long names in ``reads`` a function that is called first, with the same
    arguments and a session that only reads. It answers a function without arguments, which is then
    called with no transaction open, so that nobody waits for it; or None where nothing is to be
    done any more. What that one answers is the fifth argument of ``f``, whose transaction is as
    short as its writing. ``f`` makes sure that what was read is still so, and raises `Moved` where
    it is not: it is then read and computed anew.

    What is done ``every`` so often is begun by itself, in each service where the plugin is on, and
    for the core once for the site; nobody schedules it.

    A large task is done in parts, each in a transaction of its own, so that whoever waits to write
    has a turn in between. An answer of True says that there is more to do, and a `Part` besides
    how far it is, which `part_of` and the page of scheduled work tell. It is called again after
    whatever else is due, with the same ``due_at``. It stops while the plugin is off or the site is
    held, and goes on with the part that comes next.

    `EventError` for a ``kind`` of another shape, or one that has its function.
    """
    if not _KIND.fullmatch(kind):
        raise EventError(f"{owner.name}: a kind of work is named with a-z, 0-9 and _, not {kind!r}")
    if kind in owner.scheduled:
        raise EventError(f"{owner.name}: two functions are for the scheduled {kind!r}")

    def register(function: H) -> H:
        owner.scheduled[kind] = Work(function, reads, every)
        return function

    return register


def schedule(session: Session, plugin: str, service_id: int, name: str, due_at: datetime) -> None:
    """Let what ``plugin`` registered for ``name`` happen at ``due_at`` (aware), within a second.

    ``name`` is the kind, or the kind and which one: ``close:12``; never anything about a person.
    What was scheduled under the same name in this service is moved, and its failures forgotten. It
    holds when the transaction commits. A ``due_at`` in the past is due at once. `ValueError` for
    another shape of name.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r}: scheduled work is named “kind” or “kind:which”")
    values = {
        "due_at": due_at,
        "next_attempt_at": due_at,
        "attempts": 0,
        "error": None,
        "done": None,
        "total": None,
    }
    session.execute(
        insert_for(session, ScheduledWork)
        .values(plugin=plugin, service_id=service_id, name=name, **values)
        .on_conflict_do_update(
            index_elements=[ScheduledWork.plugin, ScheduledWork.service_id, ScheduledWork.name],
            set_=values,
        )
    )


def begin(session: Session, plugin: str, service_id: int, works: Mapping[str, Work]) -> None:
    """Let what ``plugin`` does again and again be done in a service from now on, where it is not
    yet."""
    for kind, work in works.items():
        if work.every is not None:
            values = {"plugin": plugin, "service_id": service_id, "name": kind, "attempts": 0}
            now = clock.now()
            session.execute(
                insert_for(session, ScheduledWork)
                .values(**values, due_at=now, next_attempt_at=now)
                .on_conflict_do_nothing()
            )


def begin_all(session: Session, core: EventCore) -> None:
    """`begin` for the core and each plugin where it is on; called before a worker starts."""
    begin(session, CORE.name, SITE, core.scheduled.get(CORE.name, {}))
    on = select(Subscription.plugin, Subscription.service_id).where(
        Subscription.enabled, Subscription.plugin != CORE.name
    )
    for plugin, service_id in session.execute(on).all():
        begin(session, plugin, service_id, core.scheduled.get(plugin, {}))


def unschedule(session: Session, plugin: str, service_id: int, name: str) -> bool:
    """Let it not happen; False where nothing of this name was scheduled."""
    removed = session.execute(
        delete(ScheduledWork).where(*_row(plugin, service_id, name)).returning(ScheduledWork.name)
    ).one_or_none()
    return removed is not None


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, as it was found."""

    plugin: str
    service_id: int
    name: str

    @property
    def kind(self) -> str:
        return self.name.partition(":")[0]


#: Where what is to be done is switched on.
subscribed = and_(
    Subscription.plugin == ScheduledWork.plugin,
    Subscription.service_id == ScheduledWork.service_id,
)
#: Asked several times a second by every worker, so it is made once.
_DUE = (
    select(ScheduledWork.plugin, ScheduledWork.service_id, ScheduledWork.name)
    .join(Subscription, subscribed, isouter=True)
    .where(
        ScheduledWork.next_attempt_at <= bindparam("now"),
        ScheduledWork.plugin.in_(bindparam("plugins", expanding=True)),
        or_(Subscription.enabled, ScheduledWork.plugin == CORE.name),
        not_held(),
    )
    .order_by(ScheduledWork.next_attempt_at)
    .limit(AT_ONCE)
)


def due(session: Session, plugins: Sequence[str]) -> list[Task]:
    """What is to be done now by ``plugins``, where they are on, the oldest first; nothing where the
    site is held."""
    rows = session.execute(_DUE, {"plugins": plugins, "now": clock.now()})
    return [Task(*row) for row in rows]


def count_attempt(session: Session, task: Task) -> int | None:
    """Count a try before it is made, so that one that kills the process counts too.

    Answers how many it makes; None where it is not due any more.
    """
    attempts: int | None = session.scalar(
        update(ScheduledWork)
        .where(*_row_of(task), ScheduledWork.next_attempt_at <= clock.now())
        .values(attempts=ScheduledWork.attempts + 1)
        .returning(ScheduledWork.attempts)
    )
    if attempts is None:
        return None
    session.execute(
        update(ScheduledWork)
        .where(*_row_of(task))
        .values(next_attempt_at=retry_time(attempts, cap=CAP_SECONDS))
    )
    return attempts


def computes(core: EventCore, task: Task) -> bool:
    """Whether something is read and computed before ``task`` is done."""
    return _work(core, task).reads is not None


def computation(
    session: Session, core: EventCore, task: Task, attempt: int
) -> Callable[[], Any] | None:
    """What is to be computed before ``task`` is done, read by a ``session`` that only reads. None
    where nothing is to be done any more."""
    row, reads = _pending(session, task, attempt), _work(core, task).reads
    if row is None or reads is None:
        return None
    return reads(session, core.find_service(session, task.service_id), task.name, row.due_at)


def perform(
    session: Session, core: EventCore, task: Task, attempt: int, computed: tuple[Any, ...] | None
) -> bool:
    """Do ``task`` within the caller's transaction, and take it off the list; False where it was
    moved or done meanwhile. ``computed`` holds what its `computation` answered, or nothing where it
    has none; it is None where nothing is to be done. Raises what its function raises."""
    row = _pending(session, task, attempt)
    if row is None:
        return False
    due_at = row.due_at
    more = computed is not None and _call(session, core, task, due_at, computed)
    # The row is taken last, as domain functions do it: what it is about is locked before it. One
    # that was scheduled anew, by its own function too, stays.
    this = (*_row_of(task), ScheduledWork.attempts == attempt, ScheduledWork.due_at == due_at)
    every = _work(core, task).every
    if more:
        done, total = (more.done, more.total) if isinstance(more, Part) else (None, None)
        session.execute(
            update(ScheduledWork)
            .where(*this)
            .values(next_attempt_at=clock.now(), attempts=0, error=None, done=done, total=total)
        )
    elif every is not None:
        schedule(session, task.plugin, task.service_id, task.name, clock.now() + every)
    else:
        session.execute(delete(ScheduledWork).where(*this))
    return True


def _pending(session: Session, task: Task, attempt: int) -> ScheduledWork | None:
    """The row of ``task``, where this attempt is still the one to be made."""
    row = session.scalars(select(ScheduledWork).where(*_row_of(task))).one_or_none()
    return None if row is None or row.attempts != attempt or row.due_at > clock.now() else row


def _work(core: EventCore, task: Task) -> Work:
    work = core.scheduled.get(task.plugin, {}).get(task.kind)
    if work is None:
        raise EventError(f"nothing is registered in this version for {task.kind!r}")
    return work


def _call(
    session: Session, core: EventCore, task: Task, due_at: datetime, computed: tuple[Any, ...]
) -> Part | bool:
    """Let its function act; whether it says that there is more to do, and how far it is."""
    function = _work(core, task).writes
    savepoint = session.begin_nested()
    transaction = session.get_transaction()
    with handling(session):
        service = core.find_service(session, task.service_id)
        more = function(session, service, task.name, due_at, *computed)
    if session.get_transaction() is not transaction:
        raise TornTransaction("what is scheduled may not roll back: it raises")
    savepoint.commit()
    # Whatever else a function answers means nothing: it would be called without an end.
    return more if isinstance(more, Part) else more is True


def note_failure(session: Session, task: Task, attempt: int, error: Exception) -> None:
    """Keep for administrators what went wrong. When it is tried again was set with the try."""
    session.execute(
        update(ScheduledWork)
        .where(*_row_of(task), ScheduledWork.attempts == attempt)
        .values(error=note(f"{task.name} of {task.plugin}", error))
    )


def _row(plugin: str, service_id: int, name: str) -> tuple[Any, ...]:
    return (
        ScheduledWork.plugin == plugin,
        ScheduledWork.service_id == service_id,
        ScheduledWork.name == name,
    )


def _row_of(task: Task) -> tuple[Any, ...]:
    return _row(task.plugin, task.service_id, task.name)
