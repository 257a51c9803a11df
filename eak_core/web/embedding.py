"""Pages that other sites may show in a frame of theirs: a result, a figure.

@blueprint.get("/<int:ballot_id>/integrer")
@embeddable
def embed(ballot_id: int): ...
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Response, current_app, g, request, session
from werkzeug.exceptions import MethodNotAllowed

from eak_core.permissions import Actor

P = ParamSpec("P")
R = TypeVar("R")

_SAFE = frozenset({"GET", "HEAD"})
_MARK = "eak_embeddable"


def embeddable(view: Callable[P, R]) -> Callable[P, R]:
    """Let any site frame the page of ``view``, and no other.

    The view sees a visitor, whoever is signed in: what stands in a stranger's page, where a click
    can be stolen, is nobody's own. No cookie leaves with it, and it answers GET alone
    (`MethodNotAllowed` otherwise). Errors, and
    pages it leads to, stay closed to frames.
    """

    @wraps(view)
    def framed(*args: P.args, **kwargs: P.kwargs) -> R:
        if request.method not in _SAFE:
            raise MethodNotAllowed(valid_methods=sorted(_SAFE))
        g.actor = Actor.visitor()
        return view(*args, **kwargs)

    setattr(framed, _MARK, True)
    return framed


def may_be_framed(response: Response) -> bool:
    """Whether ``response`` is such a page, or says that it has not changed: a browser takes over
    the headers of that answer."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, _MARK, False)) and response.status_code in {200, 304}


def leave_no_cookie(response: Response) -> None:
    """Take back what would be kept in the browser of whoever reads the other site."""
    response.headers.remove("Set-Cookie")
    session.modified = False
