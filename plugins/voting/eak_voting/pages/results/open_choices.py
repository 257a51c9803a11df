"""Who chose what, in ballots whose choices are public."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from eak_core.api import Page, Session, _, figures, ngettext, paginate, person_names
from eak_voting.casting import choices
from eak_voting.models import Ballot, Paper
from eak_voting.pages.results.ranking_sentences import grade, title
from eak_voting.settings import Terms

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class OpenVote:
    """One vote: who cast it (None for somebody who has left the site), what it says in words, and
    whether it was left out of the count."""

    name: str | None
    words: tuple[str, ...]
    excluded: bool


def said_by(session: Session, terms: Terms, ballot: Ballot) -> tuple[Page[Any], list[OpenVote]]:
    """The votes on the page that the address asks for, in an order that says nothing. The caller
    has made sure that they are public."""
    query = select(Paper).where(Paper.ballot_id == ballot.id).order_by(Paper.mark)
    found = paginate(session, query, per_page=PER_PAGE)
    names = person_names(session, (each.person_id for each in found.items if each.person_id))
    return found, [
        OpenVote(
            name=names.get(paper.person_id or 0),
            words=tuple(in_words(terms, paper.choices)),
            excluded=paper.exclusion_id is not None,
        )
        for paper in found.items
    ]


def in_words(terms: Terms, text: str) -> list[str]:
    """What a vote says, a line for each option it names."""
    said = choices.read(terms.settings, text)
    if not said:
        return [_("Blank vote")]
    if terms.settings.majority is not None:
        return [
            _("%(title)s: %(grades)s", title=title(terms, option), grades=_grades(terms, grades))
            for option, grades in said.items()
        ]
    if isinstance(said, dict):
        return [
            ngettext("%(title)s: %(points)s point", "%(title)s: %(points)s points", points,
                     title=title(terms, option), points=figures.number(points))
            for option, points in said.items()
        ]  # fmt: skip
    return [title(terms, option) for option in said]


def _grades(terms: Terms, grades: tuple[int, ...]) -> str:
    rules = terms.settings.majority
    assert rules is not None
    if len(rules.criteria) == 1:
        return grade(grades[0])
    return ", ".join(
        _("%(criterion)s %(grade)s", criterion=criterion.name, grade=grade(given))
        for criterion, given in zip(rules.criteria, grades, strict=True)
    )
