"""The outbox alone: an application with a database and ways out, and no site."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from eak_core.letters.mail import mail_transport
from tests.core.events.conftest import app, make_app, url
from tests.core.letters.sink import Sink, serving

__all__ = ["app", "make_app", "url"]


@pytest.fixture
def pipelining() -> bool:
    """Whether the server takes several commands at once."""
    return False


@pytest.fixture
def sink(pipelining: bool) -> Iterator[Sink]:
    with serving() as found:
        found.pipelining = pipelining
        yield found


@pytest.fixture
def smtp_app(app: Flask, sink: Sink, tmp_path: Path) -> Flask:
    app.extensions["eak_transports"] = {
        "mail": mail_transport(
            sink.url,
            folder=tmp_path,
            sender="EAK <eak@example.org>",
            domain="example.org",
        )
    }
    return app
