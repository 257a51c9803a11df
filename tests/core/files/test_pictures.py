"""Pictures drawn anew, whatever they were."""

from io import BytesIO

import pytest
from PIL import Image, ImageFile

from eak_core.files.errors import Unfit
from eak_core.files.pictures import MOST_PIXELS, draw
from tests.core.files.bombs import blank_png


def test_of_a_picture_of_too_many_pixels_not_one_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unpacked: list[int] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: unpacked.append(self.width))
    with pytest.raises(Unfit, match="mega"):
        draw(blank_png(8_000, MOST_PIXELS // 8_000 + 1))
    assert unpacked == []


@pytest.mark.parametrize(
    ("mode", "form"),
    [("P", "PNG"), ("RGBA", "PNG"), ("LA", "PNG"), ("1", "PNG"), ("I;16", "PNG"), ("CMYK", "JPEG"),
     ("L", "JPEG"), ("RGBA", "WEBP"), ("P", "GIF")],
)  # fmt: skip
def test_pictures_of_every_kind_of_colours_are_drawn(mode: str, form: str) -> None:
    out = BytesIO()
    Image.new(mode, (700, 500)).save(out, form)
    drawn = draw(out.getvalue())
    assert sorted(drawn.files) == ["480.webp", "960.jpg", "960.webp"]
    for content in drawn.files.values():
        assert Image.open(BytesIO(content)).mode in {"RGB", "RGBA"}
