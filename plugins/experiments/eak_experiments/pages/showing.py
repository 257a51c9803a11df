"""What pages say of a protocol: values in words, and what is missing."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for

from eak_core.api import Session, _, communes, figures, subjects_of
from eak_experiments import wording
from eak_experiments.models import Experiment
from eak_experiments.protocol.checks import STEPS, Missing, missing
from eak_experiments.protocol.differences import differences, words
from eak_experiments.protocol.document import LISTS, Hypothesis, Protocol
from eak_experiments.rules.quantities import from_thousandths

__all__ = [
    "compared", "day_said", "facts", "following", "from_thousandths", "item_title", "lack_said",
    "place_names", "said", "steps_shown", "thresholds", "with_unit",
]  # fmt: skip

_TITLED: Mapping[str, Mapping[str, Any]] = {
    "design": wording.DESIGNS,
    "legal_basis": wording.LEGAL_BASES,
    "likelihood": wording.LEVELS,
    "impact": wording.LEVELS,
    "direction": wording.DIRECTIONS,
}


def said(name: str, value: Any, places: Mapping[str, str]) -> str:
    """``value`` of the field ``name`` as people read it; ``places`` are the names of communes."""
    if value in (None, "", ()):
        return ""
    if name in _TITLED:
        return str(_TITLED[name].get(value, value))
    if name in ("communes", "subjects"):
        return ", ".join(places.get(code, code) for code in value)
    if name == "budget":
        return figures.money(value, "EUR")
    if isinstance(value, int | Decimal):
        return figures.number(value)
    if isinstance(value, date):
        return day_said(value)
    return str(value)


def day_said(day: date) -> str:
    """A day in figures, as forms take it."""
    return day.strftime("%d/%m/%Y")


def place_names(session: Session, service_id: int) -> dict[str, str]:
    """The communes, and the subjects of a service, by their codes."""
    subjects = subjects_of(session, service_id, archived=True)
    named = {each.code: each.name for each in subjects}
    return named | {each.code: each.name for each in communes(session)}


def with_unit(value: Decimal | None, unit: str) -> str:
    """A figure with its unit."""
    return "" if value is None else f"{figures.number(value)}\N{NO-BREAK SPACE}{unit}"


def steps_shown(experiment: Experiment, protocol: Protocol) -> list[dict[str, Any]]:
    """The steps of the form, each with its address and with what is missing there."""
    lacks: dict[str, list[str]] = {step: [] for step in STEPS}
    for each in missing(protocol):
        lacks[each.step].append(lack_said(protocol, each))
    return [
        {
            "name": step,
            "title": wording.STEPS[step],
            "url": url_for(".step", experiment_id=experiment.id, step=step),
            "lacks": lacks[step],
        }
        for step in STEPS
    ]


def lack_said(protocol: Protocol, lack: Missing) -> str:
    """What is missing, with the item it is missing of."""
    text = str(wording.lack(lack.code))
    if not lack.item:
        return text
    return _("%(item)s: %(lack)s", item=item_title(protocol, lack.step, lack.item), lack=text)


def item_title(protocol: Protocol, step: str, key: str) -> str:
    """What an item is called on pages."""
    for number, each in enumerate(getattr(protocol, step), start=1):
        if each.key == key:
            name = {"hypotheses": _("Hypothesis %(number)s", number=number),
                    "risks": _("Risk %(number)s", number=number)}.get(step)  # fmt: skip
            return name or getattr(each, "name", "") or _("Partner %(number)s", number=number)
    return key


def following(step: str) -> str | None:
    """The step after ``step``; None after the last one."""
    place = STEPS.index(step)
    return STEPS[place + 1] if place + 1 < len(STEPS) else None


def compared(before: Protocol, after: Protocol, places: Mapping[str, str]) -> list[dict[str, Any]]:
    """What an amendment changed, word by word."""
    shown = []
    for each in differences(before, after):
        step = next(
            (name for name, kind in LISTS.items() if each.key and each.key[0] == name[0]), ""
        )
        label = str(wording.FIELDS[each.name])
        if step:
            title = item_title(after, step, each.key)
            label = _("%(item)s: %(lack)s", item=title, lack=label)
        pieces = words(said(each.name, each.before, places), said(each.name, each.after, places))
        shown.append({"label": label, "pieces": pieces})
    return shown


def facts(
    protocol: Protocol, names: Sequence[str], places: Mapping[str, str]
) -> list[tuple[Any, str, str]]:
    """What a protocol says in the fields ``names``: label, name and text, without what is empty."""
    rows = [
        (wording.FIELDS[name], name, said(name, getattr(protocol, name), places)) for name in names
    ]
    return [row for row in rows if row[2]]


def thresholds(hypothesis: Hypothesis) -> list[tuple[Any, str]]:
    """The figures of a hypothesis, with their unit."""
    rows = [(wording.FIELDS[name], with_unit(getattr(hypothesis, name), hypothesis.unit))
            for name in ("baseline", "success", "target", "stop")]  # fmt: skip
    return [row for row in rows if row[1]]
