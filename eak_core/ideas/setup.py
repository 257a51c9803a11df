"""What the room of ideas brings to the application."""

from flask import Flask

from eak_core.ideas import (  # noqa: F401  # what they register
    alike,
    board_views,
    bulk_views,
    coauthor_views,
    feeds,
    file_views,
    manage_views,
    merging_views,
    monthly_views,
    overviews,
    preview,
    screening_views,
    subscribers,
    transferring_views,
    views,
    writing,
)


def init_ideas(app: Flask) -> None:
    """Give ``app`` the pages of ideas."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(manage_views.blueprint)
