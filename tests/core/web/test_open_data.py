"""What leads out of pages: feeds, calendars, tables and JSON."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import ref
from xml.etree import ElementTree as ET

import msgspec
import pytest
from flask import Flask, Response, g, render_template_string

from eak_core.web import open_data
from eak_core.web.open_data.files import Record
from tests.core.web.conftest import Findings

ATOM = "{http://www.w3.org/2005/Atom}"
#: Where the settings say that the site is, whatever address it is asked under.
SITE = "http://127.0.0.1:8000"
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOSTILE = 'A; B, "C" \\n \\ <script>\x0b\x00\nEND:VEVENT\r\nX:1 ' + "é" * 80


@pytest.fixture(autouse=True)
def reading(site: Flask, findings: Findings) -> Iterator[None]:
    with site.test_request_context("/culture/data?pour=x&lang=en", base_url="http://evil.example"):
        site.preprocess_request()
        g.service.created_at = AT
        yield


def body(response: Response) -> bytes:
    try:
        return b"".join(response.iter_encoded())
    finally:
        response.close()


# Feeds ------------------------------------------------------------------------------------------


def feed(*entries: open_data.Entry) -> ET.Element:
    home = "http://localhost/culture/"
    answer = open_data.atom(open_data.Feed(home, "News & more", home, entries))
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    return ET.fromstring(body(answer))  # noqa: S314 – our own answer


def entry(**more: Any) -> open_data.Entry:
    place = "http://localhost/culture/1"
    return open_data.Entry(
        **{"id": place, "url": place, "title": "One", "published": AT, "updated": AT, **more}
    )


def test_a_feed_has_all_that_rfc_4287_asks_for_also_where_nothing_happened() -> None:
    found = feed()
    for name in ("id", "title", "updated"):
        assert found.findtext(f"{ATOM}{name}"), name
    assert found.findtext(f"{ATOM}author/{ATOM}name") == "Culture"
    assert found.findtext(f"{ATOM}updated") == "2026-03-02T09:30:00+00:00"
    later = feed(entry(updated=AT + timedelta(days=1)), entry())
    assert later.findtext(f"{ATOM}updated") == "2026-03-03T09:30:00+00:00"


def test_a_feed_says_where_it_is_on_the_sites_own_address() -> None:
    [itself] = [each for each in feed().iter(f"{ATOM}link") if each.get("rel") == "self"]
    assert itself.get("href") == f"{SITE}/culture/data?pour=x&lang=en"


def test_what_people_wrote_is_text_in_a_feed_and_no_letter_breaks_it() -> None:
    [found] = feed(
        entry(title=HOSTILE, summary=HOSTILE, author=HOSTILE, html=HOSTILE,
              categories=((HOSTILE, HOSTILE),), links=((HOSTILE, "text/plain"),))
    ).findall(f"{ATOM}entry")  # fmt: skip
    for name in ("title", "summary", "content"):
        assert "<script>" in (found.findtext(f"{ATOM}{name}") or ""), name
    assert "\x0b" not in ET.tostring(found, encoding="unicode")


# Calendars --------------------------------------------------------------------------------------


def unfolded(answer: Response) -> list[str]:
    """The lines of a calendar as a strict reader has them."""
    data = body(answer)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    for line in data.split(b"\r\n"):
        line.decode()  # no letter is cut
    return data.decode().replace("\r\n ", "").split("\r\n")[:-1]


def appointment(**more: Any) -> open_data.Appointment:
    given = {"uid": "u", "title": "Votes close", "at": AT, "url": "http://localhost/1", **more}
    return open_data.Appointment(**{"changed": AT, **given})


def test_a_calendar_says_when_in_utc_what_and_where() -> None:
    paris = datetime.fromisoformat("2026-07-01T10:00:00+02:00")
    lines = unfolded(open_data.calendar("Votes", [appointment(at=paris), appointment(text="T")]))
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2
    for line in ("DTSTART:20260701T080000Z", "SUMMARY:Votes close", "URL:http://localhost/1",
                 "UID:u", "DESCRIPTION:T", "DTSTAMP:20260302T093000Z"):  # fmt: skip
        assert line in lines
    assert "STATUS:CANCELLED" not in lines
    assert "STATUS:CANCELLED" in unfolded(open_data.calendar("", [appointment(cancelled=True)]))


def test_no_title_writes_lines_of_its_own_into_a_calendar() -> None:
    lines = unfolded(open_data.calendar(HOSTILE, [appointment(title=HOSTILE, uid=HOSTILE)]))
    assert lines.count("END:VEVENT") == 1
    assert not [line for line in lines if line.startswith("X:1")]
    [said] = [line for line in lines if line.startswith("SUMMARY:")]
    read = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], said[8:])
    assert read == HOSTILE.replace("\x0b", "").replace("\x00", "").replace("\r\n", "\n")


# Tables and JSON --------------------------------------------------------------------------------


class Thing(msgspec.Struct):
    """A thing."""

    id: int
    name: str


class Things(msgspec.Struct):
    """All things."""

    service: str
    things: list[Thing]


SCHEMA = "http://localhost/culture/things.schema.json"


class Part(list[Record]):
    """A part of the records, of which can be said whether anybody holds it still."""


def things(count: int) -> Iterator[list[Record]]:
    made: list[ref[Part]] = []
    for start in range(0, count, 500):
        part = Part({"id": each, "name": f"=Thing {each}"} for each in range(start, start + 500))
        made = [ref(part), *(each for each in made if each() is not None)]
        assert len(made) <= 2, "the one that was written, and the next"
        yield part


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_hundred_thousand_rows_leave_with_one_part_of_them_in_memory(kind: str) -> None:
    if kind == "csv":
        with open_data.kept(things(100_000)) as parts:
            answer = open_data.csv_file(open_data.record_rows(["id"], parts), "t.csv")
    else:
        pieces = open_data.json_parts({"service": "culture"}, "things", things(100_000))
        answer = open_data.json_file(pieces, "t.json", schema=SCHEMA)
    assert answer.response.file._rolled, "what was made waits on disk"  # type: ignore[union-attr]
    read = sum(len(piece) for piece in answer.iter_encoded())
    assert read == answer.content_length > 1_800_000
    answer.close()


def test_a_table_is_safe_from_formulas_and_complete() -> None:
    with open_data.kept(things(1_000)) as parts:
        answer = open_data.csv_file(open_data.record_rows(["id"], parts), "t.csv", attachment=True)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="t.csv"'
    header, *rows = csv.reader(io.StringIO(body(answer).decode()))
    assert header == ["id", "name"]
    assert rows[999] == ["999", "'=Thing 999"]
    assert len(rows) == 1_000


@pytest.mark.parametrize("count", [0, 500, 1_000])
def test_json_is_one_object_that_says_what_describes_it(count: int) -> None:
    parts = open_data.json_parts({"service": "culture"}, "things", things(count))
    answer = open_data.json_file(parts, "t.json", schema=SCHEMA)
    assert answer.headers["Link"] == (
        f'<{SCHEMA}>; rel="describedby"; type="application/schema+json"'
    )
    assert answer.headers["Content-Disposition"] == 'inline; filename="t.json"'
    found = msgspec.json.decode(body(answer), type=Things, strict=True)
    assert len(found.things) == count


def test_a_schema_is_named_by_its_address_and_described_by_docstrings() -> None:
    answer = open_data.schema_file(Things, "Things")
    assert answer.content_type == "application/schema+json"
    schema = json.loads(body(answer))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"{SITE}/culture/data"
    assert schema["$defs"]["Thing"]["description"] == "A thing."
    assert schema["$defs"]["Things"]["required"] == ["service", "things"]


def test_a_page_names_what_there_is_to_reuse_with_its_kind() -> None:
    text = render_template_string(
        '{% from "macros/open_data.html" import reuse %}{{ reuse(files) }}',
        files=[("/a?b=1&c=2", "<All>", "text/csv")],
    )
    assert '<a href="/a?b=1&amp;c=2" type="text/csv">&lt;All&gt;</a>' in text
    assert ">CSV<" in text
    assert 'aria-labelledby="open-data"' in text
