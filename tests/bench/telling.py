"""Ten thousand followers of one idea, told of a decision and written to: how long it takes, and how
long the longest of its transactions keeps others from writing."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event, insert

from eak_core import clock
from eak_core.db import db, write_session
from eak_core.events.worker import Worker
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.notices.models import Follow
from eak_core.notices.rhythms import GATHERED
from eak_core.people.models import Person, new_uniquifier
from eak_core.permissions import Actor
from tests.bench.report import Figure
from tests.bench.submitting import keep_promises

FOLLOWERS = 10_000
#: In milliseconds.
LONGEST = 250.0


def measure(databases: Databases, kind: Kind, folder: Path) -> Iterator[Figure]:
    """The figures of one kind of database."""
    with Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        site = sites.make(plugins=())
        keep_promises(site.app)
        idea = site.submit()
        _follow(site, idea)
        # Once before, so that no statement is made for the first time.
        _decide(site, site.submit())
        site.drain()
        _decide(site, idea)
        told, held = _work(site.app)
        yield Figure(f"{kind}: {FOLLOWERS:,} followers told", "s", told)
        yield Figure(f"{kind}: the longest transaction of it", "ms", held, ceiling=LONGEST)
        with clock.freeze(clock.now() + 2 * GATHERED):
            written, held = _work(site.app)
        yield Figure(f"{kind}: their mails written and queued", "s", written)
        yield Figure(f"{kind}: the longest transaction of it", "ms", held, ceiling=LONGEST)


def _decide(site: Site, idea: Idea) -> None:
    with site.writing() as session:
        found = session.get_one(Idea, idea.id)
        change_stage(
            session, Actor.system(), site.service, frozenset(), found, "screening", "It fits."
        )


def _follow(site: Site, idea: Idea) -> None:
    now = clock.now()
    with write_session(site.app) as session:
        people = session.scalars(
            insert(Person).returning(Person.id),
            [
                {
                    "email": f"follower.{number}@example.org",
                    "name": f"Follower {number}",
                    "active": True,
                    "administrator": False,
                    "confirmed_at": now,
                    "fs_uniquifier": new_uniquifier(),
                    "created_at": now,
                }
                for number in range(FOLLOWERS)
            ],
        ).all()
        rows = [
            {
                "service_id": idea.service_id,
                "subject": f"idea:{idea.id}",
                "person_id": person_id,
                "since": now,
            }
            for person_id in people
        ]
        session.execute(insert(Follow), rows)


def _work(app: Flask) -> tuple[float, float]:
    """Seconds until a worker has nothing to do, without sending, and the milliseconds of the
    longest transaction that wrote."""
    with app.app_context():
        engine = db.engine
    began: dict[int, float] = {}
    wrote: set[int] = set()
    longest = [0.0]

    def begin(connection: Connection) -> None:
        began[id(connection)] = time.perf_counter()
        wrote.discard(id(connection))

    def run(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split(None, 1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}:
            wrote.add(id(connection))

    def commit(connection: Connection) -> None:
        if id(connection) in wrote:
            took = time.perf_counter() - began[id(connection)]
            longest[0] = max(longest[0], took * 1000)

    listeners: dict[str, Any] = {"begin": begin, "before_cursor_execute": run, "commit": commit}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    worker, started = Worker(app), time.perf_counter()
    try:
        while worker.read() or worker.perform_due():
            pass
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)
    return time.perf_counter() - started, longest[0]
