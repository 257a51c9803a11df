"""Rows as typed records: a struct says which fields there are, and how each cell is read."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from eak_core.errors import Invalid
from eak_core.i18n import _, _l
from eak_core.web.text import clean_line

R = TypeVar("R", bound=msgspec.Struct)

_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?", re.ASCII)
# Between thousands, also the spaces that do not break.
_GROUPED = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


class RecordReader(Generic[R]):
    """Makes a ``record`` of the values of a row by column, as `take_file` says. The columns that
    are ``needed`` are those of the fields without a default."""

    def __init__(self, record: type[R]) -> None:
        self.record = record
        hints = get_type_hints(record, include_extras=True)
        fields = msgspec.structs.fields(record)
        self.readers = {each.name: _reader(each.name, hints[each.name]) for each in fields}
        self.needed = tuple(each.name for each in fields if each.required)

    def __call__(self, values: Mapping[str, str]) -> R:
        """The record that a row tells; `Invalid` with a reason for each field that is wrong."""
        read: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        for name, reader in self.readers.items():
            text = values.get(name, "").strip()
            if not text and name not in self.needed:
                continue
            try:
                read[name] = reader(_filled(text))
            except Invalid as refusal:
                wrong[name] = refusal.message
            except ValueError:
                wrong[name] = _("“%(value)s” cannot be read.", value=_cut(text))
        if wrong:
            raise Invalid(_l("This row is not complete, or not as it should be."), wrong)
        return self.record(**read)


def _filled(text: str) -> str:
    if not text:
        raise Invalid(_l("It is empty."))
    return text


def _reader(name: str, hint: Any) -> Callable[[str], Any]:
    if get_origin(hint) is Annotated:
        _type, mark, *_marks = get_args(hint)
        # In a class, the default of a field that is called like a function hides the function.
        if not callable(mark):
            raise TypeError(f"field {name}: {mark!r} is no function that reads a cell")
        return mark  # type: ignore[no-any-return]  # what it answers is the field's
    if get_origin(hint) in (Union, UnionType):
        (hint,) = [each for each in get_args(hint) if each is not NoneType]
    if hint not in _READERS:
        raise TypeError(f"field {name}: Annotated[…, function] says how a cell becomes it")
    return _READERS[hint]


def _line(text: str) -> str:
    return _filled(clean_line(text))


def _int(text: str) -> int:
    return int(_number(text, _WHOLE, _("“%(value)s” is no whole number.", value=_cut(text))))


def _float(text: str) -> float:
    number = _number(text, _DECIMAL, _("“%(value)s” is no number.", value=_cut(text)))
    value = float(number.replace(",", "."))
    assert math.isfinite(value)
    return value


def _number(text: str, pattern: re.Pattern[str], reason: str) -> str:
    written = _GROUPED.sub("", text)
    if not pattern.fullmatch(written):
        raise Invalid(reason)
    return written


def _date(text: str) -> date:
    french = _FRENCH_DAY.fullmatch(text)
    try:
        if french:
            day, month, year = map(int, french.groups())
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError:
        reason = _("“%(value)s” is no date, such as 2026-12-31 or 31/12/2026.", value=_cut(text))
        raise Invalid(reason) from None


def _cut(text: str) -> str:
    """As much of ``text`` as a sentence can quote."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39].rstrip()}…"


_READERS: Mapping[Any, Callable[[str], Any]] = {
    str: _line,
    int: _int,
    float: _float,
    date: _date,
}
