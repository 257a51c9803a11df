"""Once a day: what the storage holds and no row tells of is deleted.

A process that was killed between putting a file and committing its row leaves one; so does a
storage that could not delete when a file was removed, and the files of a plugin that was purged.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, orm, select

from eak_core import clock
from eak_core.events import CORE, SITE, on_schedule
from eak_core.events.models import EventLog
from eak_core.files.attaching import remove_rows
from eak_core.files.inspection import token_of
from eak_core.files.models import StoredFile
from eak_core.files.room import room_of
from eak_core.files.storage import Storage
from eak_core.plugins.per_service.events import PluginPurged

logger = logging.getLogger("eak.files")

NAME = "files"
#: What is younger may belong to a form that is being sent.
SPARED = timedelta(days=1)


def _read(session: orm.Session, service: Any, name: str, due_at: datetime) -> Callable[[], int]:
    """What sweeps, with no transaction open: the storage may take its time to say what it has."""
    # In this order: whatever has a row now is told of here, and what comes later is too young.
    known = set(session.scalars(select(StoredFile.token)))
    storage, before = room_of().storage, clock.now() - SPARED
    return lambda: sweep(storage, known, before)


@on_schedule(CORE, NAME, reads=_read, every=timedelta(days=1))
def sweep_daily(
    session: orm.Session, service: Any, name: str, due_at: datetime, swept: int
) -> None:
    """Take away the files of purged plugins, and say in the log what was swept."""
    if swept:
        logger.info("%s file(s) that no row told of were deleted.", swept)
    forget_purged(session)


def forget_purged(session: orm.Session) -> None:
    """Take away what plugins attached before they were purged: what it belonged to is gone."""
    purges = session.execute(
        select(EventLog.subject, func.max(EventLog.occurred_at))
        .where(EventLog.service_id == SITE, EventLog.type == PluginPurged.__event__.name)
        .group_by(EventLog.subject)
    )
    for subject, purged_at in purges:
        before = StoredFile.created_at <= purged_at
        owned = StoredFile.owner == subject.removeprefix("plugin:")
        remove_rows(session, session.scalars(select(StoredFile).where(owned, before)).all())


def sweep(storage: Storage, known: set[str], before: datetime) -> int:
    """Delete what ``storage`` holds from ``before`` and is of none of the tokens ``known``; answers
    how many."""
    keys = list(_forgotten(storage, known, before))
    storage.delete(keys)
    return len(keys)


def _forgotten(storage: Storage, known: set[str], before: datetime) -> Iterator[str]:
    for entry in storage.listed():
        if entry.modified_at < before and token_of(entry.key) not in known:
            yield entry.key
