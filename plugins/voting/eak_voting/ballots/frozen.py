"""What is voted on: each idea as it was when the ballot opened.

An author may still correct an idea that nobody has screened, and a text that changes while people
vote would make them vote on different things. The paper goes on showing what stood there at the
opening, and says beside it where the idea has changed since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select, update

from eak_core.api import (
    Idea,
    NotFound,
    Service,
    Session,
    Written,
    _l,
    hidden_reasons,
    loses_its_words,
    plain_summary,
    public_ideas,
)
from eak_voting.models import Ballot, BallotOption
from eak_voting.settings import Terms, canonical, digest

SUMMARY_LENGTH = 220
#: What of an idea is voted on, in the order in which it is read.
TEXTS = ("title", "problem", "body", "existing", "needs", "elsewhere")
_texts = [getattr(Idea, name) for name in TEXTS]


@dataclass(frozen=True, slots=True)
class Shown:
    """What can be shown of one option. ``idea`` (with id and slug) is there as long as it is
    public; ``edited`` where its text is no longer the one that is voted on; ``kept`` where that one
    can be read whole; ``hidden`` is the public reason for which moderators hide it."""

    summary: str = ""
    idea: Any = None
    edited: bool = False
    kept: bool = False
    hidden: str | None = None


def freeze(session: Session, options: Sequence[BallotOption]) -> None:
    """Keep with ``options`` what their ideas say now."""
    ids = [option.idea_id for option in options if option.idea_id is not None]
    query = select(Idea.id, *_texts).where(Idea.id.in_(ids))
    ideas = {row.id: row for row in session.execute(query)}
    for option in options:
        idea = ideas.get(option.idea_id or 0)
        if idea is not None:
            whole = _whole(idea)
            option.summary, option.whole = _summary(idea), whole.decode()
            option.text_hash = digest(whole)
    session.flush()


def whole_text(session: Session, ballot: Ballot, number: int) -> Mapping[str, str]:
    """The texts of the option ``number`` as they are voted on, by the names of `TEXTS`.

    `NotFound` where there is no such option, or it was not kept.
    """
    query = select(BallotOption.whole).where(
        BallotOption.ballot_id == ballot.id, BallotOption.number == number
    )
    found = session.scalar(query) if 0 < number < 2**31 else None
    if found is None:
        raise NotFound(_l("The text of this idea was not kept when the ballot opened."))
    return msgspec.json.decode(found, type=dict[str, str])


def forget_words(session: Session, person_id: int) -> None:
    """Take from the papers what ``person_id`` wrote, where the words go with the account."""
    ideas = session.execute(
        select(Idea.id, Idea.service_id, Idea.stage).where(Idea.author_id == person_id)
    ).all()
    written = [
        Written(each.service_id, f"idea:{each.id}", public=each.stage != "withdrawn")
        for each in ideas
    ]
    gone = loses_its_words(session, written)
    lost = [each.id for each in ideas if f"idea:{each.id}" in gone]
    session.execute(
        update(BallotOption).where(BallotOption.idea_id.in_(lost)).values(summary="", whole=None)
    )


def shown(session: Session, service: Service, terms: Terms) -> Mapping[int, Shown]:
    """What can be shown of each option of ``terms``, by number: three queries at most."""
    ids = [option.idea for option in terms.options if option.idea is not None]
    if not ids:
        return {}
    columns = select(Idea.id, Idea.slug, *_texts)
    rows = session.execute(columns.where(Idea.id.in_(ids), *public_ideas(service.id)))
    ideas = {row.id: row for row in rows}
    kept = session.execute(
        select(
            BallotOption.number,
            BallotOption.summary,
            BallotOption.text_hash,
            BallotOption.whole.is_not(None).label("kept"),
        ).where(BallotOption.ballot_id == terms.ballot)
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
    now = None
    if idea is not None:
        now = digest(_whole(idea)) if at_opening.kept else _older_hash(idea)
    edited = now is not None and now != at_opening.text_hash
    return Shown(at_opening.summary, idea, edited, bool(at_opening.kept))


def _summary(idea: Any) -> str:
    return plain_summary(idea.problem or idea.body, SUMMARY_LENGTH)


def _whole(idea: Any) -> bytes:
    return canonical({name: getattr(idea, name) for name in TEXTS})


def _older_hash(idea: Any) -> str:
    """What stands in ``text_hash`` where the whole text was not kept."""
    return digest(canonical([idea.title, idea.problem, idea.body]))
