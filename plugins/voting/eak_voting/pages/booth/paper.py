"""A ballot paper as it is shown: its lines, and what a vote says about each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from eak_core.api import Service, Session, _, figures, idea_url
from eak_voting.ballots import frozen
from eak_voting.pages.booth.forms import chosen_numbers
from eak_voting.pages.booth.ordering import shuffled
from eak_voting.pages.wording import GRADE_TITLES
from eak_voting.publishing.masking import hidden_title
from eak_voting.settings import Option, Terms


@dataclass(frozen=True, slots=True)
class Line:
    """One option: ``url`` is that of its idea, as long as that is public, ``summary`` what the idea
    said when the ballot opened, which it no longer does where it was ``edited``; ``voted_url`` is
    then where what is voted on can be read whole. Of what moderators hide the paper says
    ``hidden``, their reason, and no title."""

    number: int
    title: str
    cost: int | None = None
    cost_text: str = ""
    url: str | None = None
    summary: str = ""
    edited: bool = False
    voted_url: str | None = None
    hidden: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a vote says about one option, in words: grades come with the name of their criterion."""

    line: Line
    words: str = ""
    grades: Sequence[tuple[str, Any]] = ()


def lines(session: Session, service: Service, terms: Terms, order_key: str) -> list[Line]:
    """The lines of the paper, in the order that ``order_key`` draws; three queries at most."""
    known = frozen.shown(session, service, terms)
    budget = terms.settings.budget
    currency = budget.currency if budget is not None else "EUR"
    return [
        _line(option, known.get(option.number, frozen.Shown()), terms.ballot, currency)
        for option in shuffled(terms.options, terms.ballot, order_key)
    ]


def _line(option: Option, shown: frozen.Shown, ballot_id: int, currency: str) -> Line:
    title = option.title
    if shown.hidden is not None:
        title = hidden_title(option.number)
    voted_url = None
    if shown.edited and shown.kept:
        voted_url = url_for("voting.voted", ballot_id=ballot_id, number=option.number)
    return Line(
        number=option.number,
        title=title,
        cost=option.cost,
        cost_text="" if option.cost is None else figures.money(option.cost, currency),
        url=idea_url(shown.idea) if shown.idea is not None else None,
        summary=shown.summary,
        edited=shown.edited,
        voted_url=voted_url,
        hidden=shown.hidden,
    )


def summed_up(terms: Terms, paper: Sequence[Line], said: Any) -> list[Said]:
    """What a vote says, line by line in the order of ``paper``: only what it says something on."""
    chosen = chosen_numbers(said)
    return [_said(terms, line, chosen[line.number]) for line in paper if line.number in chosen]


def _said(terms: Terms, line: Line, said: Any) -> Said:
    rules = terms.settings.majority
    if terms.settings.method == "majority" and rules is not None:
        names = [criterion.name for criterion in rules.criteria]
        grades = [
            (name, GRADE_TITLES.get(each, _("No opinion")))
            for name, each in zip(names, said, strict=True)
        ]
        return Said(line, grades=grades)
    if terms.settings.budget is not None and terms.settings.budget.ballot == "points":
        return Said(line, words=str(said))
    return Said(line, words=line.cost_text)


def total(terms: Terms, said: Any) -> int | None:
    """What a basket costs, or how many points were given; None for other methods."""
    budget = terms.settings.budget
    if budget is None or budget.ballot == "approve":
        return None
    chosen: Mapping[int, int] = chosen_numbers(said)
    if budget.ballot == "points":
        return sum(chosen.values())
    return sum(option.cost or 0 for option in terms.options if option.number in chosen)
