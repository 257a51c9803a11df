"""What was typed is checked by the function that keeps it, whichever way it came."""

from typing import Any

import pytest

from eak_core.errors import Invalid
from eak_core.web.typed import FAR_TOO_LONG, checked_text, checked_words

MISSING = "Say why."


@pytest.mark.parametrize(
    ("typed", "kept", "wrong"),
    [
        ("  why\r\nnot ", "why\nnot", None),
        ("x" * 8, "x" * 8, None),
        # What is cleaned away does not count, as far as anybody looks.
        ("\x00" * 8 + "why", "why", None),
        ("x" * 9, None, "too long"),
        ("why" + "\x00" * 8 * FAR_TOO_LONG, None, "too long"),
        (" \u200b\n", "", MISSING),
        ("", "", MISSING),
    ],
)
def test_a_text_is_cleaned_bounded_and_needed(
    typed: str, kept: str | None, wrong: str | None
) -> None:
    errors: dict[str, Any] = {}
    text = checked_text(typed, "reason", errors, most=8, missing=MISSING)
    if wrong is None:
        assert (text, errors) == (kept, {})
    else:
        assert wrong in str(errors["reason"].source if wrong != MISSING else errors["reason"])
        with pytest.raises(Invalid, match=r"Nothing was kept\.") as refusal:
            checked_words(typed, "reason", "Nothing was kept.", most=8, missing=MISSING)
        assert refusal.value.fields.keys() == {"reason"}


def test_one_line_has_no_breaks_and_what_is_not_needed_may_be_empty() -> None:
    errors: dict[str, Any] = {}
    assert checked_text("a\nb", "name", errors, most=8, line=True) == "a b"
    assert checked_text(" ", "name", errors, most=8) == ""
    assert errors == {}
