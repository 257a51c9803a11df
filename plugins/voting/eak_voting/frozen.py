"""What is voted on: each idea as it was when the ballot opened.

An author may still correct an idea that nobody has screened, and a text that changes while people
vote would make them vote on different things. The paper goes on showing what stood there at the
opening, and says beside it where the idea has changed since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from eak_core.api import Idea, Service, Session, hidden_reasons, plain_summary, public_ideas
from eak_voting.models import BallotOption
from eak_voting.settings import Terms, canonical, digest

SUMMARY_LENGTH = 220


@dataclass(frozen=True, slots=True)
class Shown:
    """What can be shown of one option. ``idea`` (with id and slug) is there as long as it is
    public; ``edited`` where its text is no longer the one that is voted on; ``hidden`` is the
    public reason for which moderators hide it."""

    summary: str = ""
    idea: Any = None
    edited: bool = False
    hidden: str | None = None


def freeze(session: Session, options: Sequence[BallotOption]) -> None:
    """Keep with ``options`` what their ideas say now."""
    ids = [option.idea_id for option in options if option.idea_id is not None]
    query = select(Idea.id, Idea.title, Idea.problem, Idea.body).where(Idea.id.in_(ids))
    ideas = {row.id: row for row in session.execute(query)}
    for option in options:
        idea = ideas.get(option.idea_id or 0)
        if idea is not None:
            option.summary, option.text_hash = _summary(idea), _text_hash(idea)
    session.flush()


def shown(session: Session, service: Service, terms: Terms) -> Mapping[int, Shown]:
    """What can be shown of each option of ``terms``, by number: three queries at most."""
    ids = [option.idea for option in terms.options if option.idea is not None]
    if not ids:
        return {}
    columns = select(Idea.id, Idea.slug, Idea.title, Idea.problem, Idea.body)
    rows = session.execute(columns.where(Idea.id.in_(ids), *public_ideas(service.id)))
    ideas = {row.id: row for row in rows}
    kept = session.execute(
        select(BallotOption.number, BallotOption.summary, BallotOption.text_hash).where(
            BallotOption.ballot_id == terms.ballot
        )
    )
    at_opening = {row.number: row for row in kept}
    gone = [f"idea:{idea_id}" for idea_id in ids if idea_id not in ideas]
    hidden = hidden_reasons(session, service.id, gone)
    return {
        option.number: _shown(
            ideas.get(option.idea), at_opening.get(option.number), hidden.get(f"idea:{option.idea}")
        )
        for option in terms.options
    }


def _shown(idea: Any, at_opening: Any, hidden: str | None) -> Shown:
    if hidden is not None:
        return Shown(hidden=hidden)
    if at_opening is None or at_opening.text_hash is None:
        return Shown(_summary(idea), idea) if idea is not None else Shown()
    edited = idea is not None and _text_hash(idea) != at_opening.text_hash
    return Shown(at_opening.summary, idea, edited)


def _summary(idea: Any) -> str:
    return plain_summary(idea.problem or idea.body, SUMMARY_LENGTH)


def _text_hash(idea: Any) -> str:
    return digest(canonical([idea.title, idea.problem, idea.body]))
