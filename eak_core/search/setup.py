"""What the room of the search brings to the application."""

from flask import Flask

from eak_core.search import views


def init_search(app: Flask) -> None:
    """Give ``app`` the pages of the search."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(views.site)
