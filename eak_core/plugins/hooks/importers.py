"""Importers: what a plugin says of another platform's exports, so that the core takes them over.

The core reads a file row by row, writes, goes on where it was stopped and reports. An importer says
what one row means; plugins that keep comments are given those that were found.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ImportedIdea:
    """An idea, as a row of an export tells it.

    ``site`` is the name of the site it comes from and ``number`` its number there: by both it is
    recognised at the next import. ``url`` is its address, ``title`` what it is called, ``body`` its
    text in Markdown, ``at`` the instant it was published (aware). ``subjects`` are names, of which
    the service gains those it lacks; ``place`` may be the name of a commune. ``votes``,
    ``comments`` and ``state`` are shown as that site's own; a state is ``accepted``,
    ``evaluating``, ``not_answered``, ``rejected``, or any other word, which is shown as it is.
    ``columns`` says for a field in which column it stands, where that is called otherwise.
    """

    site: str
    number: str
    url: str
    title: str
    body: str
    at: datetime
    subjects: Sequence[str] = ()
    place: str = ""
    votes: int | None = None
    comments: int | None = None
    state: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportedComment:
    """A comment of another site, on the idea that was called ``number`` at ``site``.

    ``origin`` is its identity and address there, the same at each import: a comment whose origin is
    known is updated or left alone, never doubled. ``parent`` is the origin of the comment it
    answers. ``body`` is its text in Markdown, ``written_at`` the instant (aware). ``details`` are
    words for the plugin that keeps comments, which says which it reads. ``columns`` is as in
    `ImportedIdea`. The core sets ``idea_id``, the idea here, and ``line``, where it stands in the
    file.
    """

    origin: str
    site: str
    number: str
    body: str
    written_at: datetime
    parent: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    idea_id: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Importer:
    """Reads the exports of one platform, which are CSV with a header.

    ``help`` says in English what FILE is to be. ``idea`` makes an `ImportedIdea` of the values of a
    row by column, or raises `Invalid` with the reason where it is none, by column in its
    ``fields``; ``comment`` makes an `ImportedComment` of a row of the other file likewise.
    ``idea_columns`` and ``comment_columns`` are those that the files must have; of several in a
    tuple one is enough.
    """

    help: str
    idea: Callable[[Mapping[str, str]], ImportedIdea]
    idea_columns: Sequence[str | tuple[str, ...]]
    comment: Callable[[Mapping[str, str]], ImportedComment] | None = None
    comment_columns: Sequence[str | tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not imported: the ``line`` of the file where it stands, and the ``reason``,
    for the person who runs the import; or a reason for each of its ``fields``."""

    line: int
    reason: Any
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ImportReport:
    """What became of the rows given to one plugin: how many were ``created``, how many were there
    already and ``unchanged``, and which were ``refused``."""

    created: int = 0
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
