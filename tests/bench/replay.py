"""Reading the log again: a batch handler and a handler of single events against a raw loop."""

import statistics
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import msgspec
from flask import Flask
from rich.progress import track
from sqlalchemy import Integer, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core import clock
from eak_core.db import Base, db, init_db, read_session, write_session
from eak_core.db.bell import Bell
from eak_core.db.upsert import upsert
from eak_core.events import CORE, Context, EventRegistry, Recorded, publish, subscriber
from eak_core.events import subscriptions as subscribing
from eak_core.events.core import EventCore
from eak_core.events.handling import BATCH
from eak_core.events.models import EventLog
from eak_core.events.worker import Worker
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.wsgi import settle
from tests.bench.report import Figure
from tests.bench.submitting import keep_promises
from tests.core.events.probe import SERVICE, Effect, Happened, Listener

EVENTS = 1_000_000
SINGLE_EVENTS = 5_000
#: A row for each, as a plugin keeps one for each voter.
THINGS = 20_000


class Tally(Base):
    """How often each thing was met: what both loops keep; ours as authors write it."""

    __tablename__ = "probe_tally"

    thing: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int]


#: The fastest way of each driver: a prepared statement for every row, or one with arrays.
UPSERT = {
    "sqlite": "INSERT INTO raw_tally (thing, number) VALUES (?, ?)",
    "postgresql": "INSERT INTO raw_tally (thing, number)"
    " SELECT * FROM unnest(%s::integer[], %s::integer[])",
}
ADD = " ON CONFLICT (thing) DO UPDATE SET number = raw_tally.number + excluded.number"


def measure(databases: Databases, kind: Kind, events: int = EVENTS) -> Iterator[Figure]:
    """The figures of one kind of database."""
    with databases.fresh(kind, "bench", _build) as url, _application(url, _batch_plugin()) as app:
        if kind == "postgresql":
            keep_promises(app)
        _fill(app, events)
        settle()
        with write_session(app) as session:
            subscribing.start(session, "probe", SERVICE)
        ours, raw = _in_turns(app, events)
        yield Figure(f"{kind}: replay in batches", "events/s", ours, raw, floor=0.5)
    with databases.fresh(kind, "bench", _build) as url, _application(url, _single_plugin()) as app:
        _fill(app, SINGLE_EVENTS)
        with write_session(app) as session:
            subscribing.start(session, "probe", SERVICE)
        ours = _timed(lambda: _drain(app), SINGLE_EVENTS)
        yield Figure(f"{kind}: replay one by one", "events/s", ours, 1000, floor=1.0)
        yield Figure(
            f"{kind}: commit to handled, other process's poll",
            "ms",
            _wake_up(app),
            ceiling=100,
        )


def _build(url: str) -> None:
    app = Flask(__name__)
    init_db(app, url)
    with app.app_context():
        Base.metadata.create_all(db.engine.execution_options(eak_writes=True))
        db.engine.dispose()


@contextmanager
def _application(url: str, plugin: Listener) -> Iterator[Flask]:
    app = Flask(__name__)
    init_db(app, url)
    app.config["SECRET_KEY"] = "a secret that every test knows"
    app.extensions["eak_transports"] = {}
    app.extensions["eak_events"] = EventCore(
        EventRegistry([CORE, _declared()]), {"probe": tuple(plugin.subscribers)}
    )
    yield app
    with app.app_context():
        db.engine.dispose()


def _declared() -> Listener:
    owner = Listener()
    owner.events.append(Happened.__event__)
    return owner


def _batch_plugin() -> Listener:
    plugin = Listener()

    @subscriber(plugin, Happened, batch=True)
    def count(events: Sequence[Recorded], ctx: Context) -> None:
        rows = [{"thing": recorded.data.thing, "number": 1} for recorded in events]
        upsert(ctx.session, Tally, rows, add=["number"])

    return plugin


def _single_plugin() -> Listener:
    plugin = Listener()

    @subscriber(plugin, Happened)
    def note(event: Happened, ctx: Context) -> None:
        ctx.session.add(
            Effect(
                plugin="probe",
                service_id=ctx.service_id,
                position=ctx.position,
                number=event.number,
                replaying=ctx.replaying,
            )
        )

    return plugin


