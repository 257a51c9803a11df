"""What the room of ideas brings to the application."""

from flask import Flask

from eak_core.ideas.pages import (  # noqa: F401  # what they register
    alike,
    board,
    bulk,
    coauthors,
    feeds,
    files,
    managing,
    merging,
    monthly,
    overviews,
    preview,
    screening,
    transferring,
    views,
    writing,
)
from eak_core.ideas.reading import indexing  # noqa: F401  # what it hears


def init_ideas(app: Flask) -> None:
    """Give ``app`` the pages of ideas."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(managing.blueprint)
