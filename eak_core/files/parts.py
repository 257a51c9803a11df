"""Of how many parts the file of a picture is made, before any decoder reads it.

A decoder goes over the whole picture for each scan of a progressive JPEG, and copies for each part
what it has kept so far: sixty bytes that say nothing cost as much as all pixels, and a file within
the limits hours.
"""

import re

from eak_core.files.errors import Unfit
from eak_core.i18n import _l

#: Encoders write ten, those that look for the smallest file twice that.
MOST_SCANS = 50
#: A profile of colours has 255 at most, long notes of a camera a few hundred.
MOST_PARTS = 1_000
#: A GIF cuts its notes into pieces of 255 bytes at most.
MOST_PIECES = 20_000

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_GIF = (b"GIF87a", b"GIF89a")
# What begins a part of a JPEG; within a scan, none of these follows 0xFF.
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_WITHOUT_LENGTH = b"\x01\xd8\xd9"
_SCAN, _END = 0xDA, 0xD9


def check_parts(raw: bytes) -> None:
    """`Unfit` for a JPEG, PNG or GIF of more parts than any has that was made to be seen."""
    if raw.startswith(_JPEG):
        _check_jpeg(raw)
    elif raw.startswith(_PNG):
        _check_png(raw)
    elif raw.startswith(_GIF):
        _check_gif(raw)


def _check_jpeg(raw: bytes) -> None:
    at = parts = scans = 0
    while found := _MARKER.search(raw, at):
        at, marker = found.end(), raw[found.end() - 1]
        if marker == _END and scans:
            return  # what stands behind is not read
        parts += 1
        scans += marker == _SCAN
        if parts > MOST_PARTS or scans > MOST_SCANS:
            raise _too_many()
        if marker not in _WITHOUT_LENGTH:
            at += int.from_bytes(raw[at : at + 2])


def _check_png(raw: bytes) -> None:
    at, parts = len(_PNG), 0
    while at < len(raw):
        # Its pixels are divided as finely as an encoder likes, which costs nothing.
        parts += raw[at + 4 : at + 8] != b"IDAT"
        if parts > MOST_PARTS:
            raise _too_many()
        at += 12 + int.from_bytes(raw[at : at + 4])


def _check_gif(raw: bytes) -> None:
    """Up to the first image, behind which nothing is read."""
    flags = raw[10] if len(raw) > 10 else 0
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    pieces = 0
    while raw[at : at + 1] not in {b"", b",", b";"}:
        note = raw[at : at + 1] == b"!"
        at += 2 if note else 1  # what is no note is skipped byte by byte
        pieces += 1
        while note and at < len(raw) and pieces <= MOST_PIECES:
            size, pieces = raw[at], pieces + 1
            at, note = at + 1 + size, size > 0
        if pieces > MOST_PIECES:
            raise _too_many()


def _too_many() -> Unfit:
    return Unfit(_l("This picture is made of far too many parts to be unpacked. Save it anew."))