def _fill(app: Flask, events: int) -> None:
    """A log of ``events`` events, written without going through `publish`, which is measured
    elsewhere."""
    now = clock.now()
    for first in track(range(1, events + 1, 20_000), f"{events:,} events"):
        last = min(first + 20_000, events + 1)
        rows: list[dict[str, Any]] = [
            {
                "service_id": SERVICE,
                "position": position,
                "event_id": str(uuid4()),
                "type": "probe.happened",
                "version": 1,
                "subject": f"thing:{position % THINGS}",
                "actor_id": None,
                "occurred_at": now,
                "data": f'{{"thing":{position % THINGS},"number":{position}}}',
                "depth": 0,
            }
            for position in range(first, last)
        ]
        with write_session(app) as session:
            session.connection().execute(insert(EventLog), rows)
    with write_session(app) as session:
        session.execute(
            text("INSERT INTO log_head (service_id, position) VALUES (1, :position)"),
            {"position": events},
        )
        # As autovacuum would within a minute: without it PostgreSQL may sort the log's rest for
        # each batch, in both loops.
        session.execute(text("ANALYZE event_log"))


def _timed(function: Any, events: int) -> float:
    started = time.perf_counter()
    function()
    return events / (time.perf_counter() - started)


def _drain(app: Flask) -> None:
    if not Worker(app).drain(timeout=3600):
        raise RuntimeError("a subscription still lags")


def _in_turns(app: Flask, events: int) -> tuple[float, float]:
    """Events a second of ours and of the raw loop, which follows it turn by turn, so that whatever
    else the machine does falls on both alike."""
    worker, loop = Worker(app), _raw_loop(app, events)
    ours = raw = 0.0
    position = followed = 0
    while followed < events:
        started = time.perf_counter()
        position += worker.read()
        ours += time.perf_counter() - started
        started = time.perf_counter()
        while followed < position:
            followed = next(loop)
        raw += time.perf_counter() - started
    loop.close()
    return events / ours, events / raw


def _raw_loop(app: Flask, events: int) -> Generator[int]:
    """The limit: the driver alone reads a batch, of the greatest size that ours may have, decodes
    each event by its type and version, upserts a row for it, moves a cursor and commits. Answers
    where the cursor is, after each."""
    decoders = {("probe.happened", 1): msgspec.json.Decoder(Happened).decode}
    with app.app_context():
        engine = db.engine
    kind = engine.dialect.name
    mark = "?" if kind == "sqlite" else "%s"
    pooled = engine.execution_options(eak_writes=True).raw_connection()
    try:
        connection = pooled.driver_connection
        assert connection is not None
        pooled.detach()
        cursor = connection.cursor()
        if kind == "sqlite":
            cursor.execute("PRAGMA query_only=OFF")  # whoever had the connection last only read
        cursor.execute("CREATE TABLE raw_cursor (position bigint)")
        cursor.execute("CREATE TABLE raw_tally (thing integer PRIMARY KEY, number integer)")
        cursor.execute("INSERT INTO raw_cursor VALUES (0)")
        if kind == "postgresql":
            connection.commit()
        position = 0
        while position < events:
            if kind == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
            cursor.execute(
                "SELECT position, type, version, data FROM event_log WHERE service_id = 1"
                f" AND position > {mark} ORDER BY position LIMIT {BATCH}",
                (position,),
            )
            rows = cursor.fetchall()
            things = [decoders[name, version](data).thing for _, name, version, data in rows]
            if kind == "sqlite":
                cursor.executemany(UPSERT[kind] + ADD, [(thing, 1) for thing in things])
            else:
                # No batch is as long as there are things, so none meets one twice.
                cursor.execute(UPSERT[kind] + ADD, (things, [1] * len(things)))
            position = rows[-1][0]
            cursor.execute(f"UPDATE raw_cursor SET position = {mark}", (position,))
            connection.execute("COMMIT") if kind == "sqlite" else connection.commit()
            yield position
    finally:
        pooled.close()


def _wake_up(app: Flask) -> float:
    """Median milliseconds from a commit to the handler's commit, the worker hearing of it as from
    another process of its machine."""
    worker = Worker(app)
    worker.bell = Bell(worker.bell.file)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    times = []
    for number in range(30):
        with write_session(app) as session:
            publish(session, Happened(thing=1, number=number), service_id=SERVICE)
        started = time.perf_counter()
        while True:
            with read_session(app) as session:
                if subscribing.health(session)[0].lag == 0:
                    break
            time.sleep(0.001)
        times.append((time.perf_counter() - started) * 1000)
    stop.set()
    thread.join()
    return statistics.median(times)
