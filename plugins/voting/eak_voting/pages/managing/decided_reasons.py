"""What the result of a ballot says about one idea, as the public reason of a decision.

The text is proposed to the manager, who can change it. It is Markdown, like all public reasons.
"""

import re
from collections.abc import Mapping

from eak_core.api import _, ngettext
from eak_voting.counting.outcome import Approved, Outcome, Spending
from eak_voting.pages.wording import GRADE_TITLES

_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")


def places(outcome: Outcome) -> Mapping[int, int]:
    """The place of each option in the result, by its number: ranks, or the order of funding with
    what is not funded behind. An option that is not there was not ranked."""
    if outcome.spending is not None:
        count = outcome.spending.decisive
        behind = [each.option for each in count.not_funded]
        return {number: place for place, number in enumerate((*count.selected, *behind), 1)}
    ranked = outcome.judgment.overall if outcome.judgment is not None else outcome.ranking
    return {each.option: each.rank for each in ranked}


def proposed_reasons(title: str, outcome: Outcome, url: str) -> Mapping[int, str]:
    """For each option by its number, what the result of the ballot called ``title`` says about it,
    with the address ``url`` of all results."""
    said = _said(outcome)
    link = _("[All results of the ballot “%(title)s”](%(url)s)", title=_escaped(title), url=url)
    ending = [link]
    if not outcome.conclusive:
        ending.insert(0, _("The quorum was not reached: the result is inconclusive."))
    return {number: "\n\n".join((sentence, *ending)) for number, sentence in said.items()}


def _said(outcome: Outcome) -> dict[int, str]:
    if outcome.spending is not None:
        return _said_of_spending(outcome.spending)
    if outcome.judgment is not None:
        of = len(outcome.judgment.overall)
        return {
            each.option: _graded(each.rank, of, each.grade, eligible=each.eligible)
            for each in outcome.judgment.overall
        }
    return {each.option: _named(each, outcome) for each in outcome.ranking}


def _named(each: Approved, outcome: Outcome) -> str:
    return ngettext(
        "After the vote, this idea is number %(rank)s of %(of)s: %(num)s vote of %(counted)s.",
        "After the vote, this idea is number %(rank)s of %(of)s: %(num)s votes of %(counted)s.",
        each.votes, rank=each.rank, of=len(outcome.ranking), counted=outcome.counted,
    )  # fmt: skip


def _graded(rank: int, of: int, grade: int, *, eligible: bool) -> str:
    if not grade:
        return _("Nobody graded this idea.")
    said = _(
        "After the vote, this idea is number %(rank)s of %(of)s, with the grade “%(grade)s”.",
        rank=rank, of=of, grade=GRADE_TITLES[grade],
    )  # fmt: skip
    if eligible:
        return said
    return said + " " + _("On one criterion its grade is below the least that was asked for.")


def _said_of_spending(spending: Spending) -> dict[int, str]:
    count = spending.decisive
    funded = {
        each.option: ngettext(
            "The vote funds this project: %(num)s voter asked for it.",
            "The vote funds this project: %(num)s voters asked for it.",
            each.supporters,
        )
        for each in count.funded
    }
    not_funded = {
        each.option: ngettext(
            "The vote does not fund this project: %(num)s voter asked for it.",
            "The vote does not fund this project: %(num)s voters asked for it.",
            each.supporters,
        )
        for each in count.not_funded
    }
    return funded | not_funded


def _escaped(text: str) -> str:
    """``text`` as Markdown that reads as it stands."""
    return _MARKS.sub(r"\\\1", text)
