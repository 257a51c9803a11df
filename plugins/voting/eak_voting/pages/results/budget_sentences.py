"""What a budget pays for and why, in words.

Plain text in the reader's language, without any markup; titles of projects stand in it as people
wrote them. What is missing is rounded up to whole units, what is left is rounded down.
"""

from collections.abc import Iterator
from fractions import Fraction

from eak_core.api import _, figures, ngettext
from eak_voting.counting.outcome import Count, Funded, Lot, NotFunded, Outcome, Spending
from eak_voting.pages.results.ranking_sentences import NAMED, listed, named, title
from eak_voting.pages.wording import RULE_TITLES
from eak_voting.settings import BudgetRules, Terms


def rules_of(terms: Terms) -> BudgetRules:
    """The rules of a ballot about a budget."""
    assert terms.settings.budget is not None
    return terms.settings.budget


def money(terms: Terms, amount: int | Fraction | str, *, down: bool = False) -> str:
    """``6 100 €``, in the currency of the ballot; to the cent where its amounts have cents."""
    rules = rules_of(terms)
    exact = Fraction(amount) / rules.units
    return figures.money(exact, rules.currency, down=down, cents=rules.units > 1)


def headline(terms: Terms, spending: Spending) -> str:
    """How many projects are funded, and for how much."""
    count = spending.result
    if not count.selected:
        return _("No project is funded.")
    if spending.is_official:
        return ngettext(
            "%(projects)s project was funded, for %(cost)s out of a budget of %(budget)s: this is"
            " the official result.",
            "%(projects)s projects were funded, for %(cost)s out of a budget of %(budget)s: this is"
            " the official result.",
            len(count.selected),
            projects=figures.number(len(count.selected)),
            cost=money(terms, count.cost),
            budget=money(terms, rules_of(terms).amount),
        )
    return ngettext(
        "%(projects)s project is funded, for %(cost)s out of a budget of %(budget)s.",
        "%(projects)s projects are funded, for %(cost)s out of a budget of %(budget)s.",
        len(count.selected),
        projects=figures.number(len(count.selected)),
        cost=money(terms, count.cost),
        budget=money(terms, rules_of(terms).amount),
    )


def more(terms: Terms, outcome: Outcome, spending: Spending) -> Iterator[str]:
    """Whom the funded projects reach, what is left, and what the lot decided."""
    count = spending.decisive
    if spending.is_official:
        yield agreement(terms, spending)
        return
    yield reached(outcome, count)
    left = rules_of(terms).amount - count.cost
    if left and count.selected:
        yield _("%(left)s of the budget are left.", left=money(terms, left))
    if spending.comparison is not None and spending.rule != rules_of(terms).rule:
        yield _("More voters prefer the count by votes (%(greedy)s, against %(shares)s for equal"
                " shares): under the rules it decides.",
                greedy=figures.number(spending.comparison.prefer_greedy),
                shares=figures.number(spending.comparison.prefer_equal_shares))  # fmt: skip
    for lot in count.lots:
        yield drawn(terms, lot)


def agreement(terms: Terms, spending: Spending) -> str:
    """How far the count made here agrees with what was decided elsewhere."""
    apart = set(spending.result.selected) ^ set(spending.decisive.selected)
    rule = RULE_TITLES[spending.decisive.rule]
    if not apart:
        return _("Counted again here (“%(rule)s”), the votes give the same.", rule=rule)
    return ngettext(
        "Counted again here (“%(rule)s”), the votes give another result for %(num)s project. The"
        " official one stands; the counts below are there to be compared.",
        "Counted again here (“%(rule)s”), the votes give another result for %(num)s projects. The"
        " official one stands; the counts below are there to be compared.",
        len(apart),
        rule=rule,
    )


def spent(terms: Terms, count: Count) -> str:
    """How many projects a count funds, and what they cost."""
    return ngettext(
        "%(projects)s project, %(cost)s",
        "%(projects)s projects, %(cost)s",
        len(count.selected),
        projects=figures.number(len(count.selected)),
        cost=money(terms, count.cost),
    )


