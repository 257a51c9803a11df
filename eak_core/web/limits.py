"""How often one may try: named limits on what can be abused.

    @blueprint.post("/nouvelle")
    @limit_submit
    def create(): ...

Flask-Limiter keeps the counts (in memory, or in the store of ``rate_limit_storage``). Attempts
are counted for an account where somebody is signed in, else for the address they come from.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, g, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError

from eak_core.config import Config
from eak_core.errors import Misconfigured, TooMany
from eak_core.i18n import _, ngettext
from eak_core.networks import client_network
from eak_core.security_log import note
from eak_core.web.kept_pages import never_keep

P = ParamSpec("P")
R = TypeVar("R")

_COUNTED = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def limited(
    name: str, rule: str, *, reads: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A limit called ``name`` for views, with a ``rule`` such as ``"10/minute;100/day"``; it counts
    changes, and where ``reads`` is true whatever is asked: for what costs much to make.

    Views with the same ``name`` share their counts. The view raises TooMany beyond the limit.
    """
    return limited_by(name, rule, _who, reads=reads)


def limited_by(
    name: str, rule: str, whom: Callable[[], str | None], *, reads: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """As `limited`, but attempts are counted for what ``whom`` answers in the request; not at all
    where that is None."""
    items = parse_many(rule)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            if reads or request.method in _COUNTED:
                never_keep()
                who = whom()
                if who is not None:
                    count_attempt(name, items, who)
            return view(*args, **kwargs)

        return counted

    return decorate


def count_attempt(name: str, items: list[RateLimitItem], who: str) -> None:
    """Count one attempt of ``who`` at ``name``. Raises TooMany when there were too many already."""
    limiter = current_app.extensions["eak_limiter"]
    if not limiter.enabled:
        return
    for item in items:
        if not limiter.limiter.hit(item, name, who):
            reset, _remaining = limiter.limiter.get_window_stats(item, name, who)
            note("limit_reached", limit=name)
            raise _too_many(max(1, int(reset - time.time()) + 1))


def _too_many(seconds: int) -> TooMany:
    minutes = -(-seconds // 60)
    again = ngettext(
        "You can try again in %(num)s minute.", "You can try again in %(num)s minutes.", minutes
    )
    sentence = _("There were too many attempts in a short time.")
    return TooMany(f"{sentence} {again}", retry_after=seconds)


def _who() -> str:
    actor = g.get("actor")
    person_id = getattr(actor, "person_id", None)
    if person_id is not None:
        return f"person:{person_id}"
    # One household has all of a /64.
    return f"address:{client_network(ipv4=32, ipv6=64)}"


limit_sign_in = limited("sign-in", "10/minute;60/hour")
limit_register = limited("register", "5/minute;30/hour")
limit_submit = limited("submit", "10/minute;100/day")
limit_upload = limited("upload", "20/minute;200/day")


def init_limits(app: Flask, config: Config) -> None:
    """Give ``app`` its counts; none are kept where ``rate_limits`` is off.

    Misconfigured where the store of ``rate_limit_storage`` is of an unknown kind, or its package is
    not installed.
    """
    limiter = Limiter(
        _who,
        storage_uri=config.rate_limit_storage,
        strategy="moving-window",
        enabled=config.rate_limits,
    )
    try:
        limiter.init_app(app)
    except ConfigurationError as error:
        raise Misconfigured(f"The setting “rate_limit_storage” is wrong: {error}") from error
    app.extensions["eak_limiter"] = limiter
