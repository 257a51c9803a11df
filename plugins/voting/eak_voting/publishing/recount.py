"""Counting a published ballot again, from its file alone.

Pure: no database, no network, no clock. Every check is independent of the others, so that a report
says all that is wrong; none of them trusts a hash or a figure that it can compute itself.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from eak_voting.casting.choices import ballots_digest
from eak_voting.casting.choices import check as check_choices
from eak_voting.casting.receipts import receipt_of
from eak_voting.counting.outcome import Outcome, outcome
from eak_voting.publishing import log_checks
from eak_voting.publishing.log_checks import NothingToCheck, Wrong
from eak_voting.publishing.published import BallotFile, counted_votes, in_order
from eak_voting.settings import Terms, canonical, digest

#: Those that do not break stand before French colons, and print well.
_SPACES = "\u00a0\u202f"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``passed`` is None where there was nothing to look at."""

    name: str
    passed: bool | None
    said: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a recount found. ``result`` is what was counted anew, None where that failed."""

    ballot: int
    title: str
    papers: int
    is_logged: bool
    checks: tuple[Check, ...]
    result: Outcome | None

    @property
    def holds(self) -> bool:
        """Whether nothing was found wrong."""
        return all(check.passed is not False for check in self.checks)

    @property
    def confirmed(self) -> bool:
        """Whether nothing was found wrong, and a public log says that these are all the votes."""
        return self.holds and self.is_logged

    @property
    def line(self) -> str:
        """The report in one line."""
        name = f"ballot {self.ballot}, “{self.title}”"
        if not self.holds:
            wrong = [f"{each.name}: {each.said}" for each in self.checks if each.passed is False]
            return _printable(f"NOT CONFIRMED: {name}: {'; '.join(wrong)}")
        looked = ", ".join(each.name for each in self.checks if each.passed)
        absent = dict.fromkeys(each.said for each in self.checks if each.passed is None)
        votes = f"{self.papers} vote" if self.papers == 1 else f"{self.papers} votes"
        rest = f" ({'; '.join(absent)})" if absent else ""
        found = f"{votes} counted anew give the published result; {looked}{rest}."
        if self.confirmed:
            return _printable(f"CONFIRMED: {name}: {found}")
        return _printable(
            f"NOT CONFIRMED: {name}: no public log says that these are the votes that were cast."
            f" The count agrees: {found}"
        )


def recount(file: BallotFile, known_key: str | None = None) -> Report:
    """Check everything in ``file``; ``known_key`` is a verifier key known from elsewhere, which the
    one in the file must be."""
    counted: list[Outcome] = []

    def result() -> str:
        counted.append(_counted(file))
        return _result(file, counted[0])

    steps: list[tuple[str, Callable[[], str | None]]] = [
        ("terms", lambda: _terms(file)),
        ("votes", lambda: _votes(file)),
        ("exclusions", lambda: _exclusions(file)),
        ("result", result),
        ("receipts", lambda: _receipts(file)),
        ("log entries", lambda: log_checks.entries(file)),
        ("lot", lambda: log_checks.lot(file)),
        ("tree", lambda: log_checks.tree(file)),
        ("signature", lambda: log_checks.signature(file)),
        ("key", lambda: log_checks.key_compared(file, known_key)),
    ]
    return Report(
        ballot=file.terms.ballot,
        title=file.terms.title,
        papers=len(file.papers),
        is_logged=file.log is not None,
        checks=tuple(_tried(name, step) for name, step in steps),
        result=counted[0] if counted else None,
    )


def _tried(name: str, step: Callable[[], str | None]) -> Check:
    try:
        said = step()
    except Wrong as wrong:
        return Check(name, False, str(wrong))
    except NothingToCheck as nothing:
        return Check(name, None, str(nothing))
    return Check(name, True, said or "")


# --- What was voted, and what it comes to.


def _terms(file: BallotFile) -> str:
    if file.hidden:
        _left_out(file)
    elif digest(canonical(file.terms)) != file.terms_hash:
        raise Wrong("the terms do not have the hash that was published")
    fault = _fault(file.terms)
    if fault:
        raise Wrong(fault)
    if file.hidden:
        # What is counted by them is bound all the same: the hash of the result stands in the log.
        which = ", ".join(str(each.option) for each in file.hidden)
        raise NothingToCheck(
            f"moderators hide option {which}, whose title is left out: the hash of the terms was"
            " not computed anew"
        )
    return f"SHA-256 {file.terms_hash}"


def _left_out(file: BallotFile) -> None:
    """`Wrong` where what is said to be hidden is not an option whose title alone is left out."""
    numbers = [each.option for each in file.hidden]
    known = {option.number: option.title for option in file.terms.options}
    if numbers != sorted(set(numbers)) or any(known.get(number) != "" for number in numbers):
        raise Wrong("what is said to be hidden is no option without a title")
    if not all(each.reason.strip() for each in file.hidden):
        raise Wrong("an option is hidden without a reason")


def _fault(terms: Terms) -> str | None:
    """Why nothing could be counted by these terms, whoever froze them."""
    settings = terms.settings
    numbers = [option.number for option in terms.options]
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        return "the options are not numbered from 1"
    if len({option.code for option in terms.options}) != len(numbers):
        return "two options have the same code"
    rules = {
        "approval": settings.approval,
        "majority": settings.majority,
        "budget": settings.budget,
    }
    present = [method for method, found in rules.items() if found is not None]
    if present != [settings.method] and (present or settings.method != "support"):
        return "the rules are not those of the method"
    if settings.majority is not None and (
        not settings.majority.criteria
        or any(each.weight < 0 for each in settings.majority.criteria)
    ):
        return "there are no criteria to judge on"
    if settings.budget is not None and (
        settings.budget.amount <= 0 or any((option.cost or 0) <= 0 for option in terms.options)
    ):
        return "the budget or a cost is not above 0"
    return None


def _votes(file: BallotFile) -> str:
    for number, paper in enumerate(file.papers, 1):
        try:
            check_choices(file.terms, paper.choices)
        except (ValueError, AssertionError) as error:
            raise Wrong(f"vote {number} is not one that the terms allow ({error})") from None
    if not in_order(file.papers):
        raise Wrong("the votes are not in the order in which files are written")
    found = ballots_digest(file.terms, counted_votes(file.papers))
    if found != file.ballots_hash:
        raise Wrong("the votes do not have the hash that was published")
    return f"SHA-256 {found}"


def _exclusions(file: BallotFile) -> str:
    numbers = [each.number for each in file.exclusions]
    if len(set(numbers)) != len(numbers):
        raise Wrong("two exclusions have the same number")
    left_out = Counter(paper.exclusion for paper in file.papers if paper.exclusion is not None)
    published = {each.number: each.votes for each in file.exclusions}
    for number in left_out:
        if number not in published:
            raise Wrong(f"votes are left out under exclusion {number}, which has no reason")
    for number, votes in published.items():
        if left_out[number] != votes:
            raise Wrong(f"exclusion {number} names {votes} votes and leaves out {left_out[number]}")
    return f"{left_out.total()} left out" if left_out else "none left out"


def _counted(file: BallotFile) -> Outcome:
    fault = _fault(file.terms)
    if fault:
        raise Wrong(f"nothing can be counted: {fault}")
    votes = counted_votes(file.papers)
    # An imported ballot brings no register; otherwise there is one paper for each voter.
    voters = file.result.voters if file.log is None else len(file.papers)
    try:
        return outcome(
            file.terms,
            votes,
            seed=file.result.seed,
            voters=voters,
            excluded=len(file.papers) - len(votes),
        )
    except (ValueError, LookupError, ArithmeticError, TypeError) as error:
        raise Wrong(f"the votes cannot be counted ({error})") from None


def _result(file: BallotFile, counted: Outcome) -> str:
    if canonical(counted) != canonical(file.result):
        wrong = [
            name
            for name in counted.__struct_fields__
            if getattr(counted, name) != getattr(file.result, name)
        ]
        raise Wrong(f"the count gives another result than the published one ({', '.join(wrong)})")
    if digest(canonical(counted)) != file.result_hash:
        raise Wrong("the result does not have the hash that was published")
    return f"SHA-256 {file.result_hash}"


# --- What was recorded while people voted.


def _receipts(file: BallotFile) -> str:
    if any(one >= other for one, other in pairwise(file.receipts)):
        raise Wrong("the receipts are not in order, or one stands there twice")
    if file.log is not None and len(file.receipts) != len(file.papers):
        raise Wrong(f"there are {len(file.receipts)} receipts for {len(file.papers)} votes")
    if file.terms.settings.secrecy == "secret":
        if any(paper.salt or paper.receipt for paper in file.papers):
            raise Wrong("votes of a secret ballot are bound to receipts")
        return f"{len(file.receipts)}, bound to no vote"
    if file.log is None:
        raise NothingToCheck("it has no receipts")
    if [paper.receipt for paper in file.papers] != list(file.receipts):
        raise Wrong("the receipts of the votes are not those that are listed")
    salted = [paper for paper in file.papers if paper.salt]
    for paper in salted:
        assert paper.salt is not None
        if receipt_of(paper.salt, paper.choices, file.terms.ballot) != paper.receipt:
            raise Wrong(f"receipt {paper.receipt} is not that of its vote")
    return f"{len(salted)} of {len(file.receipts)} computed anew"


def _printable(text: str) -> str:
    """A title may hold what a terminal would obey; spaces that do not break are none of it."""
    return "".join(each if each.isprintable() or each in _SPACES else "�" for each in text)
