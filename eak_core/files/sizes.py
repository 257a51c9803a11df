"""The sizes in which pictures are kept. Pure: pages ask for them without any decoder."""

from typing import NamedTuple

#: The longer side of each rendition: a card, a page, a large screen.
SIZES = (480, 960, 1600)
#: For the few browsers that do not show WebP, one size is enough.
FALLBACK = 960


class Rendition(NamedTuple):
    """A size in which a picture is kept: the ``name`` of its file, and how large it is."""

    name: str
    width: int
    height: int


def renditions(width: int, height: int) -> list[Rendition]:
    """The WebP renditions of a picture whose largest one is so wide and high, in pixels; the
    smallest comes first. Nothing is drawn larger than it is."""
    smaller = [side for side in SIZES[:-1] if side < max(width, height)]
    sides = [*smaller, SIZES[len(smaller)]]
    return [Rendition(f"{side}.webp", *_within(width, height, side)) for side in sides]


def fallback(width: int, height: int) -> Rendition:
    """The JPEG rendition of that picture."""
    return Rendition(f"{FALLBACK}.jpg", *_within(width, height, FALLBACK))


def _within(width: int, height: int, side: int) -> tuple[int, int]:
    longest = max(width, height)
    if longest <= side:
        return width, height
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))
