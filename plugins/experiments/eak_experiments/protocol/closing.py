"""What is written when an experiment is closed, and which outcome that allows."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, get_args

import msgspec

from eak_experiments.protocol.document import Protocol

VerdictWord = Literal["confirmed", "not_confirmed", "inconclusive"]
VERDICTS: tuple[VerdictWord, ...] = get_args(VerdictWord)

#: What cost more, in euros, is generalised on a comparison alone.
DEAR = 100_000


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a hypothesis: ``effect`` in words, from ``size`` people or sites."""

    hypothesis: str
    verdict: VerdictWord
    effect: str = ""
    size: int | None = None


class Closing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was found and what it taught. ``cost`` is in euros, all that was paid; ``sample`` how
    many were reached. ``balanced``: those one compared with were alike in all that matters."""

    outcome: str = ""
    verdicts: tuple[Verdict, ...] = ()
    sample: int | None = None
    cost: int | None = None
    in_kind: str = ""
    balanced: bool = False
    unintended: str = ""
    lessons: str = ""
    next_time: str = ""
    reasons: str = ""
    decision_body: str = ""
    decided_on: date | None = None


#: The steps in which it is written, each with the fields that it asks for.
STEPS: Mapping[str, tuple[str, ...]] = {
    "verdicts": ("verdicts",),
    "figures": ("sample", "cost", "in_kind", "balanced"),
    "lessons": ("lessons", "unintended", "next_time"),
    "outcome": ("outcome", "reasons", "decision_body", "decided_on"),
}


def step_of(field: str) -> str:
    """The step that asks for ``field``, as `faults` names it."""
    return next((step for step, names in STEPS.items() if field in names), "verdicts")


def said(closing: Closing, step: str, hypotheses: Sequence[str]) -> dict[str, Any]:
    """What ``closing`` says in the fields of the form of ``step``: the verdict (``verdict_h1``) and
    the effect of each of ``hypotheses`` there, by their keys."""
    if step != "verdicts":
        return {name: getattr(closing, name) for name in STEPS[step]}
    given = {each.hypothesis: each for each in closing.verdicts}
    found: dict[str, Any] = {}
    for key in hypotheses:
        one = given.get(key)
        found[f"verdict_{key}"] = one.verdict if one else None
        found[f"effect_{key}"] = one.effect if one else ""
    return found


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Closing)


def written(closing: Closing) -> str:
    """``closing`` as canonical JSON."""
    return _encoder.encode(closing).decode()


def read(text: str | None) -> Closing:
    """What `written` wrote; one that says nothing where there is none."""
    return _decoder.decode(text) if text else Closing()


def faults(
    protocol: Protocol, closing: Closing, measured: frozenset[str], evidence: int
) -> Mapping[str, str]:
    """What keeps an experiment from being closed so, by the fields of the form; machine words.

    Lessons, what nobody had looked for, costs, the number reached and a verdict for each hypothesis
    are needed whatever the outcome, above all where it stopped. An outcome that claims something
    (`generalised`, `sustained`) is refused where fewer than the least sample were reached, or a
    hypothesis has no figure (``measured`` are those that have): it is then `inconclusive`.
    Generalising needs all hypotheses confirmed, evidence of level 2, and of level 3 where it cost
    more than `DEAR` euros.
    """
    needed = ("lessons", "unintended", "reasons", "cost", "sample", "outcome")
    found = {name: name for name in needed if getattr(closing, name) in ("", None)}
    given = {each.hypothesis for each in closing.verdicts}
    for each in protocol.hypotheses:
        if each.key not in given:
            found[f"verdict_{each.key}"] = "verdict"
    if not found:
        found |= _claims(protocol, closing, measured, evidence)
    return found


def _claims(
    protocol: Protocol, closing: Closing, measured: frozenset[str], evidence: int
) -> Mapping[str, str]:
    if closing.outcome not in ("generalised", "sustained"):
        return {}
    if (closing.sample or 0) < (protocol.least_sample or 0):
        return {"outcome": "too_few"}
    if any(each.key not in measured for each in protocol.hypotheses):
        return {"outcome": "not_measured"}
    if closing.outcome == "sustained":
        return {}
    if any(each.verdict != "confirmed" for each in closing.verdicts):
        return {"outcome": "not_confirmed"}
    if evidence < 2:
        return {"outcome": "not_proved"}
    return {"outcome": "dear"} if (closing.cost or 0) > DEAR and evidence < 3 else {}
