"""How fast letters go to one domain: large hosts turn away who writes to many of theirs at once.

All senders share one row for each domain: when its next letter may leave. Who finds that this is
later takes the place behind, so each letter is put off once at most.
"""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model, Session, insert_once, plugin_secret, plugin_settings
from eak_newsletter.manifest import plugin


class Pace(Model):
    """When the next letter to a domain may leave. The domain is a keyed digest: one of a family's
    own would say who they are."""

    __tablename__ = "newsletter_pace"

    domain: Mapped[str] = mapped_column(String(64), primary_key=True)
    free_at: Mapped[datetime]


def pause_of(session: Session, service_id: int) -> timedelta | None:
    """How long a service waits between two letters to one domain; None for no time at all."""
    per_minute = plugin_settings(session, service_id, plugin.name)["per_minute"]
    return timedelta(minutes=1) / per_minute if per_minute else None


def turn_of(session: Session, address: str, pause: timedelta, now: datetime) -> datetime:
    """When a letter to ``address`` may leave, with a ``pause`` between two to its domain; ``now``
    where none was before it. Its place is taken."""
    key = plugin_secret(plugin.name, "addresses")
    domain = hmac.digest(key, address.rpartition("@")[2].encode(), "sha256").hex()
    insert_once(session, Pace, {"domain": domain, "free_at": now}, Pace.domain)
    row = session.scalars(
        select(Pace)
        .where(Pace.domain == domain)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    turn = max(row.free_at, now)
    row.free_at = turn + pause
    session.flush()
    return turn
