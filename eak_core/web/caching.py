"""What a browser may keep, and how it learns that nothing has changed.

Whatever changes on a service's pages is an event of that service, so the head of its log
(``g.validator``, set by the gate) says whether a page changed. A visitor's page carries an ETag
made of it, and an unchanged page is answered before its view runs. What somebody sees who is
signed in is never kept.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from flask import Flask, Response, current_app, g, request, session

from eak_core import __version__, clock
from eak_core.plugins.loading.installed import Installed
from eak_core.web.i18n import current_language, in_paris
from eak_core.web.kept_pages import keep_page
from eak_core.web.themes import current_theme, themes_of

_SAFE = frozenset({"GET", "HEAD"})
_PACKAGE = Path(__file__).resolve().parent.parent


def valid_until(instant: datetime) -> None:
    """Say that this page shows something that changes at ``instant`` without any event."""
    known: datetime | None = g.get("eak_valid_until")
    g.eak_valid_until = instant if known is None else min(known, instant)


def answer_unchanged() -> Response | None:
    """304 where the browser holds this very page and its time has not run out."""
    sent = request.headers.get("If-None-Match", "")
    if not sent or not _may_be_kept():
        return None
    expected = _fingerprint()
    for tag in request.if_none_match.as_set(include_weak=True):
        fingerprint, _, deadline = tag.partition("-")
        deadline = deadline.partition(":")[0]
        if fingerprint.partition(":")[0] == expected and _is_ahead(deadline):
            response = Response(status=304)
            response.set_etag(f"{expected}-{deadline}" if deadline else expected, weak=True)
            return response
    return None


def _is_ahead(deadline: str) -> bool:
    if not deadline:
        return True
    # Python refuses to read a number of thousands of digits; an instant has ten.
    plausible = deadline.isascii() and deadline.isdecimal() and len(deadline) <= 12
    return plausible and clock.now().timestamp() < int(deadline)


def _may_be_kept() -> bool:
    """Whether this page is a visitor's, of a public service, and says nothing to one person."""
    service = g.get("service")
    actor = g.get("actor")
    return (
        request.method in _SAFE
        and not current_app.config.get("EAK_DEVELOPMENT")
        and g.get("validator") is not None
        and getattr(service, "audience", None) == "public"
        and getattr(actor, "person_id", None) is None
        and "_flashes" not in session
    )


def _fingerprint() -> str:
    """All that a visitor's page of this service depends on."""
    themes = themes_of(current_app).chain(current_theme())
    parts = (
        g.validator,
        current_language(),
        [(theme.name, theme.stamp) for theme in themes],
        request.full_path,
        # “today” and “3 days ago” turn at midnight.
        in_paris(clock.now()).date(),
        current_app.extensions["eak_release"],
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def set_caching(response: Response) -> Response:
    """Say of ``response`` how long it may be kept, unless its view has said so."""
    if "Cache-Control" in response.headers:
        return response
    if response.status_code == 304:
        response.headers["Cache-Control"] = "private, no-cache"
    elif response.status_code == 200 and _may_be_kept() and not _is_personal():
        deadline: datetime | None = g.get("eak_valid_until")
        tag = _fingerprint()
        response.set_etag(f"{tag}-{int(deadline.timestamp())}" if deadline else tag, weak=True)
        response.headers["Cache-Control"] = "private, no-cache"
        response.vary.update(("Cookie", "Accept"))
        keep_page()
    elif (
        getattr(g.get("actor"), "person_id", None) is not None
        or _is_personal()
        or current_app.config.get("EAK_DEVELOPMENT")
    ):
        response.headers["Cache-Control"] = "private, no-store"
    else:
        response.headers["Cache-Control"] = "no-cache"
        response.vary.add("Cookie")
    return response


def _is_personal() -> bool:
    """Whether the answer holds a token or begins or changes a session."""
    return session.modified or "csrf_token" in g


def set_release(app: Flask, plugins: Sequence[Installed] = ()) -> None:
    """Say what ``app`` consists of, which can change only with a restart or a migration: its
    version, its name, the ``plugins`` that are ready, and when templates were written."""
    app.extensions["eak_release"] = (
        __version__,
        app.extensions["eak_config"].site_name,
        [(each.name, each.version) for each in plugins],
        [_written(folder) for folder in (_PACKAGE, *(each.folder for each in plugins)) if folder],
    )


def _written(folder: Path) -> int:
    """When the newest template or catalogue below ``folder`` was written; 0 where there is none."""
    parts = (("templates", ".html"), ("translations", ".po"))
    there = [(folder / part, ending) for part, ending in parts if (folder / part).is_dir()]
    return max((at for part, ending in there for at in _times(part, ending)), default=0)


def _times(folder: str | Path, ending: str) -> Iterator[int]:
    # Each command looks at two hundred files first, for which paths would take thrice as long.
    with os.scandir(folder) as found:
        for each in found:
            if each.is_dir():
                yield from _times(each.path, ending)
            elif each.name.endswith(ending):
                yield each.stat().st_mtime_ns


def init_caching(app: Flask) -> None:
    """Let ``app`` answer 304; called after the gate, whose findings it needs."""
    set_release(app)
    app.before_request(answer_unchanged)
    app.after_request(set_caching)
