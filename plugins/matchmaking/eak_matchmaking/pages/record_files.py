"""Open data of partners: records of a list, read in parts, as tables and JSON."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from eak_core.api import current_session, limited

#: So many entries a feed has at most.
FEED_LENGTH = 50
#: So many records are read at a time.
PART = 500

limit_files = limited("matchmaking.file", "20/minute;200/day", reads=True)


def parts(
    query: Select[*tuple[Any, ...]],
    number: InstrumentedAttribute[int],
    record: Callable[..., dict[str, Any]],
) -> Iterator[list[dict[str, Any]]]:
    """What ``query`` finds, each row as what ``record`` makes of its columns, from the highest
    ``number`` on: in parts that cost the same each, however far they lie behind."""
    session, last = current_session(), None
    query = query.order_by(None).order_by(number.desc()).limit(PART)
    while True:
        rows = session.execute(query if last is None else query.where(number < last)).all()
        if rows:
            last = getattr(rows[-1][0], number.key)
            yield [record(*row) for row in rows]
        if len(rows) < PART:
            return
