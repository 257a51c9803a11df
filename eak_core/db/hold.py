"""A restored copy is quiet: nothing leaves it and nothing is done by itself until it is released.

Whoever restores a backup to look at it, or to try an upgrade, must not write to people a second
time, or close ballots that go on elsewhere.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, orm, select
from sqlalchemy.orm import Mapped, mapped_column

from eak_core import clock
from eak_core.db.base import Base
from eak_core.db.session import Session


class SiteHold(Base):
    """The one row that holds the site, since when; no row where it is free."""

    __tablename__ = "site_hold"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[datetime]


def not_held() -> ColumnElement[bool]:
    """The condition that the site is free, for the query of what is due."""
    return ~exists(select(SiteHold.id))


def held_since(session: orm.Session) -> datetime | None:
    """Since when the site is held; None where it is free."""
    return session.scalar(select(SiteHold.since))


def hold(database: Connection | Session) -> None:
    """Hold the site from now on."""
    database.execute(delete(SiteHold))
    database.execute(insert(SiteHold).values(id=1, since=clock.now()))


def release(session: Session) -> bool:
    """Let mail leave and due work be done; False where nothing held them."""
    freed = session.scalar(delete(SiteHold).returning(SiteHold.id))
    return freed is not None
