"""Files that tests send, the way a browser does: ``browser.submit(path, files=[a_picture()])``."""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image


@dataclass(frozen=True)
class Upload:
    """A file as somebody chose it: what it is called, and what is in it."""

    name: str
    content: bytes


@cache
def picture(
    width: int = 64, height: int = 48, colour: str = "teal", form: str = "JPEG", **saved: Any
) -> bytes:
    """A picture of one ``colour``; ``saved`` goes to Pillow (``exif=…``)."""
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form, **saved)
    return out.getvalue()


def a_picture(name: str = "photo.jpg", **how: Any) -> Upload:
    """A picture to send; ``how`` as in `picture`."""
    return Upload(name, picture(**how))


def a_document(name: str = "plan.pdf", words: bytes = b"") -> Upload:
    """A PDF of no page, which is enough to be one."""
    return Upload(name, b"%PDF-1.7\n" + words + b"\n%%EOF\n")
