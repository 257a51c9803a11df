"""What the room of duties brings to the application."""

from flask import Flask

from eak_core.duties import contact, pages


def init_duties(app: Flask) -> None:
    """Give ``app`` the pages of law, the site plan and the page to write to whoever runs it."""
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(contact.blueprint)
