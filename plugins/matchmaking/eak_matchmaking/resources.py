"""What offers and needs state alike: what kind of thing, how much of it, and when."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

from eak_core.api import _l, checked_text, clock, in_paris
from eak_matchmaking.models import RESOURCE_KINDS, UNIT_LENGTH

#: The largest quantity: more is a slip of the keyboard, in euros as in square metres.
MOST = 1_000_000_000
#: So far ahead, in days, a period may lie.
AHEAD = 3_660


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A thing as it was typed: ``quantity`` in ``unit`` (money in euros), from ``starts_on`` to
    ``ends_on``, both of these days too."""

    kind: str
    quantity: int | None = None
    unit: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


def today() -> date:
    """The day it is in Paris."""
    return in_paris(clock.now()).date()


def not_passed(ends_on: InstrumentedAttribute[date | None]) -> ColumnElement[bool]:
    """The condition that keeps what goes on: its last day, if it has one, has not passed."""
    return or_(ends_on.is_(None), ends_on >= today())


def checked_resource(stated: Resource, wrong: dict[str, Any]) -> dict[str, Any]:
    """The columns of what is stated; what is wrong with it is put into ``wrong``, by field."""
    unit = checked_text(stated.unit, "unit", wrong, most=UNIT_LENGTH, line=True)
    if stated.kind not in RESOURCE_KINDS:
        wrong["kind"] = _l("Choose what it is.")
    elif stated.kind == "money":
        unit = ""
        wrong.pop("unit", None)
    elif stated.quantity is not None and not unit:
        wrong["unit"] = _l("Say what is counted: square metres, hours, chairs…")
    if stated.quantity is not None and not 1 <= stated.quantity <= MOST:
        wrong["quantity"] = _l("Give a whole number from 1 on, or nothing.")
    _check_period(stated, wrong)
    return {
        "kind": stated.kind,
        "quantity": stated.quantity,
        "unit": unit if stated.quantity is not None else "",
        "starts_on": stated.starts_on,
        "ends_on": stated.ends_on,
    }


def _check_period(stated: Resource, wrong: dict[str, Any]) -> None:
    first, last = stated.starts_on, stated.ends_on
    latest = today() + timedelta(days=AHEAD)
    if first and not date(2000, 1, 1) <= first <= latest:
        wrong["starts_on"] = _l("Choose a day in the next ten years.")
    if last and last > latest:
        wrong["ends_on"] = _l("Choose a day in the next ten years.")
    elif last and last < today():
        wrong["ends_on"] = _l("This day has passed.")
    elif first and last and last < first:
        wrong["ends_on"] = _l("The last day comes before the first one.")
