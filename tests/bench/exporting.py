"""A table of 100,000 records that leaves, against bare csv.writer and json over the same ones."""

import csv
import time
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import Any

import msgspec
from flask import Flask

from eak_core.web import open_data
from tests.bench.report import Figure

ROWS, PART = 100_000, 500
#: A table is gone through twice, since any record may have a column that no other has, and each of
#: its cells is looked at for formulas.
MOST_CSV, MOST_JSON = 5.0, 2.0


def measure() -> Iterator[Figure]:
    """The figures of files, which are the same on any database."""
    with Flask("bench").test_request_context("/?pour=programme"):
        yield Figure(
            f"{ROWS:,} records as CSV (limit: csv.writer)",
            "s",
            ours=_seconds(_our_csv),
            limit=_seconds(_bare_csv),
            at_most=MOST_CSV,
        )
        yield Figure(
            f"{ROWS:,} records as JSON (limit: msgspec, all at once)",
            "s",
            ours=_seconds(_our_json),
            limit=_seconds(_bare_json),
            at_most=MOST_JSON,
        )


def _parts() -> Iterator[list[dict[str, Any]]]:
    for start in range(0, ROWS, PART):
        yield [
            {
                "id": each,
                "title": f"Idea {each}",
                "body": "Benches, in the shade.\n" * 8,
                "votes": 7,
            }
            for each in range(start, start + PART)
        ]


def _our_csv() -> None:
    with open_data.kept(_parts()) as parts:
        open_data.csv_file(open_data.record_rows(["id"], parts), "ideas.csv").close()


def _bare_csv() -> None:
    with TemporaryFile("w+", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for part in _parts():
            writer.writerows(record.values() for record in part)


def _our_json() -> None:
    parts = open_data.json_parts({}, "ideas", _parts())
    open_data.json_file(parts, "ideas.json", schema="http://localhost/").close()


def _bare_json() -> None:
    with TemporaryFile() as file:
        file.write(msgspec.json.encode({"ideas": [each for part in _parts() for each in part]}))


def _seconds(act: Callable[[], None]) -> float:
    """The shorter of two, since others use the machine too."""
    times = []
    for _ in range(2):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return min(times)
