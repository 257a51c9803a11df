"""What a session knows about its transaction."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from eak_core import clock
from eak_core.db import db, read_session, write_session

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
ONE = text("SELECT 1")


def test_a_session_knows_when_its_transaction_was_asked_for(app: Flask) -> None:
    with clock.freeze(NOON), read_session(app) as session:
        assert session.began_at is None
        session.execute(ONE)
        with clock.freeze(NOON + timedelta(hours=1)):
            session.execute(ONE)
            assert session.began_at == NOON
            session.commit()
            assert session.began_at is None
            session.execute(ONE)
            assert session.began_at == NOON + timedelta(hours=1)
            session.rollback()
            assert session.began_at is None


def test_a_savepoint_is_not_the_beginning(app: Flask) -> None:
    with clock.freeze(NOON), write_session(app) as session:
        session.execute(ONE)
        with clock.freeze(NOON + timedelta(hours=1)), session.begin_nested():
            assert session.began_at == NOON
        assert session.began_at == NOON


def test_standing_in_line_comes_after_the_beginning(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite whoever will write waits for the others before BEGIN: that hour is not theirs."""
    hands = [NOON]
    monkeypatch.setattr(clock, "now", lambda: hands[0])
    with app.app_context():
        engine = db.engine

    def an_hour_passes(_: Connection) -> None:
        hands[0] += timedelta(hours=1)

    event.listen(engine, "begin", an_hour_passes, insert=True)
    with write_session(app) as session:
        session.execute(ONE)
        assert clock.now() == NOON + timedelta(hours=1)
        assert session.began_at == NOON


def test_what_a_statement_was_given_stands_in_no_error_and_so_in_no_log(app: Flask) -> None:
    with pytest.raises(DBAPIError) as refused, read_session(app) as session:
        session.execute(text("SELECT * FROM nowhere WHERE choice = :choice"), {"choice": "secret"})
    assert "nowhere" in str(refused.value)
    assert "secret" not in str(refused.value)
