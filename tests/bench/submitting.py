"""Submitting an idea through the domain function, against raw SQL that writes the same rows."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import event, select

from eak_core import clock
from eak_core.db import db, write_session
from eak_core.ideas.content.texts import Proposal
from eak_core.ideas.models import Commune, Criterion, Subject
from eak_core.ideas.proposing.proposals import submit_idea
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.sites import Sites
from eak_core.permissions import Actor
from eak_core.services.models import Service
from eak_core.wsgi import settle
from tests.bench.report import Figure

SECONDS = 0.5
TURNS = 8
WRITERS = (1, 4, 16)
FLOOR = {"sqlite": 0.4, "postgresql": 0.5}
WORST_WAIT_MS = 300

STATEMENTS = {
    "idea": "INSERT INTO idea (title, problem, body, service_id, author_id, slug,"
    " form_key, created_at, submitted_at, updated_at, stage, needs, elsewhere, existing)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'submitted', '', '', '') RETURNING id",
    "subject": "INSERT INTO idea_subject (idea_id, subject_id) VALUES (?, ?)",
    "commune": "INSERT INTO idea_commune (idea_id, commune_code) VALUES (?, ?)",
    "criterion": "INSERT INTO idea_criterion (idea_id, criterion_id, statement) VALUES (?, ?, ?)",
    "follow": "INSERT INTO notice_follow (service_id, subject, person_id, since)"
    " VALUES (?, ?, ?, ?)",
    "head": "UPDATE log_head SET position = position + 1 WHERE service_id = ? RETURNING position",
    "log": "INSERT INTO event_log (service_id, position, event_id, type, version, subject,"
    " actor_id, occurred_at, data, depth)"
    " VALUES (?, ?, ?, 'idea.submitted', 1, ?, ?, ?, ?, 0)",
    "standing": "INSERT INTO idea_standing (service_id, idea_id, stage, shown, subjects, communes)"
    " VALUES (?, ?, 'submitted', true, ?, ?)",
    "total": "INSERT INTO idea_total (service_id, kind, key, ideas) VALUES (?, ?, ?, 1)"
    " ON CONFLICT (service_id, kind, key) DO UPDATE SET ideas = idea_total.ideas + 1",
}


@dataclass(frozen=True)
class Result:
    """Commits a second by all writers together, and the longest one of them took."""

    rate: float
    worst_ms: float


def measure(databases: Databases, kind: Kind, folder: Path) -> Iterator[Figure]:
    """The figures of one kind of database."""
    with Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        site = sites.make(plugins=())
        app = site.app
        keep_promises(app)
        with app.app_context():
            service = site.service
            citizen = site.people.citizen
        actor = Actor(person_id=citizen.id, confirmed=True)
        proposal = _proposal(app, service)
        settle()
        limit = _raw(app, service, actor, proposal)
        for writers in WRITERS:
            raw, ours = _in_turns(
                app, writers, limit, lambda: _submit(app, actor, service, proposal)
            )
            name = f"{kind}: submit, {writers} writer{'s' if writers > 1 else ''}"
            yield Figure(name, "commits/s", ours.rate, raw.rate, floor=FLOOR[kind])
            yield Figure(f"{name}, worst wait", "ms", ours.worst_ms, ceiling=WORST_WAIT_MS)


def keep_promises(app: Flask) -> None:
    """Tests let the databases skip the disk; a measurement must not."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        engine.dispose()
        event.listen(engine, "connect", _wait_for_the_disk)
        return
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = on")
        connection.exec_driver_sql("ALTER SYSTEM SET full_page_writes = on")
        connection.exec_driver_sql("SELECT pg_reload_conf()")


def _wait_for_the_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=FULL").close()


def _proposal(app: Flask, service: Service) -> Proposal:
    with write_session(app) as session:
        of_service = (Subject.service_id == service.id, Criterion.service_id == service.id)
        subjects = session.scalars(select(Subject.id).where(of_service[0]).limit(2)).all()
        criteria = session.scalars(select(Criterion.id).where(of_service[1])).all()
        communes = session.scalars(select(Commune.code).limit(1)).all()
    return Proposal(
        title="Un banc sous chaque tilleul",
        problem="On ne peut s’asseoir nulle part entre la gare et le marché. " * 4,
        body="Des bancs de bois sous les arbres, à l’essai dans trois rues. " * 10,
        subjects=tuple(subjects),
        communes=tuple(communes),
        statements=dict.fromkeys(criteria, "Peu coûteux, et réversible."),
    )


