"""What no handler of a plugin claims is passed over, at no cost to those who make it happen."""

from flask import Flask
from sqlalchemy import select, text

from eak_core.db import read_session, write_session
from eak_core.events import Context, subscriber
from eak_core.events.models import Subscription
from eak_core.events.worker import Worker
from tests.core.events.probe import (
    PROBE,
    SERVICE,
    Happened,
    Listener,
    MakeApp,
    drain,
    effects,
    happen,
    note,
)
from tests.core.events.subscribed import start


def two() -> tuple[Listener, Listener]:
    """One that handles what happens, and one that waits for something else."""
    busy, idle = Listener("probe", events=PROBE.events), Listener("idle")

    @subscriber(busy, Happened)
    def handle(happened: Happened, ctx: Context) -> None:
        note(ctx, happened.number)

    @subscriber(idle, "other.happened")
    def wait(happened: object, ctx: Context) -> None:
        raise AssertionError("it was not for this one")

    return busy, idle


def places(app: Flask) -> dict[str, tuple[int, int, str | None]]:
    """By plugin, how far it has come, its tries, and what stands in its way."""
    with read_session(app) as session:
        rows = session.execute(
            select(
                Subscription.plugin, Subscription.position, Subscription.tries, Subscription.error
            )
        )
        return {plugin: (position, tries, error) for plugin, position, tries, error in rows}


def test_who_claims_nothing_is_moved_only_when_there_is_time(make_app: MakeApp) -> None:
    app = make_app(*two())
    start(app)
    start(app, "idle")
    happen(app, 1, 2, 3)
    worker = Worker(app)
    worker.read(slow=False)
    assert places(app) == {"probe": (3, 0, None), "idle": (0, 0, None)}
    worker.read()
    assert places(app) == {"probe": (3, 0, None), "idle": (3, 0, None)}
    assert effects(app) == [1, 2, 3]


def test_a_gap_is_not_passed_over(make_app: MakeApp) -> None:
    app = make_app(*two())
    start(app, "idle")
    happen(app, 1, 2, 3)
    with write_session(app) as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER event_log_no_delete"))
        else:
            session.execute(text("ALTER TABLE event_log DISABLE TRIGGER ALL"))
        session.execute(
            text("DELETE FROM event_log WHERE service_id = :service AND position = 2"),
            {"service": SERVICE},
        )
    Worker(app).read()
    position, _tries, error = places(app)["idle"]
    assert position == 0
    assert "log 1: 2 events after position 0" in str(error)


def test_what_is_claimed_among_it_is_handled(make_app: MakeApp) -> None:
    app = make_app(*two())
    start(app)
    happen(app, 1)
    drain(app)
    assert effects(app) == [1]
