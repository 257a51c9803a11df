"""Small counts that a plugin's handlers keep, so that counting needs no table and no migration.

A count is derived from events: a handler adds to it, in the transaction that moves the cursor, and
a rebuild empties it before the events are handled again. So it is the same whether the plugin was
on from the start, was switched on late, or was built anew. It is for figures; whatever has rules
or belongs to a person deserves a table.
"""

from collections.abc import Iterable

from sqlalchemy import bindparam, select

from eak_core.db import Session
from eak_core.db.rows import read_rows
from eak_core.db.upsert import upsert
from eak_core.events import Context
from eak_core.plugins.per_service.models import PluginCounter


def count(ctx: Context, name: str, by: int = 1, *, subject: str | None = None) -> None:
    """Add ``by`` to the count ``name`` of ``subject``, by default what the event is about.

    For handlers only: ``ctx`` is the context they are given.
    """
    row = {
        "service_id": ctx.service_id,
        "plugin": ctx.plugin,
        "name": name,
        "subject": ctx.subject if subject is None else subject,
        "value": by,
    }
    upsert(ctx.session, PluginCounter, [row], add=["value"])


def counted(session: Session, service_id: int, plugin: str, name: str, subject: str) -> int:
    """The count ``name`` that ``plugin`` keeps about ``subject``; 0 where it never counted."""
    return counts(session, service_id, plugin, name, [subject])[subject]


# Put together once: a list asks for some on each page.
_COUNTS = select(PluginCounter.subject, PluginCounter.value).where(
    PluginCounter.service_id == bindparam("service"),
    PluginCounter.plugin == bindparam("plugin"),
    PluginCounter.name == bindparam("name"),
    PluginCounter.subject.in_(bindparam("subjects", expanding=True)),
)


def counts(
    session: Session, service_id: int, plugin: str, name: str, subjects: Iterable[str]
) -> dict[str, int]:
    """The counts ``name`` of each of ``subjects``, in one query; 0 where it never counted."""
    found = dict.fromkeys(subjects, 0)
    asked = {"service": service_id, "plugin": plugin, "name": name, "subjects": list(found)}
    found.update((subject, value) for subject, value in read_rows(session, _COUNTS, asked))
    return found
