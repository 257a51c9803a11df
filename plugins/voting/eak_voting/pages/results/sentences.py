"""A result in words: what a reader who skips every drawing must know.

Functions of the terms and the outcome alone. They answer plain text in the reader's language,
without any markup.
"""

from collections.abc import Iterator

from eak_core.api import _, figures, ngettext
from eak_voting.counting.outcome import Outcome
from eak_voting.pages.results import budget_sentences, ranking_sentences
from eak_voting.settings import Terms


def headline(terms: Terms, outcome: Outcome) -> str:
    """Who or what has won, in one sentence."""
    if not outcome.counted:
        return _("Nobody voted: there is nothing to count.")
    if outcome.spending is not None:
        return budget_sentences.headline(terms, outcome.spending)
    if outcome.judgment is not None:
        return ranking_sentences.judged_first(terms, outcome.judgment)
    return ranking_sentences.approved_first(terms, outcome)


def more(terms: Terms, outcome: Outcome) -> Iterator[str]:
    """What completes the headline: how firm it is, ties, lots."""
    if not outcome.counted:
        return
    if outcome.spending is not None:
        yield from budget_sentences.more(terms, outcome, outcome.spending)
    elif outcome.judgment is not None:
        yield from ranking_sentences.judged_more(terms, outcome.judgment)
    else:
        yield from ranking_sentences.ties(terms, outcome.ranking)


def turnout(terms: Terms, outcome: Outcome) -> str:
    """How many people voted, of how many who could."""
    size = terms.settings.electorate.size
    people = ngettext("%(people)s person voted", "%(people)s people voted", outcome.voters,
                      people=figures.number(outcome.voters))  # fmt: skip
    if not size:
        return _("%(people)s.", people=people)
    return _("%(people)s, %(share)s of the %(size)s who could.", people=people,
             share=figures.share(outcome.voters, size), size=figures.number(size))  # fmt: skip


def quorum(outcome: Outcome) -> str | None:
    """Whether enough people voted; None where no quorum was set."""
    if not outcome.required:
        return None
    required = figures.number(outcome.required)
    if outcome.conclusive:
        return _("The quorum of %(required)s voters is reached.", required=required)
    return _("Not conclusive: %(required)s voters were needed, and %(voters)s votes count. The"
             " result is published all the same; it decides nothing.", required=required,
             voters=figures.number(outcome.voters - outcome.excluded))  # fmt: skip