def reached(outcome: Outcome, count: Count) -> str:
    """How many voters see a project funded that they chose."""
    having = outcome.counted - count.unrepresented
    return _("%(share)s of the voters see at least one project funded that they chose.",
             share=figures.share(having, outcome.counted))  # fmt: skip


def drawn(terms: Terms, lot: Lot) -> str:
    """What the lot decided."""
    chosen = title(terms, lot.chosen)
    if len(lot.tied) <= NAMED:
        return _("The rules could not tell %(titles)s apart: the lot put “%(chosen)s” first.",
                 titles=named(terms, lot.tied), chosen=chosen)  # fmt: skip
    return _("The rules could not tell %(num)s projects apart: the lot put “%(chosen)s” first.",
             num=figures.number(len(lot.tied)), chosen=chosen)  # fmt: skip


def why_funded(terms: Terms, project: Funded) -> str:
    """What brought a project its money."""
    if project.source != "equal-shares" or project.payers is None:
        return _("When its turn came by votes, enough of the budget was left; after it, %(left)s"
                 " remained.", left=money(terms, project.budget_left, down=True))  # fmt: skip
    assert project.max_payment is not None
    payment = money(terms, project.max_payment)
    points = rules_of(terms).ballot == "points"
    each = (
        _("at most %(payment)s per point", payment=payment)
        if points
        else _("at most %(payment)s each", payment=payment)
    )
    if project.payers == project.supporters:
        return ngettext(
            "The one voter who chose it paid for it with their share: %(each)s.",
            "All %(people)s voters who chose it paid for it with their shares: %(each)s.",
            project.supporters,
            people=figures.number(project.supporters),
            each=each,
        )
    return _("Of the %(people)s voters who chose it %(payers)s paid for it with their shares:"
             " %(each)s; the others had spent theirs.", people=figures.number(project.supporters),
             payers=figures.number(project.payers), each=each)  # fmt: skip


def why_not_funded(terms: Terms, project: NotFunded) -> str:
    """What was missing for a project, and where its voters' money went."""
    if project.cause == "no_votes":
        return _("Nobody chose it.")
    missing = money(terms, project.missing)
    left = money(terms, project.available, down=True)
    if project.cause == "budget":
        return _("%(missing)s were missing: when its turn came by votes, %(left)s of the budget"
                 " were left.", missing=missing, left=left)  # fmt: skip
    assert project.share is not None
    said = ngettext(
        "The voter who chose it was %(missing)s short: of a share of %(share)s, %(left)s were"
        " left.",
        "The %(people)s voters who chose it were %(missing)s short: of their shares, %(share)s"
        " together, %(left)s were left.",
        project.supporters,
        people=figures.number(project.supporters),
        missing=missing,
        share=money(terms, project.share, down=True),
        left=left,
    )
    if not project.spent_on:
        return said
    spent = listed(
        _("“%(title)s” (%(amount)s)", title=title(terms, option), amount=money(terms, amount))
        for option, amount in project.spent_on
    )
    return f"{said} " + _("Most of it went to %(projects)s.", projects=spent)


def counted_here(why: str) -> str:
    """The reason that a count of this site gives, where it decides nothing."""
    return _("Counted here: %(why)s", why=why)


def difference(terms: Terms, spending: Spending) -> Iterator[str]:
    """Where equal shares and the count by votes part."""
    shares, greedy = set(spending.equal_shares.selected), set(spending.greedy.selected)
    if shares == greedy:
        yield _("Both counts fund the same projects.")
        return
    yield ngettext(
        "Both counts fund %(num)s project.", "Both counts fund %(num)s projects.",
        len(shares & greedy),
    )  # fmt: skip
    for count, others in (
        (spending.equal_shares, greedy),
        (spending.greedy, shares),
    ):
        only = [option for option in count.selected if option not in others]
        if only:
            yield ngettext(
                "“%(rule)s” alone funds %(num)s project.",
                "“%(rule)s” alone funds %(num)s projects.",
                len(only),
                rule=RULE_TITLES[count.rule],
            )
