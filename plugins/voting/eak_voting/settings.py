"""The terms of a ballot: all that decides who may vote, how, and how votes are counted.

Pure: nothing here knows of the database or of Flask. The terms are published as canonical JSON
(RFC 8785 for what they hold: strings, integers, booleans; keys sorted, no spaces, UTF-8), so that
their SHA-256 is the same wherever it is computed.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec

Method = Literal["support", "approval", "majority", "budget"]
Secrecy = Literal["public", "pseudonymous", "secret"]
Publication = Literal["live", "totals", "after_close"]
Residents = Literal["anyone", "agents", "inhabitants"]
Missing = Literal["worst", "median", "normalised"]
Completion = Literal["none", "add1", "add1-exhaustive", "utilitarian"]
BudgetBallot = Literal["approve", "points", "basket"]
BudgetRule = Literal["equal-shares", "greedy"]

METHODS: tuple[Method, ...] = get_args(Method)
SECRECIES: tuple[Secrecy, ...] = get_args(Secrecy)

#: Seven grades, from the worst to the best (1 … 7); 0 is "not graded".
GRADES = 7


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that is compared by what it holds."""


class Electorate(_Record, frozen=True, kw_only=True):
    """Who may vote: ``agents`` of the administration, ``inhabitants`` who declared one of
    ``communes`` (INSEE codes), or ``anyone`` with a confirmed account; all of at least
    ``minimum_age`` years, as they declare. ``size`` is how many they are, where that is known."""

    who: Residents = "anyone"
    communes: tuple[str, ...] = ()
    minimum_age: int | None = None
    size: int | None = None

    @property
    def asks(self) -> bool:
        """Whether voters declare something to belong to it."""
        return self.who == "inhabitants" or self.minimum_age is not None


class Quorum(_Record, frozen=True, kw_only=True):
    """How many voters a ballot needs to be conclusive: a number, or per cent of the electorate."""

    voters: int = 0
    percent: int | None = None


class ApprovalRules(_Record, frozen=True, kw_only=True):
    """How many options a vote names; ``at_most`` None for any number. An empty vote is blank."""

    at_least: int = 0
    at_most: int | None = None


class Criterion(_Record, frozen=True, kw_only=True):
    """One of the criteria on which options are graded; ``weight`` counts in the pool of all."""

    code: str
    name: str
    question: str = ""
    weight: int = 1


class MajorityRules(_Record, frozen=True, kw_only=True):
    """``missing`` says how options graded by different numbers of voters are compared (see
    `eak_voting.counting.methods.majority`); an option whose majority grade on any criterion is
    below ``floor`` is ranked, and said not to be eligible."""

    criteria: tuple[Criterion, ...]
    missing: Missing = "worst"
    floor: int | None = None


class Source(_Record, frozen=True, kw_only=True):
    """What the file of an imported budget says beside projects and votes, as it was written:
    ``meta``, and for each project in their order its other columns (``selected``, ``category`` …).
    """

    meta: dict[str, str]
    projects: tuple[dict[str, str], ...]

    @property
    def selected(self) -> tuple[int, ...] | None:
        """The numbers of the projects that were funded officially; None where the file does not
        say. 1 is "selected", 2 and 3 are selected by further rules of a town (pabulib.org/format).
        """
        if not any(cells.get("selected") for cells in self.projects):
            return None
        return tuple(
            number
            for number, cells in enumerate(self.projects, 1)
            if cells.get("selected", "") in {"1", "2", "3"}
        )


class BudgetRules(_Record, frozen=True, kw_only=True):
    """``amount`` and costs are whole units of ``currency``, or of its ``per_unit``-th part where
    that is there (100: cents). Voters approve projects, distribute ``points``, or fill a basket
    that costs at most the amount. Both counts are published; ``rule`` is the one that decides,
    except for an imported budget whose ``source`` says what was decided."""

    amount: int
    currency: str = "EUR"
    ballot: BudgetBallot = "approve"
    points: int = 10
    at_least: int = 0
    at_most: int | None = None
    rule: BudgetRule = "equal-shares"
    completion: Completion = "add1-exhaustive"
    comparison: bool = False
    # Left out of the JSON where they are not there: the hash of older terms stays what it was.
    per_unit: int | msgspec.UnsetType = msgspec.UNSET
    source: Source | msgspec.UnsetType = msgspec.UNSET

    @property
    def units(self) -> int:
        """How many of the units in which amounts are written make one of the currency."""
        return 1 if isinstance(self.per_unit, msgspec.UnsetType) else self.per_unit

    @property
    def imported(self) -> Source | None:
        """What the file of an imported budget says, if it is one."""
        return None if isinstance(self.source, msgspec.UnsetType) else self.source


class Settings(_Record, frozen=True, kw_only=True):
    """The rules of a ballot. Of the last three, the one of its method is there."""

    method: Method
    secrecy: Secrecy = "secret"
    publication: Publication = "after_close"
    electorate: Electorate = Electorate()
    quorum: Quorum = Quorum()
    approval: ApprovalRules | None = None
    majority: MajorityRules | None = None
    budget: BudgetRules | None = None

    @property
    def required_voters(self) -> int:
        """How many voters the quorum asks for; 0 where there is none."""
        size = self.electorate.size
        if self.quorum.percent is None or size is None:
            return self.quorum.voters
        return -(-size * self.quorum.percent // 100)


class Option(_Record, frozen=True, kw_only=True):
    """What can be voted for. ``number`` (from 1) is what votes name, ``code`` what exports do."""

    number: int
    code: str
    title: str
    idea: int | None = None
    cost: int | None = None


class Terms(_Record, frozen=True, kw_only=True):
    """Everything that is frozen at the opening. Times are ISO 8601 in UTC, to the second."""

    ballot: int
    service: str
    title: str
    text: str
    opens_at: str
    closes_at: str
    settings: Settings
    options: tuple[Option, ...]

    def retitled(self, titles: Mapping[int, str]) -> "Terms":
        """These terms with other ``titles``, by the numbers of their options."""
        return msgspec.structs.replace(
            self,
            options=tuple(
                msgspec.structs.replace(each, title=titles.get(each.number, each.title))
                for each in self.options
            ),
        )


def canonical(value: Any) -> bytes:
    """``value`` as canonical JSON: what is hashed, signed and published."""
    return msgspec.json.encode(value, order="sorted")


def digest(data: bytes) -> str:
    """SHA-256, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def instant(at: datetime) -> str:
    """``at`` (aware, UTC) as the terms write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
