"""What a kind of documents is, for whoever lets them be found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from eak_core.db import Session
from eak_core.permissions import Actor


@dataclass(frozen=True, slots=True)
class Document:
    """One thing as a search shows it: its title, and its text in Markdown, which may be empty."""

    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a document is shown, its ``url``, and the words that lead there, its ``label``."""

    label: str
    url: str


@dataclass(frozen=True)
class SearchKind:
    """A kind of documents.

    ``name`` is what events and moderation call such a thing (``idea`` of ``idea:12``), ``title``
    what people call several of them, marked for translation. ``key`` is the column of its ids.
    ``readable(service_id, actor)`` gives the conditions on the rows of that table that keep what
    ``actor`` may read: it is part of every search. ``read(session, service_id, ids)`` gives the
    documents of those ids that belong in the index, the others being taken out of it: what nobody
    but its author ever reads does not belong there. ``link(session, ids)`` says under which words,
    and where, each is shown, in the service of the request. ``instead`` says that such a thing may
    make an idea needless: what resembles a draft is shown to its author before they submit it.

    ``tags(session, ids)`` gives what a list of such things is narrowed by, each ``name/value`` in
    letters, digits and ``. _ /``: kept in the index, so that those in one of three hundred stay
    quick to find by a common word.
    """

    name: str
    title: Any
    key: InstrumentedAttribute[int]
    readable: Callable[[int, Actor], Iterable[ColumnElement[bool]]]
    read: Callable[[Session, int, Sequence[int]], Mapping[int, Document]]
    link: Callable[[Session, Sequence[int]], Mapping[int, Link]]
    instead: bool = False
    tags: Callable[[Session, Sequence[int]], Mapping[int, Sequence[str]]] | None = None

    def subject_id(self, subject: str) -> int | None:
        """The id that a ``subject`` of the log names; None for anything else."""
        name, _, number = subject.partition(":")
        return int(number) if name == self.name and number.isdecimal() else None
