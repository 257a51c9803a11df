"""What the room of keys adds to an application."""

from flask import Flask

from eak_core.keys import events, views  # noqa: F401  # events are declared on import


def init_keys(app: Flask) -> None:
    """Give ``app`` the pages of its public keys."""
    app.register_blueprint(views.blueprint)
