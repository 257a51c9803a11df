"""What follows when somebody signs in or out, or has a new password: sessions begin and end, and
the security log notes it."""

from functools import partial
from typing import Any

from flask import Flask, Response, after_this_request, g, got_request_exception, session
from flask_login import user_logged_out
from flask_security import hash_password
from flask_security.signals import (
    password_reset,
    reset_password_instructions_sent,
    user_authenticated,
)

from eak_core import clock
from eak_core.db import current_session
from eak_core.db.afterwards import afterwards
from eak_core.people.accounts.account import confirm_person
from eak_core.people.credentials import sessions
from eak_core.people.models import Person
from eak_core.security_log import note
from eak_core.web import drafts

#: What a session holds once somebody has signed in; anything older is dropped.
SESSION_KEYS = ("_user_id", "_id", "_fresh", "fs_cc", "fs_paa", sessions.KEY, drafts.KEY)
#: What a session holds once somebody has signed out: the next one at this browser finds nothing.
SIGNED_OUT_KEYS = ("fs_cc", "_remember", "_flashes")


def connect(app: Flask) -> None:
    """Listen to what Flask-Security and Flask-Login say."""
    password_reset.connect(_on_password_reset, app)
    reset_password_instructions_sent.connect(_on_reset_asked, app)
    user_authenticated.connect(_on_signed_in, app)
    user_logged_out.connect(_on_signed_out, app)
    got_request_exception.connect(_on_failure, app)


def _on_password_reset(app: Flask, user: Person, **_extra: Any) -> None:
    # Whoever answered the mail holds the address.
    confirm_person(current_session(), user)
    afterwards(current_session(), partial(note, "link_used", link="password", person=user.id))


def _on_reset_asked(app: Flask, user: Person, **_extra: Any) -> None:
    note("link_sent", link="password", person=user.id)
    # An unknown address costs one hash (in Flask-Security); so does a known one.
    hash_password("not-a-password")


def _on_failure(app: Flask, **_extra: Any) -> None:
    # Flask-Security saves after each request, also after one that broke halfway.
    current_session().rollback()


def _on_signed_in(app: Flask, user: Person, **_extra: Any) -> None:
    """Begin a new session, so that nothing a stranger planted in the old one survives."""
    user.last_login_at = clock.now()
    _keep_only(SESSION_KEYS)
    sessions.begin(current_session(), user)
    g.pop("csrf_token", None)
    g.pop("eak_actor", None)
    afterwards(current_session(), partial(note, "sign_in", person=user.id))


def _on_signed_out(app: Flask, user: Person, **_extra: Any) -> None:
    """End the session, and leave nothing in it that the next person at this browser could find."""
    sessions.end(current_session())
    afterwards(current_session(), partial(note, "sign_out", person=user.id))
    after_this_request(save)
    after_this_request(_clear_browser)
    _keep_only(SIGNED_OUT_KEYS)


def _clear_browser(response: Response) -> Response:
    """Let nothing of the pages stay in a browser that others use too.

    Cookies are left out: the directive would take those of every other site under the same domain,
    such as the département's own, and ours is emptied here.
    """
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _keep_only(keys: tuple[str, ...]) -> None:
    kept = {key: session[key] for key in keys if key in session}
    session.clear()
    session.update(kept)


def save(response: Response) -> Response:
    """Keep what the request did, unless it broke: not every view of Flask-Security saves."""
    if response.status_code < 500:
        current_session().commit()
    return response
