"""QR codes, as readers look for them: three corners, and light around."""

import re

from eak_core.web.qr import QUIET, qr_path


def test_a_code_has_its_three_corners_and_stands_in_light() -> None:
    path, width = qr_path("https://participation.example/culture/ambassadeurs/badges/1")
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)}
    first, last = QUIET, width - QUIET - 1
    corner = [[max(abs(x - 3), abs(y - 3)) != 2 for x in range(7)] for y in range(7)]
    for left, top in ((first, first), (last - 6, first), (first, last - 6)):
        drawn = [[(left + x, top + y) in dark for x in range(7)] for y in range(7)]
        assert drawn == corner
    assert all(first <= x <= last and first <= y <= last for x, y in dark)


def test_another_text_is_another_code() -> None:
    assert qr_path("one") != qr_path("two")
