"""Cells as the fields of a struct."""

from contextlib import suppress
from datetime import date
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_core.errors import Invalid
from eak_core.imports.records import RecordReader


def shouted(text: str) -> str:
    if text == "?":
        raise Invalid("Nobody said it.")
    if text == "!":
        raise ValueError(text)
    return text.upper()


class Visit(msgspec.Struct):
    place: str
    people: int
    day: date | None = None
    cost: float = 0.5
    said: Annotated[str, shouted] = ""


read = RecordReader(Visit)


def wrong(**values: str) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        read({"place": "Antony", "people": "3", **values})
    return {name: str(why) for name, why in refusal.value.fields.items()}


def test_each_cell_becomes_what_its_field_is() -> None:
    row = {"place": " Le\u00a0Fab\x00Lab\n2 ", "people": "1\u202f234 567", "day": "31/12/2026",
           "cost": "-1 234,50", "said": "oui", "beside": "x"}  # fmt: skip
    assert read(row) == Visit("Le\u00a0FabLab 2", 1_234_567, date(2026, 12, 31), -1234.5, "OUI")
    assert read(row | {"day": "2026-12-31", "cost": "0.25"}).cost == 0.25


def test_an_empty_cell_or_none_is_the_default_and_what_is_needed_must_be_said() -> None:
    assert read.needed == ("place", "people")
    assert read({"place": "Antony", "people": "3", "day": " ", "said": ""}) == Visit("Antony", 3)
    assert wrong(place=" ", people="") == {"place": "It is empty.", "people": "It is empty."}
    assert list(wrong(place="\u200b")) == ["place"], "nothing of it can be seen"


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("people", "three", "“three” is no whole number."),
        ("people", "²", "is no whole number"),
        ("people", "9" * 19, "is no whole number"),
        ("people", "1 23", "is no whole number"),
        ("people", "1.5", "is no whole number"),
        ("cost", "inf", "is no number"),
        ("cost", "1e9", "is no number"),
        ("cost", "x" * 100_000, "is no number"),
        ("day", "31/02/2026", "is no date"),
        ("day", "yesterday", "is no date"),
        ("said", "?", "Nobody said it."),
        ("said", "!", "“!” cannot be read."),
    ],
)
def test_a_cell_that_is_none_is_refused_with_what_it_says(field: str, text: str, says: str) -> None:
    said = wrong(**{field: text})
    assert list(said) == [field]
    assert says in said[field]
    assert len(said[field]) < 120


@given(st.fixed_dictionaries({}, optional={name: st.text() for name in Visit.__struct_fields__}))
def test_any_row_is_read_or_refused(values: dict[str, str]) -> None:
    with suppress(Invalid):
        read(values)


def test_a_field_that_nothing_reads_is_told_when_the_command_is_written() -> None:
    class Odd(msgspec.Struct):
        things: list[str]

    class Hidden(msgspec.Struct):
        # The default takes the function's name before the annotation is read.
        said: Annotated[str, ""] = ""

    for record in (Odd, Hidden):
        with pytest.raises(TypeError, match="field "):
            RecordReader(record)
