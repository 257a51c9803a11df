"""Finding accounts, for the administrators of the site."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from eak_core.db import Session
from eak_core.errors import Invalid
from eak_core.i18n import _l
from eak_core.people.models import Person
from eak_core.permissions import Actor, require
from eak_core.visible import SIGNS
from eak_core.web.text import clean_line

#: So many are shown; whoever searches is asked for more letters where there are others.
MOST = 50
SHORTEST = 2
_SIGN = re.compile("[" + re.escape("".join([*SIGNS, *SIGNS.values()])) + "]")


@dataclass(frozen=True, slots=True)
class Found:
    """The accounts found, at most `MOST`, and how many there are in all."""

    people: Sequence[Person]
    total: int


def search_people(session: Session, actor: Actor, text: str) -> Found:
    """The accounts whose name or address contains ``text``, by name, with their roles.

    Erased ones have neither and are never found. `Invalid` for less than two characters.
    """
    require(actor, "site.administer")
    text = clean_line(text)
    if len(text) < SHORTEST:
        reason = _l("Please give at least two characters of the name or address.")
        raise Invalid(_l("The search needs more to go by."), {"text": reason})
    # SQLite folds the case of a–z alone, so accented letters are tried in both.
    spellings = {text, text.lower(), text.upper(), text.capitalize()}
    matching = or_(
        Person.email.contains(text.lower(), autoescape=True),
        *(Person.name.ilike(_pattern(spelling), escape="\\") for spelling in spellings),
    )
    alive = Person.erased_at.is_(None)
    total = session.scalar(select(func.count()).select_from(Person).where(alive, matching)) or 0
    people = session.scalars(
        select(Person)
        .where(alive, matching)
        .options(selectinload(Person.grants))
        .order_by(Person.name, Person.id)
        .limit(MOST)
    ).all()
    return Found(people, total)


def _pattern(text: str) -> str:
    """A LIKE pattern in which an apostrophe or a hyphen stands for any of its kind."""
    escaped = re.sub(r"([\\%_])", r"\\\1", text)
    return f"%{_SIGN.sub('_', escaped)}%"


def administrators(session: Session, actor: Actor) -> Sequence[Person]:
    """Who runs the site, by name."""
    require(actor, "site.administer")
    return session.scalars(
        select(Person).where(Person.administrator).order_by(Person.name, Person.id)
    ).all()
