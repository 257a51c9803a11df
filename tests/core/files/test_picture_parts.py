"""Pictures of few pixels or bytes that cost a decoder hours, and those that only look so."""

import re
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageFile

from eak_core.files.errors import Unfit
from eak_core.files.parts import MOST_PARTS, MOST_PIECES, MOST_SCANS, check_parts
from eak_core.files.pictures import draw
from eak_core.kit.testing.uploads import picture

PROGRESSIVE = picture(form="JPEG", progressive=True)
SCANS = [found.start() for found in re.finditer(b"\xff\xda", PROGRESSIVE)]
LAST_SCAN = PROGRESSIVE[SCANS[-1] : -2]


def chunk(name: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def scanned(times: int) -> bytes:
    """A progressive JPEG whose last scan stands there so many times more."""
    return PROGRESSIVE[:-2] + LAST_SCAN * times + PROGRESSIVE[-2:]


PLAIN_PNG = picture(form="PNG")
PLAIN_GIF = picture(form="GIF")
AFTER_HEAD = 13 + (3 << (PLAIN_GIF[10] & 7) + 1 if PLAIN_GIF[10] & 0x80 else 0)
NOTE = b"\xff\xe1\x00\x09Exif\0\0x"


def with_notes(notes: bytes) -> bytes:
    """A GIF with ``notes`` before its picture."""
    return PLAIN_GIF[:AFTER_HEAD] + notes + PLAIN_GIF[AFTER_HEAD:]


ENDLESS = {
    "a JPEG that is scanned again and again": scanned(MOST_SCANS),
    "the same with marks that are filled up": scanned(MOST_SCANS).replace(
        b"\xff\xda", b"\xff\xff\xda"
    ),
    "a JPEG of notes alone": PROGRESSIVE[:2] + NOTE * MOST_PARTS + PROGRESSIVE[2:],
    "notes behind an end that comes first": PROGRESSIVE[:2] + b"\xff\xd9" + NOTE * MOST_PARTS,
    "a GIF of notes alone": with_notes(b"!\xfe\x01x\0" * MOST_PIECES),
    "a GIF of one note in pieces": with_notes(b"!\xfe" + b"\x01x" * MOST_PIECES + b"\0"),
    "a GIF of nothing": with_notes(bytes(MOST_PIECES + 1)),
    "a PNG of profiles alone": PLAIN_PNG[:33] + chunk(b"iCCP") * MOST_PARTS + PLAIN_PNG[33:],
}


@pytest.mark.parametrize("raw", ENDLESS.values(), ids=ENDLESS.keys())
def test_a_picture_of_parts_without_end_is_refused_before_it_is_read(
    raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    monkeypatch.setattr(
        ImageFile.ImageFile, "__init__", lambda self, *_args, **_: read.append(self)
    )
    with pytest.raises(Unfit, match="parts"):
        draw(raw)
    assert read == []


def test_what_only_looks_like_parts_counts_for_none() -> None:
    marks = b"\xff\xda" * 10_000
    said = b"\xff\xe1" + (len(marks) + 2).to_bytes(2) + marks
    check_parts(PROGRESSIVE[:2] + said + PROGRESSIVE[2:])  # a preview, in the notes of a camera
    check_parts(PROGRESSIVE + marks)  # a film, behind the picture
    check_parts(with_notes(b"!\xfe" + b"\xff" + b"x" * 255 + b"\0"))
    check_parts(PLAIN_GIF[:-1] + b"!\xfe\x01x\0" * MOST_PIECES)  # behind the picture
    pixels = chunk(b"IDAT") * 5 * MOST_PARTS
    assert draw(PLAIN_PNG[:33] + pixels + PLAIN_PNG[33:]).width


def test_fine_greys_stay_what_they_are() -> None:
    out = BytesIO()
    Image.new("I;16", (60, 40), 0x8000).save(out, "PNG")
    assert _middle(out.getvalue()) == pytest.approx((128, 128, 128), abs=3)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("notes", [b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\x7f"])
def test_a_picture_whose_notes_nobody_can_read_is_drawn_as_it_is(form: str, notes: bytes) -> None:
    drawn = draw(picture(80, 40, form=form, exif=notes))
    assert (drawn.width, drawn.height) == (80, 40)


@pytest.mark.parametrize("mode", ["P", "1", "L", "I;16", "LA", "RGB", "RGBA"])
def test_each_kind_of_colours_stands_upright(mode: str) -> None:
    exif, out = Image.Exif(), BytesIO()
    exif[0x0112] = 6
    Image.new(mode, (80, 40)).save(out, "PNG", exif=exif.tobytes())
    drawn = draw(out.getvalue())
    assert (drawn.width, drawn.height) == (40, 80)


@pytest.mark.parametrize(("mode", "hole"), [("RGB", (0, 0, 0)), ("L", 0), ("P", 0)])
def test_a_colour_that_is_told_to_be_none_is_seen_through(mode: str, hole: object) -> None:
    out = BytesIO()
    Image.new(mode, (60, 40)).save(out, "PNG", transparency=hole)
    assert _middle(out.getvalue()) == (255, 255, 255)


def _middle(raw: bytes) -> object:
    """The colour in the middle, as every browser shows it."""
    shown = Image.open(BytesIO(draw(raw).files["960.jpg"]))
    return shown.getpixel((shown.width // 2, shown.height // 2))
