"""The experiments of the demonstration, read from ``content.toml``."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from eak_experiments.protocol.closing import Closing
from eak_experiments.protocol.document import Hypothesis, Partner, Protocol, Risk
from eak_experiments.protocol.kit import Kit


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment that started so many ``days`` ago and ``lasts`` so many. ``measures`` are
    figures of its hypothesis (days after the start, figure, number of people, of whom), ``log``
    entries of its logbook (days after the start, kind, words), ``risk`` what, mitigation and stop
    rule. It was closed ``closes`` days after the start. ``kit_file`` is a drawing of the
    demonstration, its name as a file, and its licence."""

    key: str
    days: int
    fields: dict[str, Any]
    hypothesis: dict[str, Any]
    risk: tuple[str, str, str]
    lasts: int = 183
    partners: tuple[tuple[str, str], ...] = ()
    measures: tuple[tuple[int, str, int, str], ...] = ()
    log: tuple[tuple[int, str, str], ...] = ()
    review: str = ""
    closes: int = 0
    closing: Closing | None = None
    kit: Kit | None = None
    kit_file: tuple[str, str, str] | None = None
    left: str = ""
    origin: str = ""
    adaptations: str = ""
    fidelity: int | None = None

    def protocol(self, starts_on: date, ends_on: date, measured_on: date) -> Protocol:
        """Its protocol."""
        what, mitigation, rule = self.risk
        hypothesis = {"key": "h1", **self.hypothesis, "baseline_on": measured_on}
        return Protocol(
            starts_on=starts_on,
            ends_on=ends_on,
            hypotheses=(msgspec.convert(hypothesis, Hypothesis),),
            partners=tuple(
                Partner(key=f"p{number}", name=name, part=part)
                for number, (name, part) in enumerate(self.partners, start=1)
            ),
            risks=(Risk(key="r1", what=what, mitigation=mitigation, stop_rule=rule),),
            **{**self.fields, "communes": tuple(self.fields["communes"])},
        )


class _Content(msgspec.Struct, frozen=True):
    trials: list[Trial]


def trials() -> list[Trial]:
    """The experiments, an origin before what does it again."""
    content = Path(__file__).with_name("content.toml").read_bytes()
    return msgspec.toml.decode(content, type=_Content).trials
