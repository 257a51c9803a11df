"""What everybody is told of the keys: those of the site and of public services, and no others.

That a key of an internal service exists would tell of the service. Its readers find the key on its
own pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from eak_core.db import Session
from eak_core.events.types import SITE
from eak_core.keys.models import SigningKey
from eak_core.permissions import Actor
from eak_core.services.lookup import visible_to
from eak_core.services.models import Service
from eak_core.transparency.jwk import public_jwk


@dataclass(frozen=True, slots=True)
class Published:
    """A key with the service that it signs for, None for the site."""

    key: SigningKey
    service: Service | None


def published(session: Session) -> Sequence[Published]:
    """All keys that visitors may see: those that sign now first, then the latest to end."""
    rows = session.execute(
        select(SigningKey, Service)
        .outerjoin(Service, Service.id == SigningKey.service_id)
        .where(or_(SigningKey.service_id == SITE, visible_to(Actor.visitor())))
        .order_by(
            SigningKey.until.is_not(None),
            SigningKey.until.desc(),
            Service.name,
            SigningKey.plugin,
            SigningKey.purpose,
            SigningKey.service_id,
            SigningKey.number,
        )
    )
    return [Published(key, service) for key, service in rows]


def key_set(keys: Sequence[Published]) -> dict[str, Any]:
    """``keys`` as a JSON Web Key Set (RFC 7517): each once, however many names it signs under.

    ``iat``, ``exp`` and ``revoked`` say when it began, when it ended, and from when on it proves
    nothing, as in OpenID Federation 1.0, section 8.7; the instants are seconds since 1970.
    """
    of_one: dict[str, list[SigningKey]] = {}
    for each in keys:
        of_one.setdefault(each.key.kid, []).append(each.key)
    return {"keys": [_jwk(rows) for rows in of_one.values()]}


def _jwk(rows: Sequence[SigningKey]) -> dict[str, Any]:
    jwk = public_jwk(rows[0].public)
    jwk["iat"] = min(_seconds(row.since) for row in rows)
    ends = [row.until for row in rows]
    if None not in ends:
        jwk["exp"] = max(_seconds(end) for end in ends if end is not None)
    revoked = [(row.revoked_since, row.reason) for row in rows if row.revoked_since is not None]
    if revoked:
        since, reason = min(revoked)
        jwk["revoked"] = {"revoked_at": _seconds(since), "reason": reason}
    return jwk


def key_lines(keys: Sequence[Published]) -> str:
    """``keys`` as the verifier keys of signed notes (C2SP), one a line; the line before each,
    beginning with #, says when it signed."""
    return "".join(f"# {_period(each.key)}\n{each.key.verifier_key}\n" for each in keys)


def _period(key: SigningKey) -> str:
    until = f"until {_instant(key.until)}" if key.until is not None else "and signs now"
    said = f"from {_instant(key.since)} {until}"
    if key.revoked_since is not None:
        said += f", revoked: proves nothing from {_instant(key.revoked_since)} on"
    return said


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
