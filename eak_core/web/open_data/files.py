"""Tables and JSON of as many records as there are, written part by part.

However many there are, memory holds one part of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import msgspec
from flask import Response, request

from eak_core.plugins.hooks.datasets import Record as Record
from eak_core.web.links import on_site
from eak_core.web.open_data.cells import csv_lines
from eak_core.web.open_data.downloads import IN_MEMORY, download


def csv_file(rows: Iterable[Sequence[Any]], name: str, *, attachment: bool = False) -> Response:
    """The answer with ``rows``, the header first, as CSV; for French spreadsheet programs where
    the address asks for it (``?pour=tableur``). A browser shows it, or keeps it as ``name`` at once
    as an ``attachment``."""
    lines = csv_lines(rows, spreadsheet=request.args.get("pour") == "tableur")
    return download(lines, "text/csv; charset=utf-8", name, attachment=attachment)


def json_file(
    parts: Iterable[bytes], name: str, *, schema: str, attachment: bool = False
) -> Response:
    """The answer with ``parts`` of one JSON document, which ``schema`` describes (`schema_file`):
    its whole address stands in the header ``Link``."""
    response = download(parts, "application/json", name, attachment=attachment)
    response.headers["Link"] = f'<{schema}>; rel="describedby"; type="application/schema+json"'
    return response


def schema_file(kind: type, title: str) -> Response:
    """The answer with the JSON Schema (2020-12) of ``kind``, a msgspec struct, as msgspec writes
    it: docstrings, and what `column` says, are its descriptions. Its address is its name."""
    body = schema_document(kind, title, on_site(request.base_url))
    return Response(body, content_type="application/schema+json")


def schema_document(kind: type, title: str, address: str) -> bytes:
    """That schema, called by its ``address``."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": title,
        **msgspec.json.schema(kind),
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=2)


@contextmanager
def kept(parts: Iterable[list[Record]]) -> Iterator[Iterable[list[Record]]]:
    """``parts``, read once and kept beside memory, so that they can be gone through again."""
    with keeping() as memory:
        for _part in memory.passing(parts):
            pass
        yield memory


@contextmanager
def keeping() -> Iterator["Kept"]:
    """What keeps parts beside memory as they pass (`Kept.passing`), to be gone through again."""
    with SpooledTemporaryFile(IN_MEMORY) as file:
        yield Kept(file)


class Kept:
    """Parts that are kept in ``file``."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def passing(self, parts: Iterable[list[Record]]) -> Iterator[list[Record]]:
        """``parts``, each of them kept before it goes on."""
        for part in parts:
            encoded = msgspec.msgpack.encode(part)
            self._file.write(len(encoded).to_bytes(8) + encoded)
            yield part

    def __iter__(self) -> Iterator[list[Record]]:
        self._file.seek(0)
        while size := self._file.read(8):
            yield msgspec.msgpack.decode(self._file.read(int.from_bytes(size)))


def record_rows(fields: Sequence[str], parts: Iterable[list[Record]]) -> Iterator[list[Any]]:
    """The header and the rows of a table of records, for `csv_file`. Lists are joined with “ | ”.

    The header has ``fields``, then whatever else any record has, wherever it stands: ``parts`` is
    gone through twice, so it is what can be (`kept`).
    """
    names = dict.fromkeys(fields)
    for part in parts:
        for record in part:
            names.update(dict.fromkeys(record))
    yield list(names)
    for part in parts:
        for record in part:
            yield [_plain(record.get(name)) for name in names]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return " | ".join(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def json_parts(
    head: Mapping[str, Any], member: str, parts: Iterable[list[Record]]
) -> Iterator[bytes]:
    """One JSON object: ``head``, then the records as the list ``member``, the last of its own."""
    opening = msgspec.json.encode({**head, member: []})
    yield opening[:-2]
    first = True
    for part in parts:
        encoded = b",\n".join(msgspec.json.encode(record) for record in part)
        yield encoded if first else b",\n" + encoded
        first = False
    yield b"]}\n"
