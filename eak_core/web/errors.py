"""Refusals as pages: what happened, what was kept, what to do. Never a traceback."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from logging import ERROR
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError

from eak_core.db import current_session
from eak_core.db.trouble import is_away, is_busy, is_full
from eak_core.errors import Busy, EakError, Forbidden, Invalid, TooMany
from eak_core.i18n import _l
from eak_core.security_log import note

ResponseLike = Response | HTTPException


@dataclass(frozen=True)
class Wording:
    """What a page says about one status. ``what`` gives way to what the refusal itself says."""

    title: Any
    what: Any
    kept: Any = ""
    todo: Any = ""


_NOTHING_CHANGED = _l("Nothing was changed.")

WORDINGS: Mapping[int, Wording] = {
    400: Wording(
        _l("This request cannot be understood"),
        _l("What the browser sent is incomplete or malformed."),
        _NOTHING_CHANGED,
        _l("Go back to the page before, reload it, and try again."),
    ),
    403: Wording(
        _l("This page is not open to you"),
        _l("You are not allowed to do this here."),
        _NOTHING_CHANGED,
        _l("If you think that you should be, write to the people who run this service."),
    ),
    404: Wording(
        _l("This page does not exist"),
        _l("There is nothing at this address, or nothing any more."),
        "",
        _l("Check the address, or start again from the list of services."),
    ),
    405: Wording(
        _l("This address does not answer to that"),
        _l("The page exists, but not for what the browser asked of it."),
        _NOTHING_CHANGED,
        _l("Start again from the list of services."),
    ),
    409: Wording(
        _l("This could not be done"),
        _l("Somebody else changed the same thing in between, or a rule does not allow it."),
        _NOTHING_CHANGED,
        _l("Go back to the page before, reload it, and see how things stand now."),
    ),
    410: Wording(
        _l("This page was withdrawn"),
        _l("It was here and has been taken away."),
        _l("Its address is kept, so that nobody believes it never existed."),
    ),
    413: Wording(
        _l("This is too large"),
        _l(
            "What you sent is larger than this site accepts: one megabyte for a form, 64 with its"
            " files."
        ),
        _NOTHING_CHANGED,
        _l("Go back to the page before: what you typed is still there. Shorten it or send less."),
    ),
    422: Wording(
        _l("There is something to correct"),
        _l("Some of what was sent is not acceptable."),
        _NOTHING_CHANGED,
        _l("Go back to the page before: what you typed is still there."),
    ),
    429: Wording(
        _l("Too many attempts"),
        _l("There were too many attempts in a short time."),
        _l("Nothing is blocked: this limit only slows down machines that guess."),
        _l("Wait a little, then go back to the page before: what you typed is still there."),
    ),
    500: Wording(
        _l("Something broke on our side"),
        _l("The site met an error that is not your doing. It has been recorded."),
        _l("Nothing was changed: a change is done whole or not at all."),
        _l("Try again in a moment. If it happens again, write to us with the reference below."),
    ),
    503: Wording(
        _l("This cannot be done at this very moment"),
        _l("Somebody else is changing something at this very moment."),
        _NOTHING_CHANGED,
        _l("Wait a few seconds, then send it again: going back, you find what you typed."),
    ),
}

AWAY = Wording(
    _l("This cannot be done at this very moment"),
    _l("The database of this site cannot be reached; mostly it is back within a minute."),
    _l("What you sent was kept whole or not at all."),
    _l("Wait a little and look whether it is there before you send it again."),
)


def init_errors(app: Flask) -> None:
    """Let ``app`` answer every refusal and failure with a page, or with JSON where asked."""
    app.register_error_handler(EakError, refuse)
    app.register_error_handler(HTTPException, refuse_http)
    app.register_error_handler(SQLAlchemyError, refuse_trouble)
    app.register_error_handler(OSError, refuse_trouble)


def refuse(error: EakError, *, wording: Wording | None = None) -> Response:
    """The page for a refusal of the domain; ``wording`` where its status says too little."""
    if isinstance(error, Busy):
        # The page is made of what can be read, or it would wait for the same.
        session = current_session()
        session.rollback()
        session.writes = False
        later = {"Retry-After": str(error.retry_after)}
        return answer(503, what=str(error.message), headers=later, wording=wording)
    if error.status >= 500:
        # A wrong setting is the operator's business: its sentence goes to their log.
        current_app.logger.error("%s: %s", type(error).__name__, error)
        return answer(500)
    if error.status == 403:
        note("refused", status=403)
    details = (
        [str(reason) for reason in error.fields.values()] if isinstance(error, Invalid) else []
    )
    headers = {}
    if isinstance(error, TooMany) and error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    what = str(error.message)
    way = error.way if isinstance(error, Forbidden) else None
    return answer(
        error.status, what=what, details=details, headers=headers, wording=wording, way=way
    )


def refuse_trouble(error: SQLAlchemyError | OSError) -> Response:
    """The page for a lock that somebody held for too long, a database that is away, or a disk that
    is full; any other error goes on its way."""
    if is_full(error):
        current_app.logger.error("A disk is full: %s", error)
        return refuse(Busy(_l("The disk of this site is full. Try again later."), retry_after=60))
    if is_busy(error):
        current_app.logger.warning("Somebody else held what a request needed: %s", error)
        return refuse(Busy())
    if is_away(error):
        current_app.logger.error("The database is away: %s", error)
        return refuse(Busy(AWAY.what), wording=AWAY)
    raise error


def refuse_http(error: HTTPException) -> ResponseLike:
    """The page for an error of HTTP; redirections pass through."""
    code = error.code
    if code is None or code < 400 or error.response is not None:
        return error
    if isinstance(error, InternalServerError):
        return answer(500)
    kept = {"Allow", "Retry-After", "WWW-Authenticate"}
    headers = {name: value for name, value in error.get_headers() if name in kept}
    # Werkzeug's own sentences are English and for developers, so they are not shown.
    return answer(code, headers=headers)


def answer(
    code: int,
    *,
    what: str = "",
    details: list[str] | None = None,
    headers: Mapping[str, str] | None = None,
    template: str = "error.html",
    wording: Wording | None = None,
    **values: Any,
) -> Response:
    """The answer for status ``code``; ``what`` replaces the general sentence about it."""
    wording = wording or WORDINGS.get(code) or WORDINGS[400 if code < 500 else 500]
    reference = ""
    if code >= 500 and code != 503:
        reference = secrets.token_hex(4)
        current_app.logger.error("The page for this failure says: reference %s", reference)
    what = what or str(wording.what)
    # Whoever only read has sent nothing that could be kept or lost.
    kept = "" if request.method in {"GET", "HEAD"} and code not in {410, 429} else wording.kept
    if wants_json():
        body: dict[str, Any] = {"status": code, "title": str(wording.title), "message": what}
        if details:
            body["details"] = details
        if reference:
            body["reference"] = reference
        response = jsonify(error=body)
    else:
        response = _page(
            template,
            code=code,
            title=str(wording.title),
            what=what,
            kept=str(kept),
            # Who is shown where to see to it need not ask anybody.
            todo="" if values.get("way") else str(wording.todo),
            details=details or [],
            reference=reference,
            **values,
        )
    response.status_code = code
    response.headers.update(headers or {})
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def wants_json() -> bool:
    """Whether whoever asks reads JSON: by the address, or by preferring it to a page."""
    if request.path.endswith(".json") or request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def _page(template: str, **values: Any) -> Response:
    try:
        return make_response(render_template(template, **values))
    except Exception as error:
        # The page itself failed, with a theme or a plugin in it, or without the database that knows
        # who reads it: say the same without them.
        trace = None if is_away(error) else error
        said = "The page for error %s could not be shown"
        current_app.logger.log(ERROR, said, values["code"], exc_info=trace)
        g.pop("service", None)
        lines = (values["title"], values["what"], values["kept"], values["todo"])
        text = "\n\n".join(line for line in (*lines, values["reference"]) if line)
        response = make_response(text)
        response.mimetype = "text/plain"
        return response
