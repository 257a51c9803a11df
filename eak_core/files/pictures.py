"""Pictures drawn anew in the sizes that pages show.

Whatever else was in the file is gone then: where and when it was taken, by which camera, comments,
programs, a second file behind the first. Orientation and colours are kept.
"""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, ImageOps

from eak_core.files.errors import Unfit
from eak_core.files.parts import check_parts
from eak_core.files.sizes import SIZES, fallback, renditions
from eak_core.i18n import _, _l

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
#: 40 megapixels take 160 MB to look at; cameras of phones send 12 by default, large ones 24.
MOST_PIXELS = 40_000_000
WEBP_QUALITY = 80
JPEG_QUALITY = 82

#: One picture at a time in a process, or a few at once would take its memory.
_turn = threading.Lock()
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn anew: the size of its largest rendition, and the files by their names."""

    width: int
    height: int
    files: Mapping[str, bytes]


def draw(raw: bytes) -> Drawn:
    """The picture in the file ``raw``, of which an animation keeps the first image. `Unfit` for one
    that is damaged or has more than 40 megapixels, which its head says before any is unpacked."""
    with _turn:
        image = _small(_opened(raw))
        width, height = image.size
        return Drawn(width, height, dict(_encoded(image)))


def _opened(raw: bytes) -> Image.Image:
    check_parts(raw)
    try:
        image = Image.open(BytesIO(raw), formats=FORMATS)
    except Image.DecompressionBombError:
        raise Unfit(_l("This picture is far too large to be unpacked.")) from None
    except Exception:  # noqa: BLE001  # a decoder that meets what it did not expect raises anything
        raise _damaged() from None
    pixels = image.width * image.height
    if pixels > MOST_PIXELS:
        raise Unfit(
            _(
                "This picture has %(found)s megapixels, and at most %(most)s are taken. Make it"
                " smaller first.",
                found=round(pixels / 1_000_000),
                most=MOST_PIXELS // 1_000_000,
            )
        )
    return image


def _small(image: Image.Image) -> Image.Image:
    """``image`` within the largest size, upright, in the colours of the web and without a word."""
    profile = image.info.get("icc_profile")
    largest = SIZES[-1]
    try:
        # A JPEG is unpacked at a fraction of its size.
        image.draft(None, (largest, largest))
        image.load()
        if image.mode not in {"RGB", "RGBA", "L", "CMYK"} or "transparency" in image.info:
            image = _plain(image)
        image.thumbnail((largest, largest), reducing_gap=3.0)
    except Exception:  # noqa: BLE001  # see `_opened`
        raise _damaged() from None
    image = _upright(image)
    if profile:
        image = _in_srgb(image, profile)
    if image.mode not in {"RGB", "RGBA"}:
        image = image.convert("RGB")
    image.info.clear()
    return image


def _plain(image: Image.Image) -> Image.Image:
    """``image`` with a value of eight bits for each colour: palettes cannot be made smaller well,
    and what is finer than a byte would all become white."""
    if image.mode.startswith("I"):
        image.info.pop("transparency", None)
        image = image.convert("I").point(_coarser).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _coarser(grey: Any) -> Any:
    return grey * (1 / 256)


def _upright(image: Image.Image) -> Image.Image:
    """``image`` turned as its notes say; as it is, where nobody can read them."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001  # see `_opened`
        return image


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """``image`` in the colours that a browser takes for granted, since its profile is not kept."""
    try:
        source = ImageCms.getOpenProfile(BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        # A profile that cannot be read, or of another kind of colours than the picture.
        return image
    return converted or image


def _encoded(image: Image.Image) -> Iterator[tuple[str, bytes]]:
    width, height = image.size
    for name, *size in renditions(width, height):
        yield name, _saved(image.resize(_pair(size), reducing_gap=3.0), "WEBP")
    name, *size = fallback(width, height)
    plain = image.resize(_pair(size), reducing_gap=3.0)
    if plain.mode == "RGBA":
        paper = Image.new("RGB", plain.size, "white")
        paper.paste(plain, mask=plain)
        plain = paper
    yield name, _saved(plain, "JPEG")


def _pair(size: list[int]) -> tuple[int, int]:
    width, height = size
    return width, height


def _saved(image: Image.Image, form: str) -> bytes:
    out = BytesIO()
    if form == "WEBP":
        image.save(out, form, quality=WEBP_QUALITY, method=4)
    else:
        image.save(out, form, quality=JPEG_QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def _damaged() -> Unfit:
    return Unfit(_l("This picture is damaged or not complete. Save it anew."))
