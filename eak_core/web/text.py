"""What a text typed by anybody may contain.

Control characters break databases and feeds; characters that turn the direction of writing make
a name or title read as something else than it is (“Trojan Source”, CVE-2021-42574). Everything
else that Unicode has is welcome.
"""

import re
import sys
import unicodedata
from functools import cache

from eak_core.visible import trimmed

#: Marks on one letter, as many as any language needs and more: Unicode's stream-safe texts
#: (UAX #15, section 13) have no more. Putting marks in order takes time that grows with the square
#: of their number: a megabyte of them on one letter took five minutes.
MOST_MARKS = 30

#: In characters, of the reasons that people give for what they do to something of others.
REASON_LENGTH = 2_000

# Tab and line breaks are part of a text of several lines.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def has_control_characters(text: str) -> bool:
    """Whether ``text`` holds NUL, another control character or half of a character."""
    return _CONTROL.search(text) is not None


def has_direction_controls(text: str) -> bool:
    """Whether ``text`` holds a character that overrides or isolates the direction of writing."""
    return _DIRECTION.search(text) is not None


def stream_safe(text: str) -> str:
    """``text`` without the marks past the first `MOST_MARKS` on a letter: whatever is normalised
    goes through this before, so that it takes time in proportion to its length."""
    # Of so many marks in a row one stands at one of these places. Nearly no text has a mark there.
    if not any(map(unicodedata.combining, text[MOST_MARKS :: MOST_MARKS + 1])):
        return text
    return _stacked_marks().sub(r"\1", text)


@cache
def _stacked_marks() -> re.Pattern[str]:
    marks = "".join(filter(unicodedata.combining, map(chr, range(0x300, sys.maxunicode + 1))))
    return re.compile(f"([{marks}]{{{MOST_MARKS}}})[{marks}]+")


def clean_lines(text: str) -> str:
    """A text of several lines: NFC, line breaks as ``\\n``, without control characters, nor what
    shows nothing at its ends; empty where nothing of it can be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return trimmed(unicodedata.normalize("NFC", stream_safe(_CONTROL.sub("", text))))


def clean_line(text: str) -> str:
    """A text of one line: as `clean_lines`, breaks as spaces, without direction controls."""
    return clean_lines(_DIRECTION.sub("", _BREAKS.sub(" ", text)))
