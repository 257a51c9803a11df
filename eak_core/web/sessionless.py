"""What is answered without the session of a browser: the reader is a visitor, whoever asks."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask.globals import request_ctx

from eak_core.permissions import Actor

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "eak_same_for_all"


def same_for_all(view: View) -> View:
    """Let what ``view`` answers be the same for everybody, so that anybody may keep it: no cookie
    is read or set, and none is named as what the answer depends on."""
    setattr(view, _MARK, True)
    return view


def leave_session() -> None:
    """Go on without the session of the browser."""
    none = current_app.session_interface.make_null_session(current_app)
    request_ctx._session = none  # noqa: SLF001  # Flask opens it before it knows the address
    g.eak_actor = Actor.visitor()


def init_sessionless(app: Flask) -> None:
    """Let views of ``app`` be the same for all; call this after the gate, since a page of what is
    off shows who is signed in, and before anything else that asks who is there."""

    @app.before_request
    def leave_where_the_same() -> None:
        if hasattr(app.view_functions.get(request.endpoint or ""), _MARK):
            leave_session()
