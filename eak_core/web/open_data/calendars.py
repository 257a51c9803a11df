"""Calendars to subscribe to (iCalendar, RFC 5545).

What happens here happens at an instant, so all times are UTC and no calendar has a time zone or
rules of its own. That is little enough to write by hand; the library for the rest of the standard
(``icalendar``) would bring two more packages along.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, current_app

#: A line has at most so many bytes (3.1); what is longer goes on in the next, behind a space.
_LINE = 75
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Appointment:
    """Something that happens at the instant ``at``. ``uid`` is its name for ever, ``changed`` when
    it was written last; what is ``cancelled`` stays, so that calendars strike it out."""

    uid: str
    title: str
    at: datetime
    url: str
    changed: datetime
    text: str = ""
    cancelled: bool = False


def calendar(title: str, appointments: Iterable[Appointment]) -> Response:
    """The answer with ``appointments``, under the name ``title``."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{_text(current_app.extensions['eak_config'].site_name)}//EAK//FR",
        f"NAME:{_text(title)}",
        f"X-WR-CALNAME:{_text(title)}",
    ]
    for each in appointments:
        lines += _event(each)
    lines.append("END:VCALENDAR")
    body = "".join(f"{part}\r\n" for line in lines for part in _folded(line))
    return Response(body, content_type="text/calendar; charset=utf-8")


def _event(appointment: Appointment) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(appointment.uid)}"
    yield f"DTSTAMP:{_instant(appointment.changed)}"
    yield f"DTSTART:{_instant(appointment.at)}"
    yield f"SUMMARY:{_text(appointment.title)}"
    if appointment.text:
        yield f"DESCRIPTION:{_text(appointment.text)}"
    yield f"URL:{_CONTROL.sub('', appointment.url)}"
    if appointment.cancelled:
        yield "STATUS:CANCELLED"
    yield "END:VEVENT"


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """``text`` as a value (3.3.11)."""
    plain = _CONTROL.sub("", text.replace("\r\n", "\n"))
    return re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """``line`` in pieces of bytes that fit, none cut within a letter."""
    piece, size = "", 0
    for letter in line:
        wide = len(letter.encode())
        if size + wide > _LINE:
            yield piece
            piece, size = " ", 1
        piece += letter
        size += wide
    yield piece
