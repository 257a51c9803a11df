"""The two databases the platform runs on, and what is set on their connections."""

import inspect
from typing import Any

from flask import Flask
from sqlalchemy import Engine, make_url

from eak_core.db import bell, holding, sqlite
from eak_core.db.session import db
from eak_core.db.trouble import IDLE_IN_TRANSACTION_MS
from eak_core.errors import Misconfigured

LOCK_TIMEOUT_MS = 10_000
# Threads that wait for a connection are not served in the order of asking; so there are enough.
# The one given back last is lent next: what it has read of the file is still in its memory, while
# taking turns each would fill as much of its own, two megabytes on SQLite.
POOL = {"pool_size": 20, "max_overflow": 20, "pool_use_lifo": True}
# Errors stand in logs and before administrators; what people wrote or chose has no place there.
QUIET = {"hide_parameters": True}


def engine_options(url: str) -> dict[str, Any]:
    """What `sqlalchemy.create_engine` is given for ``url``. `Misconfigured` for other databases."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if "?" in url:
            raise Misconfigured(
                "database_url: write “%3F” for a “?” in the path of a SQLite file; it takes no"
                " parameters"
            )
        return {"url": parsed, "connect_args": {"check_same_thread": False}, **POOL, **QUIET}
    if backend != "postgresql":
        raise Misconfigured(f"database_url: {backend} is not supported; use sqlite or postgresql")
    settings = {
        # A second publisher under REPEATABLE READ would fail instead of waiting its turn.
        "default_transaction_isolation": "read\\ committed",
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
        # What is guessed to read much would be compiled each time, which takes longer than it does.
        "jit": "off",
        "lock_timeout": LOCK_TIMEOUT_MS,
        "timezone": "UTC",
    }
    return {
        "url": parsed.set(drivername="postgresql+psycopg"),
        "connect_args": {"options": " ".join(f"-c {k}={v}" for k, v in settings.items())},
        # After a restart of the server every connection that waited is dead, and each of them would
        # answer one reader with an error.
        "pool_pre_ping": True,
        **POOL,
        **QUIET,
    }


def init_db(app: Flask, url: str) -> None:
    """Give ``app`` its engine and sessions."""
    app.config["SQLALCHEMY_ENGINES"] = {"default": engine_options(url)}
    db.init_app(app)
    # For asynchronous sessions, which nobody uses here, the extension leaves a coroutine to be run
    # at the end of every context: a thread is started each time to run it.
    app.teardown_appcontext_funcs[:] = [
        teardown
        for teardown in app.teardown_appcontext_funcs
        if not inspect.iscoroutinefunction(teardown)
    ]
    with app.app_context():
        prepare(db.engine)
        app.extensions["eak_sessions"] = db.sessionmaker
    holding.init_app(app)
    bell.init_app(app)


def prepare(engine: Engine) -> None:
    """Set on ``engine`` what its database needs."""
    if engine.dialect.name == "sqlite":
        sqlite.prepare(engine)
    # After SQLite's: waiting for the writer's place is not holding it.
    holding.watch(engine)