def _submit(app: Flask, actor: Actor, service: Service, proposal: Proposal) -> None:
    with write_session(app) as session:
        submit_idea(session, actor, service, proposal, form_key=str(uuid4()))


def _raw(app: Flask, service: Service, actor: Actor, proposal: Proposal) -> Callable[[], None]:
    """The limit: the driver alone writes the same rows and the same entry of the log."""
    with app.app_context():
        engine = db.engine
    sqlite = engine.dialect.name == "sqlite"
    sql = {
        name: statement if sqlite else statement.replace("?", "%s")
        for name, statement in STATEMENTS.items()
    }
    local = threading.local()
    # A plain lock in front of SQLite, or its own busy handler would be measured.
    turn: AbstractContextManager[Any] = threading.Lock() if sqlite else nullcontext()

    def commit() -> None:
        if not hasattr(local, "pooled"):
            local.pooled = engine.execution_options(eak_writes=True).raw_connection()
        connection = local.pooled.driver_connection
        cursor = connection.cursor()
        now = clock.now() if not sqlite else clock.now().replace(tzinfo=None).isoformat(" ")
        with turn:
            if sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            texts = (proposal.title, proposal.problem, proposal.body)
            keys = (service.id, actor.person_id, "un-banc", str(uuid4()), now, now, now)
            cursor.execute(sql["idea"], (*texts, *keys))
            (idea,) = cursor.fetchone()
            cursor.executemany(sql["subject"], [(idea, each) for each in proposal.subjects])
            cursor.executemany(sql["commune"], [(idea, each) for each in proposal.communes])
            cursor.executemany(
                sql["criterion"], [(idea, *each) for each in proposal.statements.items()]
            )
            subject = f"idea:{idea}"
            cursor.execute(sql["follow"], (service.id, subject, actor.person_id, now))
            cursor.execute(sql["head"], (service.id,))
            (position,) = cursor.fetchone()
            data = f'{{"idea_id":{idea},"author_id":{actor.person_id}}}'
            cursor.execute(
                sql["log"],
                (service.id, position, str(uuid4()), subject, actor.person_id, now, data),
            )
            subjects = [str(each) for each in proposal.subjects]
            communes = proposal.communes
            cursor.execute(
                sql["standing"], (service.id, idea, " ".join(subjects), " ".join(communes))
            )
            cursor.executemany(
                sql["total"],
                [
                    (service.id, kind, key)
                    for kind, keys in (
                        ("commune", communes),
                        ("held", ["submitted"]),
                        ("placed", [""]),
                        ("stage", ["submitted"]),
                        ("subject", subjects),
                    )
                    for key in keys
                ],
            )
            cursor.execute("COMMIT") if sqlite else connection.commit()

    return commit


def _in_turns(
    app: Flask, writers: int, limit: Callable[[], None], submit: Callable[[], None]
) -> tuple[Result, Result]:
    """Both by so many writers, a moment of one after a moment of the other, so that whatever else
    the machine does falls on both alike."""
    turns = [[_many(app, writers, commit) for commit in (limit, submit)] for _ in range(TURNS)]
    raw, ours = (
        Result(sum(each.rate for each in one) / TURNS, max(each.worst_ms for each in one))
        for one in zip(*turns, strict=True)
    )
    return raw, ours


def _many(app: Flask, writers: int, commit: Callable[[], None]) -> Result:
    """``commit`` again and again by so many threads at once, each with its connection open."""
    counts = [0] * writers
    worst = [0.0] * writers
    ready = threading.Barrier(writers)

    def write(number: int) -> None:
        with app.app_context():
            commit()
            ready.wait()
            write_on(number)

    def write_on(number: int) -> None:
        until = time.perf_counter() + SECONDS
        while (started := time.perf_counter()) < until:
            commit()
            counts[number] += 1
            worst[number] = max(worst[number], time.perf_counter() - started)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Result(sum(counts) / SECONDS, max(worst) * 1000)
