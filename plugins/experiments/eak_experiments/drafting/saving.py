"""What is typed into a protocol, checked again whoever calls: lengths, bounds, communes."""

from datetime import date
from decimal import Decimal
from typing import Any

from eak_core.api import (
    Invalid,
    Session,
    _l,
    checked_text,
    clock,
    communes,
    in_paris,
    subjects_of,
)
from eak_experiments.models import LINE, TEXT
from eak_experiments.protocol import checks
from eak_experiments.protocol.document import LISTS, Hypothesis, Protocol
from eak_experiments.protocol.steps import LINES
from eak_experiments.wording import FAULTS

#: The largest number of people or of euros.
MOST = 10**9
#: The first and the last year that a day may be in.
YEARS = range(2000, 2101)
#: So many items a list holds at most.
MOST_ITEMS = 12


def today() -> date:
    """The day it is in Paris."""
    return in_paris(clock.now()).date()


def checked(
    session: Session, values: dict[str, Any], service_id: int | None = None
) -> dict[str, Any]:
    """``values`` of fields of a protocol of a service, cleaned. `Invalid` names each that cannot
    be."""
    found: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for name, value in values.items():
        found[name] = _text(name, value, wrong) if isinstance(value, str) else value
        if isinstance(value, int) and not 0 <= value <= MOST:
            wrong[name] = _l("Give a number from 0 to %(most)s.", most=MOST)
        if isinstance(value, date) and value.year not in YEARS:
            wrong[name] = _l("Give a day from 2000 to 2100.")
        if isinstance(value, Decimal) and abs(value) >= 10**12:
            wrong[name] = _l("This figure is too large.")
    if "communes" in found:
        known = {each.code for each in communes(session)}
        found["communes"] = tuple(sorted(set(found["communes"]) & known))
    if "subjects" in found and service_id is not None:
        codes = {each.code for each in subjects_of(session, service_id, archived=True)}
        found["subjects"] = tuple(sorted(set(found["subjects"]) & codes))
    if "title" in found and not found["title"]:
        wrong["title"] = _l("Give the experiment a title.")
    wrong |= {name: FAULTS[code] for name, code in _faults(found).items()}
    if wrong:
        raise Invalid(_l("Nothing was saved: something is to be corrected."), wrong)
    return found


def _text(name: str, value: str, wrong: dict[str, Any]) -> str:
    line = name in LINES
    return checked_text(value, name, wrong, most=LINE if line else TEXT, line=line)


def _faults(values: dict[str, Any]) -> dict[str, str]:
    if "metric" in values:
        return checks.faults_of_hypothesis(Hypothesis(key="h1", **values), today())
    if "starts_on" in values:
        return checks.faults_of_dates(values["starts_on"], values["ends_on"])
    if "least_sample" in values:
        return checks.faults_of_sample(values["sample"], values["least_sample"])
    return {}


def ensure_room(protocol: Protocol, step: str, key: str | None) -> None:
    """Return where another item fits into the list ``step``; `Invalid` otherwise."""
    assert step in LISTS
    if key is None and len(getattr(protocol, step)) >= MOST_ITEMS:
        raise Invalid(_l("%(most)s are enough for one protocol.", most=MOST_ITEMS))
