"""What the room of the front pages adds to an application."""

from flask import Flask

from eak_core.portal import outside, views  # noqa: F401  # what they register
from eak_core.portal.health import health


def init_portal(app: Flask) -> None:
    """Give ``app`` its front pages."""
    app.register_blueprint(views.portal)
    app.register_blueprint(views.services)
    app.register_blueprint(health)
