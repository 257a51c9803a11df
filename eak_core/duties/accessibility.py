"""The ledger of an audit of accessibility, and what it lets the site declare.

The grid is that of the RGAA 4.1.2 (décret n° 2019-768; accessibilite.numerique.gouv.fr): 106
criteria in 13 themes. Whoever audits the site says of each whether it is met on every page looked
at; the operator keeps that as ``accessibility.toml`` in the instance folder. Without one, before
every criterion was looked at, or once it is three years old, a site says that it does not comply.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import msgspec
from flask import Flask

from eak_core import clock
from eak_core.calendar import midnight, months_after
from eak_core.errors import Misconfigured
from eak_core.i18n import _l
from eak_core.web.i18n import in_paris

FILE = "accessibility.toml"
#: For how long an audit holds (décret n° 2019-768, article 5), in months.
VALID_FOR = 36

#: The themes with the number of their criteria.
THEMES: tuple[tuple[Any, int], ...] = (
    (_l("Images"), 9),
    (_l("Frames"), 2),
    (_l("Colours"), 3),
    (_l("Multimedia"), 13),
    (_l("Tables"), 8),
    (_l("Links"), 2),
    (_l("Scripts"), 5),
    (_l("Mandatory elements"), 10),
    (_l("Structure of information"), 4),
    (_l("Presentation of information"), 14),
    (_l("Forms"), 13),
    (_l("Navigation"), 11),
    (_l("Consultation"), 12),
)
CRITERIA: tuple[str, ...] = tuple(
    f"{theme}.{number}"
    for theme, (_title, count) in enumerate(THEMES, 1)
    for number in range(1, count + 1)
)

Verdict = Literal["met", "not met", "not applicable", "exempt"]
State = Literal["none", "partial", "full"]

#: What a site declares, for the foot of every page; the words are those of the RGAA.
DECLARED: Mapping[State, Any] = MappingProxyType(
    {
        "none": _l("Accessibility: not compliant"),
        "partial": _l("Accessibility: partially compliant"),
        "full": _l("Accessibility: fully compliant"),
    }
)
VERDICTS: Mapping[str, Any] = MappingProxyType(
    {
        "met": _l("met"),
        "not met": _l("not met"),
        "not applicable": _l("not applicable"),
        "exempt": _l("not met, exempt"),
    }
)


class Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found on one criterion: the ``verdict``, and where it is not met what readers meet
    (``note``), or why the law lets it be (``exempt``: a disproportionate burden, or content that
    the law leaves out)."""

    verdict: Verdict
    note: str = ""


class Audit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An audit: by whom (``by``) and when (``on``), on which ``pages``, with which ``tools``, and
    what was found on the ``criteria`` that were looked at, by their numbers (``"1.1"``)."""

    on: date
    by: str
    pages: tuple[str, ...]
    tools: tuple[str, ...] = ()
    criteria: Mapping[str, Finding] = {}

    @property
    def missing(self) -> int:
        """How many criteria nobody has looked at yet."""
        return len(CRITERIA) - len(self.criteria)

    @property
    def rate(self) -> int:
        """The share of the applicable criteria that are met, in whole per cent, rounded down."""
        met = sum(each.verdict == "met" for each in self.criteria.values())
        applicable = sum(each.verdict != "not applicable" for each in self.criteria.values())
        return 100 * met // applicable if applicable else 0

    def until(self) -> date:
        """The day from which it no longer holds."""
        return in_paris(months_after(midnight(self.on), VALID_FOR)).date()

    def state(self, today: date) -> State:
        """What the site declares on this day: full compliance where all that applies is met,
        partial from one half on."""
        if self.missing or today >= self.until() or self.rate < 50:
            return "none"
        return "full" if self.rate == 100 else "partial"

    def shortcomings(self) -> Iterator[tuple[str, Finding]]:
        """What is not met, by number."""
        for number in CRITERIA:
            found = self.criteria.get(number)
            if found is not None and found.verdict in {"not met", "exempt"}:
                yield number, found


def themes_of(audit: Audit) -> Iterator[tuple[Any, list[tuple[str, Finding | None]]]]:
    """Every theme with its criteria, and what was found on each; None where nobody looked yet."""
    for theme, (title, count) in enumerate(THEMES, 1):
        numbers = (f"{theme}.{number}" for number in range(1, count + 1))
        yield title, [(number, audit.criteria.get(number)) for number in numbers]


def audit_of(app: Flask) -> Audit | None:
    """The audit of this site, as it was read at its start."""
    audit: Audit | None = app.extensions.get("eak_accessibility")
    return audit


def declared_state(app: Flask) -> State:
    """What this site declares today."""
    audit = audit_of(app)
    return "none" if audit is None else audit.state(in_paris(clock.now()).date())


def load_audit(instance: Path) -> Audit | None:
    """The audit that the operator keeps; None without one. `Misconfigured` says what is wrong with
    the file."""
    file = instance / FILE
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured(f"{file} cannot be read: {error}.") from error
    try:
        audit = msgspec.convert(said, Audit)
    except msgspec.ValidationError as error:
        raise Misconfigured(f"{file}: {error}.") from error
    for number, found in audit.criteria.items():
        if number not in CRITERIA:
            raise Misconfigured(f"{file}: the RGAA 4.1 has no criterion “{number}”.")
        if found.verdict in {"not met", "exempt"} and not found.note.strip():
            raise Misconfigured(
                f"{file}: say in the note of criterion {number} what is not met, or why it is"
                " exempt."
            )
    if not audit.by.strip() or not audit.pages:
        raise Misconfigured(f"{file}: say by whom the audit was made, and on which pages.")
    return audit


def empty_ledger() -> str:
    """A file to fill in: every criterion, none judged."""
    lines = [
        "# Audit of accessibility (RGAA 4.1.2). Fill it in, keep it as accessibility.toml beside",
        "# eak.toml, and start the server again. A verdict is one of: met, not met, exempt, not",
        "# applicable; what is not met or exempt says in a note what readers meet, or why.",
        "# https://accessibilite.numerique.gouv.fr/methode/criteres-et-tests/",
        "",
        "on = 2026-01-31",
        'by = ""',
        'pages = ["Accueil", "Nous écrire", "Mentions légales", "Accessibilité", "Plan du site"]',
        'tools = ["axe-core", "NVDA"]',
        "",
        "[criteria]",
    ]
    theme = 0
    for number in CRITERIA:
        if number.endswith(".1"):
            lines += ["", f"# {number.partition('.')[0]}. {THEMES[theme][0]}"]
            theme += 1
        lines.append(f'# "{number}" = {{ verdict = "met", note = "" }}')
    return "\n".join([*lines, ""])
