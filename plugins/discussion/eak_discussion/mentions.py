"""People named in a comment, by `@` and their name as it is shown: they are told of it.

Only those who take part in what is talked about can be named: who writes the idea, and who has said
something there that can be read. So nobody learns from it who else has an account. The words stay
as they were typed; who was meant is kept beside them, so that an erased name can be taken out.
"""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple, cast

from sqlalchemy import delete, func, select

from eak_core.api import Idea, Service, Session, _, person_names, publish, who_left
from eak_discussion.events import CommentEdited
from eak_discussion.models import Comment, Mention, Stance
from eak_discussion.subscribers import shown

#: How many are named in one comment; further ones stay words.
MOST = 10
#: Among how many of those who have spoken names are looked for, the latest.
AMONG = 2_000
_SIGN = re.compile(r"(?<!\w)@(?=\S)")
_LONGEST = 80


class Named(NamedTuple):
    """Who is named: what was typed, by the person; and names that several people have."""

    people: Mapping[int, str]
    unclear: Collection[str]


def named_in(
    session: Session, service: Service, idea: Idea, body: str, answered: int | None = None
) -> Named:
    """Whom ``body``, said of ``idea``, names; of several with one name the one who is
    ``answered``. One or two statements, none where nothing looks like a name."""
    typed = [body[each.end() : each.end() + _LONGEST + 1] for each in _SIGN.finditer(body)]
    if not typed:
        return Named({}, ())
    names = person_names(session, {*idea.writers, *_speakers(session, service, idea)})
    return match(typed[:MOST], names, answered)


def match(typed: Collection[str], names: Mapping[int, str], answered: int | None) -> Named:
    """Whom each text of ``typed`` begins with, among ``names``: the longest name that is whole."""
    people: dict[int, str] = {}
    unclear: list[str] = []
    for text in typed:
        begun = {each: name for each, name in names.items() if _begins(text, name)}
        longest = max(map(len, begun.values()), default=0)
        meant = [each for each, name in begun.items() if len(name) == longest]
        if answered is not None and answered in meant:
            meant = [answered]
        if len(meant) == 1:
            people[meant[0]] = text[:longest]
        elif meant:
            unclear.append(text[:longest])
    return Named(people, unclear)


def _begins(text: str, name: str) -> bool:
    whole = not text[len(name) : len(name) + 1].isalnum()
    return bool(name) and whole and text[: len(name)].casefold() == name.casefold()


def _speakers(session: Session, service: Service, idea: Idea) -> Collection[int]:
    rows = session.scalars(
        select(Comment.author_id)
        .where(Comment.idea_id == idea.id, Comment.author_id.is_not(None), *shown(service.id))
        .group_by(Comment.author_id)
        .order_by(func.max(Comment.posted_at).desc())
        .limit(AMONG)
    )
    return [each for each in rows if each is not None]


def keep(session: Session, comment_id: int, people: Mapping[int, str]) -> tuple[int, ...]:
    """Let ``people`` be those whom a comment names, in the place of others. Answers who of them was
    not named before."""
    gone = delete(Mention).where(Mention.comment_id == comment_id).returning(Mention.person_id)
    before = set(session.scalars(gone))
    session.add_all(
        Mention(comment_id=comment_id, person_id=each, name=name) for each, name in people.items()
    )
    session.flush()
    return tuple(sorted(people.keys() - before))


def told_of(session: Session, service_id: int, comment_id: int, idea_id: int) -> list[int]:
    """Who is told that a comment names them: all but those who have left its idea."""
    people = session.scalars(
        select(Mention.person_id).where(Mention.comment_id == comment_id)
    ).all()
    left = who_left(session, service_id, f"idea:{idea_id}", people) if people else set()
    return [each for each in people if each not in left]


def naming(session: Session, comment_ids: Collection[int], person_id: int | None) -> set[int]:
    """Which of ``comment_ids`` name somebody."""
    if person_id is None or not comment_ids:
        return set()
    query = select(Mention.comment_id).where(
        Mention.person_id == person_id, Mention.comment_id.in_(comment_ids)
    )
    return set(session.scalars(query))


def forget(session: Session, person_id: int) -> None:
    """Take the name of an erased person out of what others said."""
    found = session.scalars(
        select(Comment)
        .join(Mention, Mention.comment_id == Comment.id)
        .where(Mention.person_id == person_id)
        .order_by(Comment.id)
    ).all()
    for comment in found:
        names = dict(
            session.execute(
                select(Mention.person_id, Mention.name).where(Mention.comment_id == comment.id)
            ).all()
        )
        comment.body = without(comment.body, names[person_id], names.values())
        edited = CommentEdited(comment_id=comment.id, stance=cast("Stance", comment.stance))
        publish(session, edited, service_id=comment.service_id)
    session.execute(delete(Mention).where(Mention.person_id == person_id))


def without(body: str, name: str, names: Collection[str]) -> str:
    """``body`` with a neutral word in the place of the ``name`` that was one of ``names``: where
    one begins as another does, the longer one stays."""
    every = "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))
    nobody = _("somebody who has left the site")
    return re.sub(
        rf"(?<!\w)@({every})(?!\w)",
        lambda found: nobody if found[1].casefold() == name.casefold() else found[0],
        body,
        flags=re.IGNORECASE,
    )
