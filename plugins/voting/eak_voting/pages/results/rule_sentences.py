"""The rule a ballot was counted by, in words: complete, so that two people who apply it by hand
come to the same result."""

from collections.abc import Iterator

from eak_core.api import _, ngettext
from eak_voting.pages.results.budget_sentences import money, rules_of
from eak_voting.pages.results.ranking_sentences import grade, listed
from eak_voting.pages.wording import COMPLETION_TITLES, MISSING_SENTENCES, MISSING_TITLES
from eak_voting.settings import Source, Terms


def rule(terms: Terms) -> Iterator[str]:
    """The rule, one paragraph after the other."""
    if terms.settings.majority is not None:
        yield from _majority(terms)
    elif terms.settings.budget is not None:
        yield from _budget(terms)
    else:
        yield _("Each vote names the ideas it is for; those named by the most voters come first."
                " Equal numbers are a true tie: they share the place, and the next place is left"
                " out (1, 1, 3).")  # fmt: skip
    yield _("Blank votes count as votes cast, and name nothing.")


def _majority(terms: Terms) -> Iterator[str]:
    rules = terms.settings.majority
    assert rules is not None
    yield _("Each voter gives an idea one of seven grades on each criterion. Its majority grade is"
            " the best one that more than half of the votes give it at least: the middle grade,"
            " never an average.")  # fmt: skip
    if len(rules.criteria) > 1:
        weights = listed(
            ngettext("%(name)s (counted once)", "%(name)s (counted %(num)s times)", each.weight,
                     name=each.name)
            for each in rules.criteria
        )  # fmt: skip
        yield _("For the ranking the grades of all criteria are put together: %(weights)s. Each"
                " criterion keeps its own profile.", weights=weights)  # fmt: skip
    yield _("Ideas with the same majority grade are told apart by taking one vote with that grade"
            " away from each, finding the next majority grade, and so on until they differ. Those"
            " that never differ are a true tie: they share the place, and the next place is left"
            " out (1, 1, 3).")  # fmt: skip
    yield _("The sign after a grade says which side is stronger: + where more votes are better than"
            " the majority grade, − where more, or as many, are worse.")  # fmt: skip
    yield f"{MISSING_TITLES[rules.missing]}. {MISSING_SENTENCES[rules.missing]}"
    if rules.floor is not None:
        yield _("An idea whose majority grade is below “%(floor)s” on any criterion keeps its"
                " place, and cannot be kept.", floor=grade(rules.floor))  # fmt: skip


#: What META says of a rule beside its name (pabulib.org/format).
_PARAMETERS = (
    "min_length", "max_length", "min_sum_cost", "max_sum_cost", "min_points", "max_points",
    "min_sum_points", "max_sum_points", "min_project_cost", "max_project_cost",
    "min_project_score_threshold",
)  # fmt: skip


def _elsewhere(source: Source) -> Iterator[str]:
    """How it was counted where it was voted, by the words of its file."""
    told = [f"{name} = {source.meta[name]}" for name in _PARAMETERS if source.meta.get(name)]
    rule = source.meta.get("rule") or "unknown"
    if told:
        yield _("Its file names the rule of the vote: “%(rule)s”, with %(parameters)s.", rule=rule,
                parameters=listed(told))  # fmt: skip
    else:
        yield _("Its file names the rule of the vote: “%(rule)s”.", rule=rule)
    if source.selected is not None:
        yield _("What was decided there is the result shown here. The counts that follow are made"
                " by this site, to be compared with it.")  # fmt: skip


def _budget(terms: Terms) -> Iterator[str]:
    rules = terms.settings.budget
    assert rules is not None
    if rules.imported is not None:
        yield from _elsewhere(rules.imported)
    if rules.rule == "equal-shares":
        yield _("The Method of Equal Shares decides. Every voter holds the same share of"
                " %(budget)s. A project is paid for by those who chose it, each with the same"
                " amount, or all they have left where that is less. The project that costs its"
                " voters the least is paid for first, then the next, until the voters of none that"
                " is left can pay for it.", budget=money(terms, rules.amount))  # fmt: skip
        yield _completion(terms, rules.completion)
        if rules.comparison:
            yield _("The result is compared with that of the count by votes: if more voters prefer"
                    " what the count by votes funds, it decides.")  # fmt: skip
        yield _("Projects that are equal in this: the one that costs less comes first, then the one"
                " with more votes, then the lot.")  # fmt: skip
    else:
        yield _("The most votes first decides: projects are taken in the order of their votes, as"
                " long as what is left of %(budget)s pays for them; one that does not fit is passed"
                " over, and so is one that nobody chose.",
                budget=money(terms, rules.amount))  # fmt: skip
        yield _("Of projects with the same votes the one that costs less comes first, then the"
                " lot.")  # fmt: skip
    yield _("The lot was drawn once, from the public log at the close, which nobody could know or"
            " choose: the projects are put in the order of SHA-256 of the seed, a colon and their"
            " code.")  # fmt: skip


def _completion(terms: Terms, completion: str) -> str:
    if completion in ("add1", "add1-exhaustive"):
        until = (
            _("or until no other project fits into what is left")
            if completion == "add1-exhaustive"
            else _("and no sooner")
        )
        step = money(terms, rules_of(terms).units)
        return _("As this leaves money unspent, everybody’s share is raised by %(step)s and all is"
                 " counted anew, again and again, until one step more would cost more than the"
                 " budget, %(until)s.", step=step, until=until)  # fmt: skip
    if completion == "utilitarian":
        return _("What this leaves unspent goes to the other projects in the order of their votes,"
                 " as long as it pays for them.")  # fmt: skip
    return f"{COMPLETION_TITLES[completion]}."
