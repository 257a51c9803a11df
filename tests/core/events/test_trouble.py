"""What is trouble of the database, and what a mistake in what was asked of it."""

import sqlite3

import psycopg
import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from eak_core.db import db, read_session
from eak_core.db.engine import engine_options
from eak_core.db.trouble import is_database_trouble


def of_sqlite(code: int) -> DBAPIError:
    original = sqlite3.OperationalError("said")
    original.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, original)


def of_postgres(state: str) -> DBAPIError:
    return OperationalError("SELECT 1", {}, psycopg.errors.lookup(state)("said"))


@pytest.mark.parametrize(
    "error",
    [
        *map(of_sqlite, (5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 26, 266, 1032, 261)),
        *map(
            of_postgres,
            "08006 40001 40P01 53100 53300 55P03 57P01 57P03 58030 XX001 25006 3D000".split(),
        ),
        PoolTimeout("QueuePool limit"),
        OperationalError("SELECT 1", {}, Exception("lost"), connection_invalidated=True),
    ],
)
def test_what_will_go_well_once_it_is_over_is_trouble(error: Exception) -> None:
    assert is_database_trouble(error)


@pytest.mark.parametrize(
    "error",
    [
        *map(of_sqlite, (1, 8, 18, 19, 20, 25)),
        *map(of_postgres, "22001 23505 25P02 25P03 42703 42P01 54000 54001 57014 P0001".split()),
        OperationalError("SELECT 1", {}, Exception("number of parameters")),
        ValueError("of its own"),
    ],
)
def test_what_would_go_wrong_again_is_a_mistake(error: Exception) -> None:
    assert not is_database_trouble(error)


@pytest.mark.parametrize(
    "url", ["postgresql://eak@127.0.0.1:1/eak", "sqlite:////nowhere/at/all/eak.sqlite"]
)
def test_a_database_that_cannot_be_reached_is_trouble(url: str) -> None:
    engine = create_engine(**engine_options(url))
    with pytest.raises(DBAPIError) as raised:
        engine.connect()
    assert is_database_trouble(raised.value)


@pytest.mark.parametrize("database", ["postgresql"])
def test_connections_that_died_with_the_server_answer_nobody(app: Flask) -> None:
    with app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
        # As on a site, and not as the kit has it.
        vars(db.engine.pool)["_pre_ping"] = engine_options(url)["pool_pre_ping"]
    sessions = [read_session(app) for _ in range(3)]
    for session in sessions:
        session.__enter__().execute(text("SELECT 1"))
    for session in sessions:
        session.__exit__(None, None, None)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    for _ in range(3):
        with read_session(app) as session:
            assert session.scalar(text("SELECT 1")) == 1  # type: ignore[attr-defined]
