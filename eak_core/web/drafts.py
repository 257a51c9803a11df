"""What somebody began in a form, kept in their own browser while they sign in.

A draft lives in the signed session cookie and nowhere else. It survives signing in, which begins a
new session otherwise, and is dropped at signing out and after a day. Whoever shares the browser may
have written it, so a page shows a draft before anything is done with it, and a draft holds nothing
that gives power: no key, no token, no id of a person.
"""

import json
import zlib
from typing import Any

from flask import session

from eak_core import clock

KEY = "drafts"

#: Seconds for which a draft is kept.
LIFETIME = 24 * 3600
#: Browsers refuse cookies of more than 4 KB, with all that else stands in the session.
MOST_BYTES = 2_100


def keep_draft(name: str, value: Any) -> None:
    """Keep ``value`` (what JSON can hold) as the draft ``name``, such as ``voting.12``.

    The oldest drafts give way where there is no more room. ValueError where ``value`` alone is too
    large for a cookie.
    """
    new = [int(clock.now().timestamp()), value]
    if _size({name: new}) > MOST_BYTES:
        raise ValueError(f"the draft {name} is too large for a cookie")
    kept = {other: each for other, each in _kept().items() if other != name}
    kept[name] = new
    while _size(kept) > MOST_BYTES:
        del kept[min(kept, key=lambda each: kept[each][0] if each != name else float("inf"))]
    session[KEY] = kept


def draft(name: str) -> Any | None:
    """The draft ``name``, or None. It comes from a cookie: check it like a form."""
    found = _kept().get(name)
    return None if found is None else found[1]


def drop_draft(name: str) -> None:
    """Forget the draft ``name``."""
    kept = _kept()
    if name in kept:
        del kept[name]
        session[KEY] = kept


def _kept() -> dict[str, list[Any]]:
    since = clock.now().timestamp() - LIFETIME
    return {name: each for name, each in session.get(KEY, {}).items() if each[0] > since}


def _size(kept: Any) -> int:
    """About how many bytes of the cookie this takes: written as the session is, whose JSON spells
    out what is not ASCII, compressed, in base64."""
    return len(zlib.compress(json.dumps(kept, separators=(",", ":")).encode())) * 4 // 3
