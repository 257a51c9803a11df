"""What is wrong with a protocol, and what it still lacks: machine words, which `wording` puts in
sentences.

Thresholds stand in one order: for a figure that is to rise, stop < baseline or below, success
between the baseline and the target; for one that is to fall, the other way round.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from eak_experiments.protocol.document import COMPARED, Hypothesis, Protocol
from eak_experiments.rules.dates import longest_end

#: The steps of the form, in their order.
STEPS = (
    "idea", "theory", "perimeter", "dates", "hypotheses", "method", "partners", "budget", "risks",
    "data",
)  # fmt: skip


class Missing(NamedTuple):
    """What a protocol lacks: the ``step`` that says it, what (``code``), and of which ``item``."""

    step: str
    code: str
    item: str = ""


def faults_of_hypothesis(said: Hypothesis, today: date | None = None) -> dict[str, str]:
    """What contradicts itself in a hypothesis, by its fields. What is not said yet is no fault."""
    found: dict[str, str] = {}
    sign = 1 if said.direction == "up" else -1

    def ahead(first: Decimal | None, second: Decimal | None) -> bool | None:
        """Whether ``second`` is better than ``first``; None where one is missing."""
        if first is None or second is None:
            return None
        return (second - first) * sign > 0

    if ahead(said.baseline, said.target) is False:
        found["target"] = "target_side"
    if ahead(said.baseline, said.success) is False:
        found["success"] = "success_side"
    if ahead(said.target, said.success):
        found["success"] = "success_beyond_target"
    if ahead(said.stop, said.success) is False:
        found["stop"] = "stop_side"
    elif ahead(said.baseline, said.stop):
        found["stop"] = "stop_beyond_baseline"
    if today and said.baseline_on and said.baseline_on > today:
        found["baseline_on"] = "future"
    return found


def faults_of_dates(starts_on: date | None, ends_on: date | None) -> dict[str, str]:
    """What cannot be in the days of an experiment."""
    if starts_on is None or ends_on is None:
        return {}
    if ends_on <= starts_on:
        return {"ends_on": "end_before_start"}
    if ends_on > longest_end(starts_on):
        return {"ends_on": "too_long"}
    return {}


def faults_of_sample(sample: int | None, least: int | None) -> dict[str, str]:
    """A least sample that is larger than the sample."""
    return {"least_sample": "least_above"} if sample and least and least > sample else {}


def missing(protocol: Protocol) -> list[Missing]:
    """What ``protocol`` lacks before it can be fixed, in the order of the steps: also what
    contradicts itself, such as a baseline of after the start."""
    return sorted(_missing(protocol), key=lambda each: STEPS.index(each.step))


#: The fields that each step needs.
_NEEDED: dict[str, tuple[str, ...]] = {
    "idea": ("challenge",),
    "theory": ("activities", "outcomes", "assumptions"),
    "perimeter": ("beneficiaries", "communes", "public"),
    "dates": ("starts_on", "ends_on"),
    "method": ("design", "sample", "least_sample", "sampling"),
    "budget": ("budget",),
    "data": ("register",),
}
_OF_HYPOTHESIS = (
    "statement", "metric", "unit", "baseline", "baseline_on", "baseline_source", "target",
    "success", "stop", "method", "owner",
)  # fmt: skip


def _missing(protocol: Protocol) -> Iterator[Missing]:
    for step, fields in _NEEDED.items():
        for name in fields:
            if getattr(protocol, name) in ("", None, ()):
                yield Missing(step, name)
    yield from _contradictions(protocol)
    if not protocol.hypotheses:
        yield Missing("hypotheses", "none")
    for said in protocol.hypotheses:
        yield from _missing_of(said, protocol.starts_on)
    if not protocol.risks:
        yield Missing("risks", "none")
    for risk in protocol.risks:
        if not risk.what or not risk.stop_rule:
            yield Missing("risks", "stop_rule", risk.key)


def _contradictions(protocol: Protocol) -> Iterator[Missing]:
    if protocol.design in COMPARED and not protocol.comparison_group:
        yield Missing("method", "comparison_group")
    for code in faults_of_sample(protocol.sample, protocol.least_sample).values():
        yield Missing("method", code)
    for code in faults_of_dates(protocol.starts_on, protocol.ends_on).values():
        yield Missing("dates", code)


def _missing_of(said: Hypothesis, starts_on: date | None) -> Iterator[Missing]:
    for name in _OF_HYPOTHESIS:
        if getattr(said, name) in ("", None):
            yield Missing("hypotheses", name, said.key)
    for code in faults_of_hypothesis(said).values():
        yield Missing("hypotheses", code, said.key)
    if said.baseline_on and starts_on and said.baseline_on > starts_on:
        yield Missing("hypotheses", "baseline_late", said.key)
