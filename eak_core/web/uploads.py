"""How much a request may send: a form little, and one that takes files more, from people alone who
have signed in.

    @blueprint.post("/nouveau")
    @takes_files
    @reads_first
    def create(): ...

The front asks the same question before it takes a body in (`eak_core.serving.front`), so that
nobody else's files ever arrive.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Flask, current_app, request, session

View = TypeVar("View", bound=Callable[..., Any])

MAX_BODY = 1024 * 1024
"""Bytes of a request's body."""

MAX_UPLOAD = 64 * 1024 * 1024
"""Bytes of the body of a form with files."""

HEARD_UPLOAD = 4 * MAX_UPLOAD
"""Bytes of a form with files that are heard to their end, and kept nowhere, so that whoever chose
too many photographs, or is no longer signed in, is shown the sentence that says so."""


def takes_files(view: View) -> View:
    """Let the form that ``view`` answers send files, from people who have signed in. It is read
    before anybody waits for the database; what takes files long to look at is for `reads_first`
    too."""
    view.takes_files = True  # type: ignore[attr-defined]  # a function keeps what is put into it
    return view


def largest_body() -> int:
    """How many bytes the request at hand may send.

    Only the signature of the cookie is looked at: whether the session has ended is found out later,
    and whoever wrote for long is then told so on a page that has what they wrote.
    """
    return MAX_UPLOAD if may_send_files() and "_user_id" in session else MAX_BODY


def may_send_files() -> bool:
    """Whether the request at hand is a form that is asked for files, whoever sends it."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.mimetype == "multipart/form-data" and hasattr(view, "takes_files")


def largest_for(app: Flask) -> Callable[[Mapping[str, Any]], tuple[int, int]]:
    """A function that answers `largest_body` for the environment of a request to ``app``, before it
    is handed over, and how much more than that is heard."""

    def largest(environ: Mapping[str, Any]) -> tuple[int, int]:
        with app.request_context(dict(environ)):
            return largest_body(), HEARD_UPLOAD if may_send_files() else 0

    return largest
