"""What the room of notices brings to the application."""

from typing import Any

from flask import Flask, g
from markupsafe import Markup

from eak_core.db import current_session
from eak_core.notices import inbox, mails, telling, upkeep, views  # noqa: F401  # what is due, on import
from eak_core.notices.following import follows
from eak_core.web.acts import fragment


def init_notices(app: Flask) -> None:
    """Give ``app`` the pages of notices, and its templates the bell and the button."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(views.places)
    app.jinja_env.globals.update(follow_button=follow_button, unread_notices=unread_notices)


def unread_notices() -> int:
    """How much is new for the reader: one statement, and none for visitors."""
    actor = g.get("actor")
    if actor is None or not actor.signed_in:
        return 0
    if "eak_unread" not in g:
        g.eak_unread = inbox.unread(current_session(), actor)
    found: int = g.eak_unread
    return found


def follow_button(subject: str, about: Any = "", label: Any = "") -> Markup:
    """The button that lets the reader follow ``subject``, or leave it, or asks a visitor to sign
    in. It says “Follow”, or ``label``; ``about`` completes what it says for those who only hear
    it."""
    return fragment(
        "notices/button.html",
        subject=subject,
        about=about,
        label=label,
        followed=follows(current_session(), g.actor, g.service, subject),
    )
