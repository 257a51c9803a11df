"""Sessions, and the one rule about writing on SQLite.

A transaction that reads first and writes later fails on SQLite as soon as anybody else wrote in
between, and no time-out helps. So whoever may write says so before the first statement
(`Session.writes`): the transaction then opens with ``BEGIN IMMEDIATE``, behind a queue that is fair
among threads and processes (see `eak_core.db.sqlite`). Whoever has not said so cannot write: SQLite
refuses it (``query_only``), and PostgreSQL too (``BEGIN READ ONLY``), so that a request which only
reads changes nothing on either, whatever its view does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, Engine, orm, text
from sqlalchemy import event as sa_event
from sqlalchemy.exc import DBAPIError

from eak_core import clock
from eak_core.db.trouble import is_away, is_busy, is_full
from eak_core.errors import EakError

# `Session.get_bind` must answer the same object every time, or the session would hold two
# connections; so the twin of an engine is made once: the one that writes on SQLite, on PostgreSQL
# the one that reads. It holds its engine, so nothing but the engine may hold it: both would stay
# for good, with every statement that they have compiled.
_TWIN = "eak_twin"

_BEGAN_AT = "eak_began_at"
_ARRIVED_AT = "eak_arrived_at"

_LONG_WORK = text("SET LOCAL idle_in_transaction_session_timeout = '15min'")


class Session(orm.Session):
    """SQLAlchemy's session, which knows whether its next transaction may write, and when its
    current one was asked for."""

    _writes = False
    #: Whether the last commit failed so that nobody knows if the database kept it all the same.
    in_doubt = False

    @property
    def began_at(self) -> datetime | None:
        """When the current transaction was asked for, aware, in UTC; None outside one.

        That is before it waited for its turn among SQLite's writers or for any lock: whoever came
        before a deadline came in time, however long the queue was. A savepoint changes nothing.
        Within a request that says when it arrived (`arrived_at`) it is that instant: the request
        may have stood in line for a thread as well.
        """
        if not self.in_transaction():
            return None
        return self.info.get(_ARRIVED_AT) or self.info.get(_BEGAN_AT)

    @property
    def arrived_at(self) -> datetime | None:
        """When the request that this session works for had arrived in whole, aware, in UTC; None
        where nobody said so."""
        return self.info.get(_ARRIVED_AT)

    @arrived_at.setter
    def arrived_at(self, instant: datetime | None) -> None:
        self.info[_ARRIVED_AT] = instant

    @property
    def writes(self) -> bool:
        """Whether transactions of this session may write. Set it before the first statement."""
        return self._writes

    @writes.setter
    def writes(self, value: bool) -> None:
        if value != self._writes and self.in_transaction():
            raise RuntimeError("a transaction has begun: `writes` can no longer change")
        self._writes = value

    def commit(self) -> None:
        try:
            super().commit()
        except BaseException as error:
            refused = isinstance(error, EakError) or is_full(error) or is_busy(error)
            self.in_doubt = not refused
            raise

    def close(self) -> None:
        """End the session, also where its connection is lost: nothing is left to be rolled back
        then, and what a request was answered, or an error that is on its way, stands."""
        try:
            super().close()
        except DBAPIError as error:
            if not is_away(error):
                raise
            self.invalidate()

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind = super().get_bind(*args, **kwargs)
        if not isinstance(bind, Engine):
            return bind
        on_sqlite = bind.dialect.name == "sqlite"
        if self._writes is not on_sqlite:
            return bind
        twin: Engine | None = vars(bind).get(_TWIN)
        if twin is None:
            option = {"eak_writes": True} if on_sqlite else {"postgresql_readonly": True}
            twin = vars(bind).setdefault(_TWIN, bind.execution_options(**option))
        return twin


@sa_event.listens_for(Session, "after_transaction_create")
def _note_beginning(session: Session, transaction: orm.SessionTransaction) -> None:
    if transaction.parent is None:
        session.info[_BEGAN_AT] = clock.now()


db = SQLAlchemy(session_options={"class_": Session, "expire_on_commit": False})


def begin_writing(session: Session) -> None:
    """From here on ``session`` may write, where it could only read so far: on SQLite this waits for
    the writer's place.

    What was read before was read in a transaction that ends here. It stays loaded, and may have
    changed meanwhile: what an act depends on is read anew, locked, by the act itself, as it has to
    be on PostgreSQL anyway. The instant that counts (`Session.began_at`) stays that of the first.
    """
    if session.writes:
        return
    session.arrived_at = session.began_at
    session.commit()
    session.writes = True
    session.begin()


@contextmanager
def write_session(app: Flask) -> Iterator[Session]:
    """A session of its own that may write; commits at the end, rolls back on an error."""
    session: Session = app.extensions["eak_sessions"]()
    session.writes = True
    with session:
        yield session
        session.commit()


@contextmanager
def read_session(app: Flask) -> Iterator[Session]:
    """A session of its own that only reads."""
    session: Session = app.extensions["eak_sessions"]()
    with session:
        yield session


def expect_long_work(session: orm.Session) -> None:
    """Let the transaction that ``session`` is in, or now begins, stand still for a quarter of an
    hour while Python computes: PostgreSQL would end it after half a minute."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LONG_WORK)


def new_session() -> Session:
    """A session of its own in the current application; the caller closes it."""
    return cast("Session", db.sessionmaker())


def current_session() -> Session:
    """The session of this request or command."""
    return cast("Session", db.session)
