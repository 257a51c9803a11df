"""What a plugin's failure may cost: nothing to the session it was given, and a note.

A failed statement leaves PostgreSQL's transaction unusable, and a hook that raises halfway leaves
rows behind; either would reach the page or the commit of somebody who did nothing wrong.

What failed is left out of the page, and remembered until the request is over
(`eak_core.plugins.per_request.breaker`): the request's transaction may be rolled back, or hold the
only writer's place.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import current_app, g, has_app_context, has_request_context, request
from sqlalchemy.exc import SQLAlchemyError

from eak_core import clock
from eak_core.db import Session, current_session
from eak_core.db.trouble import is_database_trouble
from eak_core.failures import describe
from eak_core.networks import client_network

logger = logging.getLogger("eak.plugins")

#: How much of a traceback is kept, in characters.
LONGEST_TRACEBACK = 20_000
#: In the place of a client: what failed outside of a request.
WORKER = ""


@contextmanager
def isolated(session: Session | None) -> Iterator[None]:
    """Whatever raises inside leaves ``session`` (by default the request's) as it was.

    Where the session may write, a savepoint undoes what was written. Where it only reads, nothing
    is paid unless a statement failed; then the transaction is begun anew.
    """
    if session is None and has_app_context():
        session = current_session()
    if session is not None and session.writes:
        with session.begin_nested():
            yield
        return
    try:
        yield
    except SQLAlchemyError:
        if session is not None:
            session.rollback()
        raise


@dataclass(frozen=True, slots=True)
class Failure:
    """A hook that raised: during this request, or in a worker or a command. ``page`` and ``client``
    tell pages and clients apart, and nothing else about them."""

    service_id: int
    plugin: str
    hook: str
    traceback: str
    page: str
    client: str


def note(plugin: str, hook: str, service_id: int, error: BaseException) -> None:
    """Remember that ``hook`` of ``plugin`` raised ``error``; the breaker writes it down when the
    request is over."""
    if is_database_trouble(error):
        logger.warning("plugin %s could not answer %s: %s", plugin, hook, error)
        return
    logger.error("plugin %s failed in %s", plugin, hook, exc_info=error)
    if has_app_context():
        noted: list[Failure] = g.setdefault("plugin_failures", [])
        trace = describe(error, LONGEST_TRACEBACK)
        noted.append(Failure(service_id, plugin, hook, trace, *_source()))


def taken() -> list[Failure]:
    """What was noted in this request or command, each once."""
    noted: list[Failure] = g.pop("plugin_failures", [])
    return noted


def _source() -> tuple[str, str]:
    """What tells this page and this client from others, for as long as a day."""
    if not has_request_context():
        return "", WORKER
    # Not the query: what a reader types there makes no other page.
    page = f"{request.endpoint} {sorted((request.view_args or {}).items())}"
    # Wide, so that one household or one provider's customer is one client.
    return _digest(page), _digest(client_network(ipv4=24, ipv6=48) or "")


def _digest(text: str) -> str:
    key = hashlib.sha256(f"{current_app.secret_key!r} {clock.now():%j}".encode()).digest()
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()
