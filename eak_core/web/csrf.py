"""A token on every change, and a way on for those whose token has run out."""

from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from eak_core.i18n import _
from eak_core.security_log import note
from eak_core.web.errors import answer
from eak_core.web.signed_links import is_public_post

TOKEN_LIFETIME = 12 * 3600
"""Seconds for which a page with a form can be sent: a working day."""

MOST_KEPT = 300_000
"""Characters of a form that are shown again, its names included: all that any form of the site
takes in texts, several times over."""

#: What the page adds to each field.
_MARKUP = 200

_NEVER_SHOWN = ("password", "csrf_token", "secret", "code")


@dataclass(frozen=True, slots=True)
class Kept:
    """One field of a form that is shown again. What no person wrote (a key, a choice from a list)
    is only sent again: ``number`` is None."""

    name: str
    value: str
    number: int | None


def init_csrf(app: Flask) -> None:
    """Ask for a token with every change; called after the gate, so that off stays 404."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", TOKEN_LIFETIME)
    # Its own check lets views be exempted by anybody; here only a signature is another proof.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf = CSRFProtect(app)
    app.register_error_handler(CSRFError, ask_again)

    @app.before_request
    def ask_for_token() -> None:
        enabled = app.config["WTF_CSRF_ENABLED"]  # tests of other things switch it off
        if enabled and request.endpoint and not is_public_post():
            csrf.protect()


def ask_again(error: CSRFError) -> Response:
    """What was typed, shown again with a new token.

    The button that sends it again is offered only where the browser says that the form came
    from this site; otherwise another site could have its own text sent by a trusting click.
    """
    note("refused", status=400, reason="no valid token")
    typed = _typed()
    return answer(
        400,
        what=_("This page had been open for too long, or your browser keeps no cookie."),
        template="error_token.html",
        typed=typed or [],
        action=request.full_path.rstrip("?"),
        came_from_here=(
            typed is not None
            and _came_from_here()
            and not request.files
            and _all_can_be_sent_again()
        ),
    )


def refuse_kept(what: str) -> Response:
    """The page of a right that ended while somebody wrote: what it was, ``what`` became of it, and
    what they had typed, to be copied."""
    return answer(
        403, what=what, template="error_token.html", typed=_typed() or [], came_from_here=False
    )


def _typed() -> list[Kept] | None:
    """What was sent, to be shown again; None where it is more than `MOST_KEPT`."""
    numbers = count(1)
    sent = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not any(word in name.lower() for word in _NEVER_SHOWN)
    ]
    if sum(len(name) + len(value) + _MARKUP for name, value in sent) > MOST_KEPT:
        return None
    return [
        Kept(name, value, next(numbers) if _is_written(value) else None) for name, value in sent
    ]


def _is_written(value: str) -> bool:
    """Whether a person wrote ``value``, as far as one can tell without the form it came from:
    machine words are ASCII without spaces."""
    return any(char.isspace() for char in value.strip()) or not value.isascii()


def _all_can_be_sent_again() -> bool:
    return not any("password" in name.lower() for name in request.form)


def _came_from_here() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(origin).netloc == request.host
