"""A ballot paper as it is shown: its lines, and what a vote says about each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from eak_core.api import Idea, Service, Session, _, idea_url, plain_summary, public_ideas
from eak_voting.booth.forms import chosen_numbers
from eak_voting.booth.ordering import shuffled
from eak_voting.figures import money
from eak_voting.settings import Option, Terms
from eak_voting.wording import GRADE_TITLES

SUMMARY_LENGTH = 220


@dataclass(frozen=True, slots=True)
class Line:
    """One option: ``url`` and ``summary`` are those of its idea, as long as that is public."""

    number: int
    title: str
    cost: int | None = None
    cost_text: str = ""
    url: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a vote says about one option, in words: grades come with the name of their criterion."""

    line: Line
    words: str = ""
    grades: Sequence[tuple[str, Any]] = ()


def lines(session: Session, service: Service, terms: Terms, order_key: str) -> list[Line]:
    """The lines of the paper, in the order that ``order_key`` draws; two queries at most."""
    ideas = _ideas(session, service, terms)
    budget = terms.settings.budget
    currency = budget.currency if budget is not None else "EUR"
    return [
        _line(option, ideas.get(option.idea), currency)
        for option in shuffled(terms.options, terms.ballot, order_key)
    ]


def _line(option: Option, idea: Any, currency: str) -> Line:
    return Line(
        number=option.number,
        title=option.title,
        cost=option.cost,
        cost_text="" if option.cost is None else money(option.cost, currency),
        url=idea_url(idea) if idea is not None else None,
        summary=plain_summary(idea.problem or idea.body, SUMMARY_LENGTH) if idea else "",
    )


def _ideas(session: Session, service: Service, terms: Terms) -> Mapping[int | None, Any]:
    ids = [option.idea for option in terms.options if option.idea is not None]
    if not ids:
        return {}
    query = select(Idea.id, Idea.slug, Idea.problem, Idea.body)
    rows = session.execute(query.where(Idea.id.in_(ids), *public_ideas(service.id)))
    return {row.id: row for row in rows}


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
