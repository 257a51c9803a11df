"""A ballot explained to voters: where it stands, who votes, how, and who gets to know what."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from eak_core.api import _, clock, figures, ngettext, valid_until
from eak_voting.ballots.finding import Phase, phase
from eak_voting.casting.choices import WrongChoices
from eak_voting.models import Ballot
from eak_voting.pages.wording import STATE_TITLES
from eak_voting.settings import Settings, Terms

#: The tone of the badge of each phase (`macros/page.html`).
PHASE_TONES: Mapping[Phase, str] = {
    "draft": "neutral",
    "upcoming": "neutral",
    "open": "success",
    "closing": "attention",
    "counted": "progress",
    "cancelled": "stopped",
}

#: More communes than this are counted, not named.
NAMED = 6


def time_left(closes_at: datetime) -> tuple[str, datetime]:
    """How long a ballot is open still, and the instant from which this is no longer so.

    In days as long as there are two or more, then in hours, at last "less than an hour".
    """
    left = closes_at - clock.now()
    hours = int(left.total_seconds() // 3600)
    if left.days >= 2:
        text = ngettext("%(num)s day left", "%(num)s days left", left.days)
        return text, closes_at - timedelta(days=left.days)
    if hours >= 1:
        text = ngettext("%(num)s hour left", "%(num)s hours left", hours)
        return text, closes_at - timedelta(hours=hours)
    return _("less than an hour left"), closes_at


def method_explained(settings: Settings) -> list[str]:
    """What a voter does and how it is counted, one sentence after the other."""
    if settings.method == "support":
        return [
            _("You support as many ideas as you like, with one click each, taken back by another."),
            _("The ideas are ranked by the number of people who support them."),
        ]
    if settings.method == "majority":
        return [
            _("You judge each idea on each criterion, from “To reject” to “Excellent”. “No opinion”"
              " is a full answer: leave out what you do not know."),
            _("An idea is worth the grade that at least half of its judgements grant it: the middle"
              " one, not the average. So a few extreme votes do not decide."),
        ]  # fmt: skip
    if settings.budget is None:
        return [
            limits_explained(settings),
            _("The ideas are ranked by the number of people who chose them."),
        ]
    return _budget_explained(settings)


def _budget_explained(settings: Settings) -> list[str]:
    budget = settings.budget
    assert budget is not None
    amount = figures.money(budget.amount, budget.currency)
    return [
        _("%(amount)s are to be shared between the projects.", amount=amount),
        limits_explained(settings),
        _("Every voter decides on an equal share of the budget: a project is funded when those who"
          " chose it can pay for it with their shares.")
        if budget.rule == "equal-shares"
        else _("The projects that most people chose are funded first, as long as money is left."),
    ]  # fmt: skip


def limits_explained(settings: Settings) -> str:
    """How much a vote can choose, in one sentence."""
    budget = settings.budget
    if budget is not None and budget.ballot == "points":
        return ngettext(
            "You have %(num)s point to give.",
            "You have %(num)s points to distribute: several on one project, if you like.",
            budget.points,
        )
    if budget is not None and budget.ballot == "basket":
        return _("You fill a basket that costs at most %(amount)s.",
                 amount=figures.money(budget.amount, budget.currency))  # fmt: skip
    rules = settings.approval or budget
    least, most = (rules.at_least, rules.at_most) if rules else (0, None)
    if most is None and least > 1:
        return _("You choose at least %(least)s of them, and as many more as you like.",
                 least=least)  # fmt: skip
    if most is None:
        return _("You choose as many as you like.")
    if least > 1 and least == most:
        return _("You choose %(most)s of them.", most=most)
    if least > 1:
        return _("You choose %(least)s to %(most)s of them.", least=least, most=most)
    return ngettext("You choose one of them.", "You choose up to %(num)s of them.", most)


def electorate_explained(settings: Settings, communes: Mapping[str, str]) -> str:
    """Who may vote. ``communes`` are names by INSEE code."""
    electorate = settings.electorate
    if electorate.who == "agents":
        who = _("The agents of the administration")
    elif electorate.who == "inhabitants":
        names = [communes.get(code, code) for code in electorate.communes]
        if len(names) > NAMED:
            who = _("The inhabitants of %(num)s communes, who declare where they live",
                    num=len(names))  # fmt: skip
        else:
            who = _("Those who declare that they live in: %(names)s", names=", ".join(names))
    else:
        who = _("Everybody with a confirmed account")
    if electorate.minimum_age:
        return _("%(who)s, from the age of %(age)s on.", who=who, age=electorate.minimum_age)
    return f"{who}."


def secrecy_explained(settings: Settings) -> list[str]:
    """What will be known of a vote, and by whom."""
    if settings.secrecy == "public":
        return [
            _("Once the ballot is closed, everybody can read what you chose, with your name."),
            _("You can change your vote or take it back until the close."),
        ]
    if settings.secrecy == "pseudonymous":
        return [
            _("What you chose is published after the close, without your name."),
            _("The site keeps the link between you and your vote, so that you can change it:"
              " whoever runs its server could look it up. No page shows it."),
            _("You can change your vote or take it back until the close."),
        ]  # fmt: skip
    return [
        _("The register says that you voted, the box holds what was chosen, and nothing that is"
          " kept leads from one to the other. Managers see neither."),
        _("What was chosen is published after the close, without names."),
        _("When you vote, you receive a code that is shown once: it alone can change your vote or"
          " take it back until the close."),
    ]  # fmt: skip


def publication_explained(settings: Settings) -> str:
    """When results can be seen."""
    if settings.publication == "live":
        return _("A provisional result is shown while the ballot is open.")
    if settings.publication == "totals":
        return _("While the ballot is open, only the number of voters is shown.")
    return _("Nothing is shown before the close, to anybody.")


def quorum_explained(settings: Settings) -> str | None:
    """How many voters the ballot needs; None where any number will do."""
    needed = settings.required_voters
    if not needed:
        return None
    if settings.quorum.percent is not None and settings.electorate.size:
        return _(
            "At least %(needed)s voters, which is %(percent)s per cent of %(size)s. With fewer, the"
            " result is published as inconclusive.",
            percent=settings.quorum.percent, size=settings.electorate.size, needed=needed,
        )  # fmt: skip
    return ngettext(
        "At least %(num)s voter. With fewer, the result is published as inconclusive.",
        "At least %(num)s voters. With fewer, the result is published as inconclusive.",
        needed,
    )


def fault_explained(wrong: WrongChoices, terms: Terms) -> str:
    """What is wrong with a vote, and what to do about it."""
    found, budget = wrong.figures, terms.settings.budget
    match wrong.fault:
        case "too_few":
            return ngettext(
                "You chose one. Choose at least %(least)s, or none at all for a blank vote.",
                "You chose %(num)s. Choose at least %(least)s, or none at all for a blank vote.",
                found["chosen"], least=found["least"],
            )  # fmt: skip
        case "too_many":
            return _("You chose %(chosen)s, and at most %(most)s are allowed: take %(excess)s"
                     " away.", excess=found["chosen"] - found["most"], **found)  # fmt: skip
        case "too_many_points":
            return _("You gave %(points)s points, and you have %(most)s: take %(excess)s back.",
                     excess=found["points"] - found["most"], **found)  # fmt: skip
        case "over_budget":
            assert budget is not None
            return _(
                "Your basket costs %(cost)s: that is %(excess)s more than the %(amount)s there are."
                " Take something out.",
                cost=figures.money(found["cost"], budget.currency),
                excess=figures.money(found["cost"] - found["amount"], budget.currency),
                amount=figures.money(found["amount"], budget.currency),
            )  # fmt: skip
    return _("This vote does not fit the ballot. Please choose again.")


class Stands:
    """Where a ballot stands now, in words; the page is asked for again when that changes."""

    def __init__(self, ballot: Ballot) -> None:
        self.phase: Phase = phase(ballot)
        self.name = STATE_TITLES[self.phase]
        self.tone = PHASE_TONES[self.phase]
        self.left = ""
        if self.phase == "open":
            self.left, until = time_left(ballot.closes_at)
            valid_until(until)
        elif self.phase == "upcoming":
            valid_until(ballot.opens_at)


def stands(ballot: Ballot) -> Stands:
    """Where ``ballot`` stands now."""
    return Stands(ballot)
