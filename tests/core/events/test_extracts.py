"""Reading a log by type and subject, page by page, at the cost of what is shown."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event as sa_event
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from eak_core.db import read_session, write_session
from eak_core.events import EventError, Recorded, publish, read_log
from eak_core.events.extracts import MOST, past_events
from eak_core.events.inspection import events_up_to
from eak_core.events.models import EventLog
from eak_core.events.registry import UnknownVersion
from tests.core.events.probe import SERVICE, Happened, MakeApp, happen

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
#: How the log begins; all that follows are votes, as many as a test wants.
BEGINNING = (
    ("idea.submitted", "idea:12"),
    ("voting.ballot_opened", "voting.ballot:1"),
    ("idea.edited", "idea:12"),
    ("idea.submitted", "idea:13"),
    ("voting.ballot_closed", "voting.ballot:1"),
    ("idea.edited", "idea:12"),
    ("probe.happened", "thing:1"),
)
VOTE = ("voting.vote_cast", "voting.ballot:1")


def record(session: Session, votes: int, *, service_id: int = SERVICE, after: int = 0) -> None:
    """Write a log whose beginning many votes follow, or more of them."""
    happened = [VOTE] * votes if after else [*BEGINNING, *[VOTE] * votes]
    rows = [
        {
            "service_id": service_id, "position": position, "event_id": str(uuid4()), "type": name,
            "version": 1, "subject": subject, "actor_id": None, "occurred_at": AT,
            "data": json.dumps({"thing": position}), "depth": 0,
        }
        for position, (name, subject) in enumerate(happened, start=after + 1)
    ]  # fmt: skip
    session.execute(insert(EventLog), rows)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with write_session(app) as session:
        record(session, 20)
        record(session, 5, service_id=2)
    with app.app_context(), read_session(app) as session:
        yield session


def positions(session: Session, **asked: Any) -> list[int]:
    return [each.position for each in read_log(session, SERVICE, **asked)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"types": ["idea.edited"]}, [3, 6]),
        ({"types": ["idea.edited"], "newest_first": True}, [6, 3]),
        ({"types": ["idea.edited", "voting.ballot_opened", "no.such"]}, [2, 3, 6]),
        ({"types": ["idea."]}, [1, 3, 4, 6]),
        ({"types": ["idea.", "probe.happened"], "newest_first": True}, [7, 6, 4, 3, 1]),
        ({"types": ["idea.", Happened]}, [1, 3, 4, 6, 7]),
        ({"types": ["idea.edited", "*"], "limit": 3}, [1, 2, 3]),
        ({"types": ["nowhere."]}, []),
        ({"subject": "idea:12"}, [1, 3, 6]),
        ({"subject": "idea:1"}, []),
        ({"subject": "idea:12", "newest_first": True, "limit": 2}, [6, 3]),
        ({"subject": "idea:12", "types": ["idea.edited"]}, [3, 6]),
        ({"subject": "voting.ballot:1", "types": ["voting."], "limit": 4}, [2, 5, 8, 9]),
        ({"subject": "idea:12", "types": ["voting."]}, []),
        ({"newest_first": True, "limit": 2}, [27, 26]),
        ({"limit": 2}, [1, 2]),
    ],
)
def test_what_is_asked_for_is_read_in_order(
    session: Session, asked: dict[str, Any], expected: list[int]
) -> None:
    assert positions(session, **asked) == expected


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"types": ["voting."]},
        {"subject": "voting.ballot:1"},
        {"types": ["idea.edited", VOTE[0]]},
    ],
)
def test_pages_follow_one_another_without_gap_or_repetition(
    session: Session, asked: dict[str, Any], newest_first: bool
) -> None:
    whole = positions(session, newest_first=newest_first, limit=MOST, **asked)
    found: list[int] = []
    for _page in whole:
        beyond = found[-1] if found else None
        page = positions(session, newest_first=newest_first, beyond=beyond, limit=3, **asked)
        assert len(page) <= 3
        found += page
    assert found == whole
    assert len(whole) > 20


def test_each_log_is_read_alone(session: Session) -> None:
    assert [each.service_id for each in read_log(session, 2, types=["idea."])] == [2] * 4
    assert read_log(session, 3) == read_log(session, 3, types=["idea."]) == []


@pytest.mark.parametrize("limit", [0, -1, MOST + 1])
def test_a_page_is_bounded(session: Session, limit: int) -> None:
    with pytest.raises(ValueError, match="limit is from 1 to 1000"):
        read_log(session, SERVICE, limit=limit)


def test_what_could_be_no_name_is_refused(session: Session) -> None:
    with pytest.raises(EventError, match="no event is called 'idea'"):
        read_log(session, SERVICE, types=["idea"])


def test_a_payload_is_of_the_class_it_was_asked_by_and_plain_otherwise(app: Flask) -> None:
    happen(app, 5)
    with app.app_context(), read_session(app) as session:

        def payload(*types: Any) -> Any:
            [found] = read_log(session, SERVICE, types=types)
            assert isinstance(found, Recorded)
            return found.data

        assert payload(Happened) == Happened(thing=1, number=5)
        assert payload(Happened, "probe.") == Happened(thing=1, number=5)
        for types in ((), ("probe.happened",), ("probe.",), ("*",)):
            assert payload(*types) == {"thing": 1, "number": 5}
        assert list(past_events(session, Happened, SERVICE)) == [Happened(thing=1, number=5)]


def test_what_this_code_cannot_read_is_given_as_it_was_written(app: Flask) -> None:
    with write_session(app) as session:
        session.execute(
            insert(EventLog).values(
                service_id=SERVICE, position=1, event_id=str(uuid4()), type="probe.happened",
                version=9, subject="thing:1", occurred_at=AT, data='{"of": "tomorrow"}',
            )
        )  # fmt: skip
    with app.app_context(), read_session(app) as session:
        [found] = read_log(session, SERVICE, types=["probe."])
        assert (found.version, found.data) == (9, {"of": "tomorrow"})
        with pytest.raises(UnknownVersion):
            read_log(session, SERVICE, types=[Happened])


def test_administrators_find_what_happened_to_one_thing(session: Session) -> None:
    def found(position: int | None = None, **asked: Any) -> list[int]:
        return [each.position for each in events_up_to(session, SERVICE, position, **asked)]

    assert found(limit=2) == [27, 26]
    assert found(6, limit=2, subject="idea:12") == [6, 3]
    assert found(limit=9, type="idea.submitted", subject="idea:12") == [1]
    assert found(limit=9, type="no.such") == []


QUESTIONS: tuple[dict[str, Any], ...] = (
    {"types": ["idea.edited"], "newest_first": True},
    {"types": ["idea.edited", "voting.ballot_opened"], "newest_first": True},
    {"types": ["idea."], "newest_first": True},
    {"types": ["voting."]},
    {"types": ["voting."], "newest_first": True},
    {"types": ["voting.vote_cast"], "beyond": 700},
    {"subject": "idea:12", "newest_first": True},
    {"subject": "voting.ballot:1", "types": ["voting.ballot_opened"], "newest_first": True},
    {"subject": "voting.ballot:1", "newest_first": True},
    {"newest_first": True},
)


def test_a_page_costs_what_it_shows_however_long_the_log(app: Flask) -> None:
    with write_session(app) as session:
        record(session, 2_000)
    before = costs(app)
    with write_session(app) as session:
        record(session, 8_000, after=2_007)
    after = costs(app)
    for question, few, many in zip(QUESTIONS, before, after, strict=True):
        assert many <= few * 1.2, f"{question} reads {few} of a short log and {many} of a long one"


def costs(app: Flask) -> list[int]:
    """For each question, what the database does for it: steps of SQLite, rows of PostgreSQL."""
    with app.app_context(), write_session(app) as session:
        session.execute(text("ANALYZE event_log"))
    with app.app_context(), read_session(app) as session:
        measure = steps if session.get_bind().dialect.name == "sqlite" else rows_seen
        return [measure(session, question) for question in QUESTIONS]


def steps(session: Session, question: dict[str, Any]) -> int:
    """How many steps SQLite's machine takes."""
    taken = [0]

    def count() -> int:
        taken[0] += 1
        return 0

    read_log(session, SERVICE, limit=10, **question)
    raw = session.connection().connection.driver_connection
    assert raw is not None
    raw.set_progress_handler(count, 1)
    try:
        read_log(session, SERVICE, limit=10, **question)
    finally:
        raw.set_progress_handler(None, 0)
    return taken[0]


