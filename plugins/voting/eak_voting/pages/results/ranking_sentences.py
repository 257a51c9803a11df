"""Rankings in words: majority judgment, approval and support.

Plain text in the reader's language, without any markup; titles of ideas stand in it as people
wrote them.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from eak_core.api import _, figures
from eak_voting.counting.outcome import Approved, Judged, Judgment, Outcome
from eak_voting.pages.wording import GRADE_TITLES
from eak_voting.settings import Terms

#: More ideas than this in one tie are counted, not named.
NAMED = 4

Placed = TypeVar("Placed", Approved, Judged)


def title(terms: Terms, option: int) -> str:
    """What people call an option."""
    return terms.options[option - 1].title


def listed(texts: Iterable[str]) -> str:
    """``A, B and C``."""
    *others, last = texts
    return _("%(others)s and %(last)s", others=", ".join(others), last=last) if others else last


def named(terms: Terms, options: Iterable[int]) -> str:
    """``“A”, “B” and “C”``."""
    return listed(_("“%(title)s”", title=title(terms, each)) for each in options)


def grade(value: int) -> str:
    """``Fairly good``; for 0, that there is none."""
    return str(GRADE_TITLES[value]) if value else _("not graded")


def grade_with_sign(judged: Judged) -> str:
    """``Fairly good +``: the majority grade and on which side of it more voters stand."""
    if not judged.grade:
        return grade(0)
    sign = "+" if judged.sign == "+" else "\N{MINUS SIGN}"
    return f"{grade(judged.grade)}\N{NO-BREAK SPACE}{sign}"


def judged_first(terms: Terms, judgment: Judgment) -> str:
    """Who comes first by majority judgment."""
    leaders = _first(judgment.overall)
    best = grade(leaders[0].grade)
    if not leaders[0].grade:
        return _("No idea was graded.")
    if len(leaders) == 1:
        who = title(terms, leaders[0].option)
        return _("“%(title)s” comes first, with the grade “%(grade)s”.", title=who, grade=best)
    if len(leaders) <= NAMED:
        who = named(terms, (each.option for each in leaders))
        return _("%(titles)s tie for the first place, with the grade “%(grade)s”.", titles=who,
                 grade=best)  # fmt: skip
    return _("%(num)s ideas tie for the first place, with the grade “%(grade)s”.",
             num=figures.number(len(leaders)), grade=best)  # fmt: skip


def judged_more(terms: Terms, judgment: Judgment) -> Iterator[str]:
    """What the first place rests on, who follows, and ties further down."""
    leaders = _first(judgment.overall)
    if not leaders[0].grade:
        return
    yield gauge(leaders[0])
    if not leaders[0].eligible:
        yield from _ineligible(terms, judgment)
    yield from ties(terms, judgment.overall)


def gauge(judged: Judged) -> str:
    """How firm a majority grade is."""
    total = sum(judged.tally)
    return _("%(above)s of the grades are better than “%(grade)s”, %(below)s are worse.",
             above=figures.share(judged.above, total), grade=grade(judged.grade),
             below=figures.share(judged.below, total))  # fmt: skip


def _ineligible(terms: Terms, judgment: Judgment) -> Iterator[str]:
    rules = terms.settings.majority
    assert rules is not None
    assert rules.floor is not None
    yield _("It cannot be kept all the same: on one criterion at least its grade is below"
            " “%(floor)s”.", floor=grade(rules.floor))  # fmt: skip
    eligible = next((each for each in judgment.overall if each.eligible), None)
    if eligible is None:
        yield _("No idea reaches that on every criterion.")
    else:
        yield _("The first that reaches it on every criterion is “%(title)s”, with the grade"
                " “%(grade)s”.", title=title(terms, eligible.option),
                grade=grade(eligible.grade))  # fmt: skip


def approved_first(terms: Terms, outcome: Outcome) -> str:
    """Who comes first by approval or support."""
    leaders = _first(outcome.ranking)
    votes = leaders[0].votes
    if not votes:
        return _("No idea received a vote.")
    part = {"votes": figures.number(votes), "counted": figures.number(outcome.counted),
            "share": figures.share(votes, outcome.counted)}  # fmt: skip
    if len(leaders) == 1:
        who = title(terms, leaders[0].option)
        return _("“%(title)s” comes first: %(votes)s of %(counted)s voters chose it (%(share)s).",
                 title=who, **part)  # fmt: skip
    if len(leaders) <= NAMED:
        who = named(terms, (each.option for each in leaders))
        return _("%(titles)s tie for the first place: %(votes)s of %(counted)s voters chose each"
                 " (%(share)s).", titles=who, **part)  # fmt: skip
    return _("%(num)s ideas tie for the first place: %(votes)s of %(counted)s voters chose each"
             " (%(share)s).", num=figures.number(len(leaders)), **part)  # fmt: skip


def ties(terms: Terms, ranking: Sequence[Placed]) -> Iterator[str]:
    """Each tie below the first place, which the headline tells."""
    for rank, group in groupby(ranking, key=lambda each: each.rank):
        tied = [each.option for each in group]
        if rank == 1 or len(tied) == 1:
            continue
        if len(tied) <= NAMED:
            yield _("%(titles)s tie for place %(rank)s: nothing in the votes tells them apart.",
                    titles=named(terms, tied), rank=rank)  # fmt: skip
        else:
            yield _("%(num)s ideas tie for place %(rank)s: nothing in the votes tells them apart.",
                    num=figures.number(len(tied)), rank=rank)  # fmt: skip


def _first(ranking: Sequence[Placed]) -> list[Placed]:
    return [each for each in ranking if each.rank == 1]
