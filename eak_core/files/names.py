"""The name of a file as it is shown, made harmless: it is never used as a path."""

import re

from eak_core.files.models import NAME_LENGTH
from eak_core.visible import without_ignorable
from eak_core.web.text import clean_line

#: What has a meaning in paths, on any system, in headers or in HTML.
_MEANINGFUL = re.compile(r'[\\/:*?"<>|%;]+')
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def shown_name(given: str | None, extension: str = "") -> str:
    """``given`` without folders, controls, directions and dots at its ends, at most 120 characters
    long and never empty; it ends in ``extension`` (``.pdf``), whatever it ended in.

    Empty without ``extension``, where nothing of ``given`` is left.
    """
    name = (given or "")[: 8 * NAME_LENGTH].replace("\\", "/").rpartition("/")[2]
    name = without_ignorable(clean_line(_MEANINGFUL.sub(" ", name)))
    name = (
        _EXTENSION.sub("", " ".join(name.split()))
        .strip(" .")[: NAME_LENGTH - len(extension)]
        .rstrip(" .")
    )
    return f"{name or 'document'}{extension}" if extension else name
