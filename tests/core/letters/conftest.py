"""The outbox alone: an application with a database and ways out, and no site."""

from tests.core.events.conftest import app, make_app, url

__all__ = ["app", "make_app", "url"]
