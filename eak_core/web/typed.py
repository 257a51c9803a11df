"""What was typed, checked by the function that keeps it: forms are not the only way to it."""

from typing import Any

from eak_core.errors import Invalid
from eak_core.i18n import _l
from eak_core.web.text import clean_line, clean_lines

#: Times its greatest length: what is longer is neither cleaned nor looked at by any rule. Up to
#: that, a text may still be short enough once it is cleaned.
FAR_TOO_LONG = 4


def checked_text(
    text: str,
    field: str,
    wrong: dict[str, Any],
    *,
    most: int,
    missing: Any = None,
    line: bool = False,
) -> str:
    """``text`` cleaned, of several lines or of one ``line``. Where it is longer than ``most``
    characters, or nothing of it can be seen and something ``missing`` says that it is needed,
    ``wrong`` says so of the ``field``."""
    bounded = text[: FAR_TOO_LONG * most]
    cleaned = clean_line(bounded) if line else clean_lines(bounded)
    if len(cleaned) > most or len(bounded) < len(text):
        wrong[field] = _l("This is too long: %(max)s characters at most.", max=most)
    elif missing is not None and not cleaned:
        wrong[field] = missing
    return cleaned


def checked_words(text: str, field: str, refused: Any, *, most: int, missing: Any = None) -> str:
    """``text`` as `checked_text` has it, where nothing else can be wrong. `Invalid`, which says
    what was ``refused``, at ``field`` where it is longer than ``most`` characters, or where nothing
    of it can be seen and something ``missing`` says that it is needed."""
    wrong: dict[str, Any] = {}
    cleaned = checked_text(text, field, wrong, most=most, missing=missing)
    if wrong:
        raise Invalid(refused, wrong)
    return cleaned
