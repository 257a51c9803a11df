"""What the room of open data brings to the application."""

from flask import Flask

from eak_core.reuse import site_views, views


def init_reuse(app: Flask) -> None:
    """Give ``app`` the open data of its services."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(site_views.blueprint)
