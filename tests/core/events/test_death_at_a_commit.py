"""A worker that dies at any of its commits leaves effects and progress as one: both, or neither."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import Connection, select
from sqlalchemy.event import listen, remove

from eak_core import clock
from eak_core.db import db, read_session, write_session
from eak_core.events import on_schedule, schedule
from eak_core.events.models import ParkedEvent, ScheduledWork, Subscription
from eak_core.events.worker import Worker
from tests.core.events.probe import (
    SERVICE,
    Effect,
    Listener,
    MakeApp,
    drain,
    effects,
    happen,
)
from tests.core.events.subscribed import failing, make_due, noting, start

#: More commits than any pass of a worker makes.
MANY = 40


class Killed(BaseException):
    """In the place of a process that ends, whatever it was about to do."""


@contextmanager
def killed_at(app: Flask, commit: int) -> Iterator[list[int]]:
    """A process that is killed when it is about to commit for the ``commit``-th time; the answer
    has as many numbers as it came to."""
    come_to: list[int] = []
    with app.app_context():
        engine = db.engine

    def die(connection: Connection) -> None:
        come_to.append(commit)
        if len(come_to) == commit:
            # As the database does for a process that is gone.
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.rollback()
            raise Killed

    listen(engine, "commit", die)
    try:
        with suppress(Killed):
            yield come_to
    finally:
        remove(engine, "commit", die)


def at_each_commit(app: Flask, prepare: Callable[[int], None], check: Callable[[], None]) -> None:
    """Let a worker die at its first commit, another one at its second, and so on up to one that
    survives; before each something happens (``prepare``), after each ``check`` is asked."""
    for number in count(1):
        assert number < MANY, "it never comes to an end"
        prepare(number)
        with killed_at(app, number) as come_to:
            Worker(app).read()
        check()
        drain(app)
        check()
        if len(come_to) < number:
            assert number > 2, "nothing was committed"
            return


def position(app: Flask) -> int:
    with read_session(app) as session:
        return session.scalars(select(Subscription.position)).one()


def test_what_handlers_wrote_stands_exactly_up_to_the_cursor(make_app: MakeApp) -> None:
    app = make_app(noting())
    start(app)

    def prepare(number: int) -> None:
        happen(app, 2 * number - 1, 2 * number)

    def check() -> None:
        assert effects(app) == [*range(1, position(app) + 1)]

    at_each_commit(app, prepare, check)


def test_what_a_retry_wrote_stands_exactly_where_nothing_is_parked_any_more(
    make_app: MakeApp,
) -> None:
    probe, broken = failing()
    app = make_app(probe)
    start(app)
    happened: list[int] = []

    def prepare(number: int) -> None:
        broken.add(number)
        happen(app, number, thing=number)
        drain(app)
        broken.clear()
        happened.append(number)
        make_due(app)

    def check() -> None:
        with read_session(app) as session:
            parked = session.scalars(select(ParkedEvent.position)).all()
        assert sorted([*effects(app), *parked]) == happened
        make_due(app)

    at_each_commit(app, prepare, check)


def test_what_is_due_has_taken_effect_exactly_where_it_is_not_due_any_more(
    make_app: MakeApp,
) -> None:
    probe = Listener()

    @on_schedule(probe, "close")
    def close(session: Any, service: Any, name: str, due_at: Any) -> None:
        number = int(name.partition(":")[2])
        session.add(
            Effect(plugin="probe", service_id=SERVICE, position=0, number=number, replaying=False)
        )

    app = make_app(probe)
    start(app)
    planned: list[int] = []

    def prepare(number: int) -> None:
        with write_session(app) as session:
            schedule(session, "probe", SERVICE, f"close:{number}", clock.now())
        planned.append(number)

    def check() -> None:
        with read_session(app) as session:
            names = session.scalars(select(ScheduledWork.name)).all()
        waiting = [int(name.partition(":")[2]) for name in names]
        assert sorted([*effects(app), *waiting]) == planned

    at_each_commit(app, prepare, check)
