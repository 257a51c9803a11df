"""Under which keys the bytes of a file are kept, and how each is served."""

import re
from collections.abc import Sequence

from eak_core.files.models import StoredFile
from eak_core.files.sizes import fallback, renditions

DOCUMENT = "document.pdf"
MEDIA_TYPES = {"webp": "image/webp", "jpg": "image/jpeg", "pdf": "application/pdf"}

KEY = re.compile(r"[0-9a-f]{2}/([0-9a-f]{32})/[0-9a-z]{1,12}\.[a-z]{3,4}")


def key_of(token: str, name: str) -> str:
    """The key of one of the files of ``token``."""
    return f"{token[:2]}/{token}/{name}"


def media_type(name: str) -> str:
    """The media type of what is called ``name``."""
    return MEDIA_TYPES[name.rpartition(".")[2]]


def parts_of(file: StoredFile) -> Sequence[str]:
    """The names of what is kept for ``file``: its renditions, or the document."""
    if not file.is_picture:
        return (DOCUMENT,)
    assert file.width is not None
    assert file.height is not None
    sizes = (*renditions(file.width, file.height), fallback(file.width, file.height))
    return tuple(each.name for each in sizes)


def keys_of(file: StoredFile) -> list[str]:
    """All keys of ``file``."""
    return [key_of(file.token, name) for name in parts_of(file)]
