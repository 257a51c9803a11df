"""The protocol of an experiment: what stands in it, how it is written, and its hash.

The fields follow what the Conseil d'État asks of experiments (*Les expérimentations : comment
innover dans la conduite des politiques publiques ?*, 2019): hypotheses, criteria of success and the
method are fixed before the start. Nobody is named in it: it says functions, so that it can be
published whole and kept for ever.
"""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal, TypeVar, get_args

import msgspec

#: The version of this shape, which each document carries.
VERSION = 1

Direction = Literal["up", "down"]
Design = Literal["before_after", "comparison", "staggered", "randomised", "qualitative"]
Level = Literal["low", "medium", "high"]
LegalBasis = Literal["ordinary", "article_37_1", "article_72"]

DESIGNS: tuple[Design, ...] = get_args(Design)
LEVELS: tuple[Level, ...] = get_args(Level)
LEGAL_BASES: tuple[LegalBasis, ...] = get_args(LegalBasis)
#: Designs in which a group that is not tried with is compared.
COMPARED: frozenset[str] = frozenset({"comparison", "staggered", "randomised"})


class Hypothesis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is believed, and the figures that will tell: ``baseline`` is the figure of before, with
    its day and source; ``target`` is hoped for, ``success`` is the least that confirms, and at
    ``stop`` the experiment is not to go on. ``owner`` is a function, and nobody's name. ``key``
    tells hypotheses of one protocol apart for ever."""

    key: str
    statement: str = ""
    metric: str = ""
    unit: str = ""
    baseline: Decimal | None = None
    baseline_on: date | None = None
    baseline_source: str = ""
    direction: Direction = "up"
    target: Decimal | None = None
    success: Decimal | None = None
    stop: Decimal | None = None
    method: str = ""
    frequency: str = ""
    owner: str = ""


class Partner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An organisation and its part; ``agreement`` refers to the agreement that was signed."""

    key: str
    name: str = ""
    part: str = ""
    agreement: str = ""


class Risk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What could go wrong, what is done about it, and when it stops the experiment."""

    key: str
    what: str = ""
    likelihood: Level = "medium"
    impact: Level = "medium"
    mitigation: str = ""
    stop_rule: str = ""


class Protocol(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A protocol. ``subjects`` are codes of the service's list,
    ``communes`` INSEE codes, ``budget`` is in euros, ``sample`` and
    ``least_sample`` are numbers of people or of sites, ``beneficiaries_number`` of people."""

    title: str
    version: int = VERSION
    challenge: str = ""
    subjects: tuple[str, ...] = ()
    inputs: str = ""
    activities: str = ""
    outputs: str = ""
    outcomes: str = ""
    assumptions: str = ""
    beneficiaries: str = ""
    beneficiaries_number: int | None = None
    communes: tuple[str, ...] = ()
    sites: str = ""
    public: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    hypotheses: tuple[Hypothesis, ...] = ()
    design: Design | Literal[""] = ""
    comparison_group: str = ""
    sample: int | None = None
    least_sample: int | None = None
    sampling: str = ""
    partners: tuple[Partner, ...] = ()
    budget: int | None = None
    funding: str = ""
    in_kind: str = ""
    risks: tuple[Risk, ...] = ()
    legal_basis: LegalBasis = "ordinary"
    impact_assessment: str = ""
    register: str = ""
    ethics: str = ""

    def hypothesis(self, key: str) -> Hypothesis | None:
        """The hypothesis called ``key``."""
        return next((each for each in self.hypotheses if each.key == key), None)


Item = Hypothesis | Partner | Risk
T = TypeVar("T", Hypothesis, Partner, Risk)

#: The lists of a protocol, with what stands in each.
LISTS: dict[str, type[Item]] = {"hypotheses": Hypothesis, "partners": Partner, "risks": Risk}
_LETTERS = {"hypotheses": "h", "partners": "p", "risks": "r"}

_encoder = msgspec.json.Encoder(order="sorted", decimal_format="string")
_decoder = msgspec.json.Decoder(Protocol)


def written(protocol: Protocol) -> str:
    """``protocol`` as canonical JSON: names sorted, nothing between them, figures as text."""
    return _encoder.encode(protocol).decode()


def read(text: str) -> Protocol:
    """The protocol that `written` wrote. `msgspec.ValidationError` where it is none."""
    return _decoder.decode(text)


def digest(text: str) -> str:
    """The SHA-256 of a document as it is written, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def put_item(protocol: Protocol, name: str, key: str | None, values: dict[str, Any]) -> Protocol:
    """``protocol`` with ``values`` for the item ``key`` of the list ``name``; None adds one, under
    a key that was never used there. An item that is gone is added anew."""
    there: tuple[Item, ...] = getattr(protocol, name)
    if key is None:
        numbers = [int(each.key[1:]) for each in there]
        key = f"{_LETTERS[name]}{max(numbers, default=0) + 1}"
    item = LISTS[name](key=key, **values)
    if any(each.key == key for each in there):
        now = tuple(item if each.key == key else each for each in there)
    else:
        now = (*there, item)
    return msgspec.structs.replace(protocol, **{name: now})


def without_item(protocol: Protocol, name: str, key: str) -> Protocol:
    """``protocol`` without the item ``key`` of the list ``name``."""
    left = tuple(each for each in getattr(protocol, name) if each.key != key)
    return msgspec.structs.replace(protocol, **{name: left})
