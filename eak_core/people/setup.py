"""What the room of people adds to an application."""

from flask import Flask

from eak_core.people import (  # noqa: F401  # what is due, and further pages, on import
    passkey_views,
    second_factor_views,
    sleeping,
    suspensions,
    upkeep,
    views,
)
from eak_core.people.entrance import init_entrance
from eak_core.people.security import init_security


def init_people(app: Flask) -> None:
    """Give ``app`` accounts, actors and their pages; call this after the gate is installed."""
    init_security(app)
    init_entrance(app)
    app.view_functions["security.confirm_email"] = views.confirm_address
    app.register_blueprint(views.blueprint)
