"""Requests that only read change nothing, on either database, whatever a view does."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from eak_core.clock import ARRIVED
from eak_core.db import current_session, read_session
from eak_core.kit.testing.site import Site

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*ROOT.glob("eak_core/**/*.py"), *ROOT.glob("plugins/*/eak_*/**/*.py")]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_view_that_is_asked_by_a_safe_method_cannot_write(site: Site, method: str) -> None:
    with (
        site.app.test_request_context("/", method=method),
        pytest.raises(DBAPIError, match=r"read-?only"),
    ):
        site.app.preprocess_request()
        current_session().execute(text("UPDATE service SET name = 'changed'"))


def test_a_session_that_did_not_say_it_writes_cannot_on_either_database(site: Site) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), read_session(site.app) as session:
        session.execute(text("UPDATE service SET name = 'changed'"))
    with site.writing() as session:  # the same connection may write again once it is asked to
        session.execute(text("UPDATE service SET name = name"))


def _names_get_alone(node: ast.AST) -> bool:
    """``request.method == "GET"`` and ``!=``: a HEAD request would take the other branch."""
    return isinstance(node, ast.Compare) and any(
        isinstance(side, ast.Constant) and side.value == "GET"
        for side in (node.left, *node.comparators)
        if any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
    )


def test_no_view_tells_get_from_the_rest() -> None:
    assert len(SOURCES) > 200
    # No view: it answers a GET from memory, and leaves all else to the views.
    kept = ROOT / "eak_core/web/kept_pages.py"
    assert kept in SOURCES
    found = [
        f"{source.relative_to(ROOT)}:{node.lineno}"
        for source in SOURCES
        if source != kept
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Compare) and _names_get_alone(node)
    ]
    assert found == []


def test_a_transaction_is_dated_when_its_request_arrived_and_no_header_can_say_when(
    app: Flask,
) -> None:
    arrived = datetime(2026, 3, 1, 17, 59, 59, tzinfo=UTC)
    with app.test_request_context("/", method="POST", environ_overrides={ARRIVED: arrived}):
        app.preprocess_request()
        current_session().execute(text("SELECT 1"))
        assert current_session().began_at == arrived
    with app.test_request_context("/", method="POST", headers={"eak.arrived": "x"}):
        app.preprocess_request()
        current_session().execute(text("SELECT 1"))
        assert current_session().arrived_at is None
