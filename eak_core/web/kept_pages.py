"""Visitors' pages from memory: what was shown a moment ago is shown again without being made.

What may be kept is what a browser may keep (`eak_core.web.caching`), and it holds as long as its
ETag would: before each answer the numbers that make the validator are read from the database, so a
page is never older than what any process has committed. Whoever sends a cookie other than the
choice of a language is answered by the application, and so is whoever asks for part of a page.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple, TypeAlias

from flask import Flask, current_app, g, request
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

from eak_core import clock
from eak_core.calendar import PARIS
from eak_core.db import db
from eak_core.db.prepared import Prepared
from eak_core.events.models import LogHead, Subscription
from eak_core.web.i18n import LANGUAGE
from eak_core.web.reader_choices import CONTRAST
from eak_core.web.themes import current_theme, stamps_of

logger = logging.getLogger("eak.web")

#: What all pages together may take of the memory of a process, and one of them, in bytes.
MOST = 8 * 1024 * 1024
MOST_EACH = 256 * 1024
# What a page takes beside its body.
_AROUND = 2_048

#: In the environment of a request that is to be answered from memory, or else by `NotKept`.
ONLY_KEPT = "eak.only_kept"
_KEEP = "eak.keep_page"
#: What says that the answer is for one browser, or a part of the page.
_OF_ONE = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_AUTHORIZATION")
#: What tells pages apart; cookies come to it.
_TELLING = (
    "wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
)  # fmt: skip

Environ: TypeAlias = MutableMapping[str, Any]
WSGIApp: TypeAlias = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Key: TypeAlias = tuple[str, ...]


class NotKept(Exception):
    """What was asked for is not in memory, or holds no more: it has to be made."""


class Holding(NamedTuple):
    """As long as what a page holds: until an instant, and as long as nothing of this changes."""

    service_id: int
    validator: str
    theme: str
    stamps: tuple[tuple[str, int], ...]
    release: Any
    until: datetime


class Kept(NamedTuple):
    """A page as it left."""

    holding: Holding
    status: str
    headers: list[tuple[str, str]]
    body: bytes


def keep_page() -> None:
    """Say that what this request is answered may be shown to any visitor, as long as the service
    and what the page depends on stay as they are."""
    deadline: datetime | None = g.get("eak_valid_until")
    theme = current_theme()
    service_id = getattr(g.get("service"), "id", None)
    if _KEEP not in request.environ or service_id is None:
        return
    midnight = _midnight(clock.now())
    request.environ[_KEEP] = Holding(
        service_id,
        g.validator,
        theme,
        stamps_of(current_app, theme),
        current_app.extensions["eak_release"],
        midnight if deadline is None else min(deadline, midnight),
    )


def never_keep() -> None:
    """Say that this request counts, however often it comes: it is not answered from memory."""
    request.environ.pop(_KEEP, None)


def _midnight(now: datetime) -> datetime:
    """The end of this day in Paris: “today” turns there."""
    day = now.astimezone(PARIS).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


_validator = Prepared(
    select(
        select(LogHead.shown).where(LogHead.service_id == bindparam("service")).scalar_subquery(),
        select(func.sum(Subscription.shown))
        .where(Subscription.service_id == bindparam("service"))
        .scalar_subquery(),
    )
)


class KeptPages:
    """``inner`` with a memory in front of it. ``on`` says whether it is used; under test a test
    says so, since what it changes behind the log's back would not be seen."""

    def __init__(self, app: Flask, inner: WSGIApp) -> None:
        self.on = not app.testing
        self._app, self._inner = app, inner
        self._pages: OrderedDict[Key, Kept] = OrderedDict()
        self._size = 0
        self._mutex = threading.Lock()
        self._asking = threading.Lock()
        self._connection: Any = None
        #: What the driver raises, which is not loaded here for a database that is not used.
        self._trouble: type[Exception] = SQLAlchemyError

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        key = _key(environ) if self.on else None
        if key is None:
            if environ.get(ONLY_KEPT):
                raise NotKept
            return self._inner(environ, start_response)
        page = self._pages.get(key)
        if page is not None:
            if self._holds(page.holding):
                start_response(page.status, list(page.headers))
                return [page.body]
            self._drop(key, page)
        if environ.get(ONLY_KEPT):
            raise NotKept
        return self._answer(key, environ, start_response)

    def forget(self) -> None:
        """Keep nothing of what was kept so far, and give the connection back."""
        with self._mutex:
            self._pages.clear()
            self._size = 0
        with self._asking:
            self._disconnect()

    def _answer(
        self, key: Key, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        environ[_KEEP] = None
        said: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            said[:] = [status, list(headers), bool(error)]
            return start_response(status, headers, *error)

        parts = self._inner(environ, start)
        holding = environ.get(_KEEP)
        if holding is None or not said or not _may_be_kept(*said):
            return parts
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        self._keep(key, Kept(holding, said[0], said[1], body))
        return [body]

    def _keep(self, key: Key, page: Kept) -> None:
        with self._mutex:
            self._let_go(key)
            self._pages[key] = page
            self._size += len(page.body) + _AROUND
            while self._size > MOST:
                self._let_go(next(iter(self._pages)))

    def _drop(self, key: Key, page: Kept) -> None:
        """Let ``page`` go unless another came in its place: the database is not asked about it by
        whoever makes it anew."""
        with self._mutex:
            if self._pages.get(key) is page:
                self._let_go(key)

    def _let_go(self, key: Key) -> None:
        gone = self._pages.pop(key, None)
        if gone is not None:
            self._size -= len(gone.body) + _AROUND

    def _holds(self, page: Holding) -> bool:
        return (
            clock.now() < page.until
            and self._app.extensions["eak_release"] == page.release
            and stamps_of(self._app, page.theme) == page.stamps
            and self._read_validator(page.service_id) == page.validator
        )

    def _read_validator(self, service_id: int) -> str | None:
        """The validator of a service as the database has it now; None where that is in trouble,
        which is the application's to say."""
        with self._asking:
            try:
                cursor = self._connect().cursor()
                cursor.execute(*_validator.rendered(self._dialect, {"service": service_id}))
                shown, handled = cursor.fetchone()
                cursor.close()
            except (SQLAlchemyError, self._trouble) as error:
                logger.warning("no page is shown from memory: %s", type(error).__name__)
                self._disconnect()
                return None
        return f"{shown or 0}.{handled or 0}"

    def _connect(self) -> Any:
        """The connection of this memory: one statement at a time, each a transaction of its own.
        From the pool it would be tried first, begun and rolled back, which takes three times as
        long as to ask."""
        if self._connection is None:
            with self._app.app_context():
                engine = db.engine
            self._trouble = engine.dialect.loaded_dbapi.Error
            pooled = engine.raw_connection()
            self._connection, self._dialect = pooled.driver_connection, engine.dialect
            pooled.detach()
            if engine.dialect.name == "postgresql":
                self._connection.autocommit = True
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _key(environ: Mapping[str, Any]) -> Key | None:
    """What tells the page apart that is asked for; None where it is not a visitor's to be kept."""
    if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in _OF_ONE):
        return None
    # What a reader chooses is written into a cookie.
    query = environ.get("QUERY_STRING", "")
    if any(f"{choice.argument}=" in query for choice in (LANGUAGE, CONTRAST)):
        return None
    language = _language(environ.get("HTTP_COOKIE", ""))
    if language is None:
        return None
    return (language, *(environ.get(name, "") for name in _TELLING))


def _language(sent: str) -> str | None:
    """The language that cookies choose, "" for none; None where they say anything else."""
    if not sent:
        return ""
    try:
        cookies = SimpleCookie(sent)
    except CookieError:
        return None
    return cookies[LANGUAGE.cookie].value if list(cookies) == [LANGUAGE.cookie] else None


def _may_be_kept(status: str, headers: list[tuple[str, str]], failed: bool) -> bool:
    names = {name.lower(): value for name, value in headers}
    length = names.get("content-length", "")
    return (
        not failed
        and status.startswith("200 ")
        and "set-cookie" not in names
        and length.isdecimal()
        and int(length) <= MOST_EACH
    )


def init_kept_pages(app: Flask) -> None:
    """Let ``app`` show visitors' pages from memory; what stands before it in the line of WSGI
    applications (a proxy's headers) has to be added later."""
    inner: Any = app.wsgi_app
    pages = app.extensions["eak_kept_pages"] = KeptPages(app, inner)
    app.wsgi_app = pages  # type: ignore[method-assign]  # Flask's documented way
