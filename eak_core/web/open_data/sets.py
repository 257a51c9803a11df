"""The files of one set of open data, all from its declaration (`DataSet`)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flask import Response, g, url_for
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from eak_core.db import current_session
from eak_core.plugins.hooks.datasets import DataSet, Record
from eak_core.web.open_data.files import csv_file, json_file, json_parts, kept, record_rows


def head_at(endpoint: str) -> Callable[[], dict[str, Any]]:
    """What stands before the records of a set (`DataSet.head`): the short name of the ``service``,
    and the ``url`` of the page at ``endpoint``, which shows them to people."""
    return lambda: {"service": g.service.slug, "url": url_for(endpoint, _external=True)}


def csv_of(data: DataSet, name: str) -> Response:
    """The answer with a set as CSV, as `csv_file` says."""
    with kept(data.read()) as parts:
        return csv_file(rows_of(data, parts), name)


def json_of(data: DataSet, name: str, *, schema: str) -> Response:
    """The answer with a set as one JSON object; ``schema`` is the address of what describes it."""
    return json_file(document_of(data, data.read()), name, schema=schema)


def rows_of(data: DataSet, parts: Iterable[list[Record]]) -> Iterator[list[object]]:
    """The header and the rows of the table of a set, of ``parts`` that are gone through twice."""
    return record_rows([each.name for each in data.columns()], parts)


def document_of(data: DataSet, parts: Iterable[list[Record]]) -> Iterator[bytes]:
    """The JSON of a set, part by part."""
    return json_parts(data.head(), data.member, parts)


def parts_of(
    query: Select[*tuple[Any, ...]],
    number: InstrumentedAttribute[int],
    records: Callable[[Sequence[Any]], list[Record]],
    part: int = 500,
) -> Iterator[list[Record]]:
    """What ``query`` finds, from the highest ``number`` on, in parts that cost the same each,
    however far they lie behind: ``part`` rows, of which ``records`` makes records, or fewer where
    some are left out. The first thing in a row is what has
    the number."""
    session, last = current_session(), None
    query = query.order_by(None).order_by(number.desc()).limit(part)
    while True:
        rows = session.execute(query if last is None else query.where(number < last)).all()
        if rows:
            last = getattr(rows[-1][0], number.key)
            yield records(rows)
        if len(rows) < part:
            return
