"""What the room of ideas brings to the application."""

from flask import Flask

from eak_core.ideas import feeds, manage_views


def init_ideas(app: Flask) -> None:
    """Give ``app`` the pages of ideas."""
    app.register_blueprint(feeds.blueprint)
    app.register_blueprint(manage_views.blueprint)