def rows_seen(session: Session, question: dict[str, Any]) -> int:
    """How many rows PostgreSQL takes up, those included that it leaves out again."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    engine = session.get_bind().engine
    sa_event.listen(engine, "before_cursor_execute", note)
    try:
        read_log(session, SERVICE, limit=10, **question)
    finally:
        sa_event.remove(engine, "before_cursor_execute", note)
    explain = "EXPLAIN (ANALYZE, FORMAT JSON) "
    found = 0
    for statement, values in asked:
        plan = session.connection().exec_driver_sql(explain + statement, values).scalar_one()
        found += _rows(plan[0]["Plan"])
    return found


def _rows(plan: dict[str, Any]) -> int:
    of_this = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return int(of_this * plan["Actual Loops"]) + sum(_rows(each) for each in plan.get("Plans", ()))


def test_a_question_is_at_most_two_statements(make_app: MakeApp) -> None:
    from eak_core.kit.testing.queries import Queries

    app = make_app()
    with write_session(app) as session:
        record(session, 5)
    with app.app_context(), read_session(app) as session:
        for question in QUESTIONS:
            with Queries(app) as queries:
                read_log(session, SERVICE, **question)
            assert queries.count <= 2, question


def test_all_past_events_of_a_type_are_read_in_parts(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eak_core.events.extracts.MOST", 2)
    with write_session(app) as session:
        for number in range(5):
            publish(session, Happened(thing=1, number=number), service_id=SERVICE)
    with app.app_context(), read_session(app) as session:
        assert [each.number for each in past_events(session, Happened, SERVICE)] == [*range(5)]
