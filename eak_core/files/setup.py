"""What the room of files brings to the application."""

from flask import Flask

from eak_core.config import Config
from eak_core.files import addresses, copies, manage_views, upkeep, views  # noqa: F401  # what is due, on import
from eak_core.files.room import EXTENSION, open_room
from eak_core.files.staging import drop_unkept


def init_files(app: Flask, config: Config) -> None:
    """Give ``app`` its storage and the addresses of files."""
    app.extensions[EXTENSION] = open_room(config)
    app.teardown_request(drop_unkept)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(manage_views.blueprint)
    app.register_blueprint(copies.blueprint)
    app.jinja_env.globals.update(addresses.for_templates())
