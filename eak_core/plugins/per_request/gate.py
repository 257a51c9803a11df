"""The gate: what a request may meet is decided once, by its path, before anything else runs.

It stands before every other check of the application, also where no address matched, so a plugin
that is off gives the core's own 404 to every method, with or without the closing slash, for its
files too, once it is known who asks (`turn_away`). The answer holds for the whole request.
"""

import re
from collections.abc import Callable, Collection
from typing import Any, NamedTuple, Protocol

from flask import Flask, g, request
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from eak_core.db import Session, current_session, db
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.models import PluginActivation

# Nothing else can be a service's slug, so nothing else is worth a query.
SLUG = re.compile(r"[a-z0-9-]{1,40}")


class Place(Protocol):
    """A service as found by its slug, with the names of the plugins that are on in it."""

    @property
    def service(self) -> Any: ...
    @property
    def active_plugins(self) -> frozenset[str]: ...
    @property
    def validator(self) -> str: ...


#: Finds the service of a slug, in one query.
Finder = Callable[[Session, str], Place | None]


class Address(NamedTuple):
    """Whose an address is: the slug of a service and the segment of a plugin, where there are."""

    service: str | None
    segment: str | None
    admin: bool = False


def parse(path: str) -> Address:
    """Take ``path`` apart. Doubled slashes count once, as they do when addresses are matched."""
    parts = [part for part in path.split("/") if part]
    if parts[:1] == ["admin"]:
        return Address(None, parts[1] if len(parts) > 1 else None, admin=True)
    if parts[:2] == ["api", "v1"]:
        parts = parts[2:]
    elif parts[1:2] == ["gestion"]:
        parts = [parts[0], *parts[2:]]
    service, segment, *_rest = (*parts, None, None)
    return Address(service, segment)


def install(app: Flask, find: Finder, *, reserved: Collection[str] = ()) -> None:
    """Put the gate in front of ``app``; call this before whatever else answers requests.

    ``find`` looks a service up; ``reserved`` are first segments that are no service's. During a
    request ``g.service``, ``g.active`` (the plugins that are on, a frozenset) and ``g.validator``
    are set, and do not change.
    """
    site = frozenset(reserved)

    @app.before_request
    def gate() -> None:
        host = get_host(app)
        g.refused = False
        address = parse(request.path)
        place = None
        slug = address.service
        if slug is not None and slug not in site and SLUG.fullmatch(slug):
            place = find(current_session(), slug)
        g.service = place.service if place else None
        g.validator = place.validator if place else None
        if place:
            host.notice_again(place.active_plugins, db.engine)
        g.active = place.active_plugins & host.ready_names if place else frozenset()
        owner = host.by_segment.get(address.segment) if address.segment else None
        if owner is not None and address.admin:
            g.active = active_anywhere(current_session()) & host.ready_names
        if owner is not None and (address.admin or slug not in site) and owner not in g.active:
            refuse()
        rule = request.url_rule
        if place is None and rule is not None and "service_slug" in rule.arguments:
            refuse()


def refuse() -> None:
    """Go on as if no address had matched: Flask then asks no error page or context processor of a
    blueprint, nor anything of it to run afterwards."""
    g.refused = True
    request.url_rule = None
    request.view_args = None
    request.routing_exception = NotFound()


def turn_away(app: Flask) -> None:
    """Answer what the gate refused; call this after what finds out who asks.

    What the core does before its own 404 is then done for this one too: a page that does not exist
    shows who is signed in. What blueprints run before their requests comes later, and is not
    reached.
    """

    @app.before_request
    def answer() -> None:
        if g.refused and request.routing_exception is not None:
            raise request.routing_exception


def active_anywhere(session: Session) -> frozenset[str]:
    """The plugins that are on in at least one service: their screens of the administration."""
    on = PluginActivation.active, PluginActivation.suspended_at.is_(None)
    return frozenset(session.scalars(select(PluginActivation.plugin).where(*on).distinct()))
