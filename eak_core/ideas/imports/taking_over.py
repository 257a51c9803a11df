"""Taking over the ideas of another site, and the comments on them, slice by slice.

Each slice is a transaction, so what was taken over stays when the rest is stopped, and nobody who
writes on the site waits for long. A second run finds what the first one did, and goes on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import select

from eak_core.db import Session
from eak_core.errors import Invalid, Refused
from eak_core.i18n import _, _l
from eak_core.ideas.imports.rows import BadRow, CSVFile
from eak_core.ideas.imports.threads import in_order
from eak_core.ideas.models import Idea
from eak_core.ideas.proposals import Origin, Proposal, import_idea
from eak_core.ideas.subjects import NAME_LENGTH, add_subject, subjects_of
from eak_core.ideas.territory import communes
from eak_core.ideas.texts import MOST_SUBJECTS
from eak_core.permissions import Actor, require
from eak_core.plugins.hooks.importers import (
    ImportedComment,
    ImportedIdea,
    Importer,
    ImportReport,
)
from eak_core.plugins.loading.host import get_host
from eak_core.search.words import folded
from eak_core.services.models import Service

#: Rows in one transaction.
SLICE = 50

#: Opens the session of one slice, and commits it at the end.
OpenSlice = Callable[[], AbstractContextManager[Any]]

R = TypeVar("R", ImportedIdea, ImportedComment)


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A row that was not taken over: its file, the line where it begins, and why."""

    file: str
    line: int
    reason: str


@dataclass(slots=True)
class Tally:
    """What became of the rows of one file."""

    created: int = 0
    unchanged: int = 0
    refused: int = 0

    def add(self, other: "Tally") -> None:
        """Count what became of a slice, once it is committed."""
        self.created += other.created
        self.unchanged += other.unchanged


@dataclass
class TakingOver:
    """One run over the exports of another site, into ``service``.

    ``importer`` is that of the plugin ``source``, which stays with each idea as its origin.
    ``same_site`` takes the addresses in the comments for those of the ideas, where the site has
    moved between the two exports. ``on_refused`` hears of each row that is left out,
    ``on_progress`` of the bytes that were read.
    """

    source: str
    importer: Importer
    service: Service
    active: frozenset[str]
    open_slice: OpenSlice
    same_site: bool = False
    on_refused: Callable[[RefusedLine], object] = lambda refused: None
    on_progress: Callable[[int], None] = lambda position: None
    ideas: Tally = field(default_factory=Tally)
    comments: Tally = field(default_factory=Tally)
    refused: list[RefusedLine] = field(default_factory=list)
    #: The sites whose ideas were met, and those that comments speak of in vain.
    sites: set[str] = field(default_factory=set)
    missing_sites: set[str] = field(default_factory=set)
    _places: dict[str, str] | None = None

    def require_takers(self, session: Session) -> None:
        """Return where a plugin that is on takes over comments; `Refused` otherwise."""
        if not list(self._ask(session, [])):
            raise Refused(
                _l(
                    "No plugin that is on in “%(service)s” takes over comments. Switch"
                    " “discussion” on, or leave --comments out.",
                    service=self.service.name,
                )
            )

    # --- ideas ---

    def take_ideas(self, actor: Actor, rows: CSVFile) -> None:
        """Take over the ideas in ``rows``, those that are here already left as they are."""
        require(actor, "service.manage", self.service)
        subjects: dict[str, int] = {}
        for part in _sliced(_read(rows, self.importer.idea), SLICE):
            with self.open_slice() as session:
                if not subjects:
                    known = subjects_of(session, self.service.id, archived=True)
                    subjects.update((folded(each.name), each.id) for each in known)
                slice_ = self._take_ideas(session, actor, rows.path, part, subjects)
            self.ideas.add(slice_)
            self.on_progress(rows.position)

    def _take_ideas(
        self,
        session: Session,
        actor: Actor,
        file: Path,
        part: Sequence[tuple[int, ImportedIdea | Invalid]],
        subjects: dict[str, int],
    ) -> Tally:
        tally = Tally()
        found = [each for _line, each in part if isinstance(each, ImportedIdea)]
        self.sites |= {each.site for each in found}
        known = self._ideas_of(session, [_ref(each.site, each.number) for each in found])
        for line, each in part:
            if isinstance(each, Invalid):
                self._refuse(self.ideas, file, line, _reasons(each.message, each.fields))
                continue
            if _ref(each.site, each.number) in known:
                tally.unchanged += 1
                continue
            try:
                saved = self._take_idea(session, actor, each, subjects)
            except Invalid as refusal:
                reasons = _reasons(refusal.message, refusal.fields, each.columns)
                self._refuse(self.ideas, file, line, reasons)
            else:
                tally.created += saved
                tally.unchanged += not saved
        return tally

    def _take_idea(
        self, session: Session, actor: Actor, found: ImportedIdea, subjects: dict[str, int]
    ) -> bool:
        """Whether it is new here. Where it is `Invalid`, nothing of it is written."""
        origin = Origin(
            self.source,
            _ref(found.site, found.number),
            found.url,
            found.votes,
            found.comments,
            found.state,
        )
        names = list(dict.fromkeys(_shortened(name, NAME_LENGTH) for name in found.subjects))
        named = {folded(name): name for name in names[:MOST_SUBJECTS]}
        new = [key for key in named if key and key not in subjects]
        with session.begin_nested() if new else nullcontext():
            added = {key: add_subject(session, actor, self.service, named[key]).id for key in new}
            known = subjects | added
            proposal = Proposal(
                title=found.title,
                body=found.body,
                subjects=tuple(known[key] for key in named if key),
                communes=self._communes(session, found.place),
            )
            saved = import_idea(session, actor, self.service, proposal, origin, found.at)
        subjects |= added
        return saved is not None

    def _communes(self, session: Session, place: str) -> tuple[str, ...]:
        """The commune of this name, where there is one."""
        if self._places is None:
            self._places = {folded(each.name): each.code for each in communes(session)}
        code = self._places.get(folded(place))
        return (code,) if code else ()

    def _ideas_of(self, session: Session, refs: Sequence[str]) -> dict[str, int]:
        """The ideas here that were known as ``refs``, by these."""
        rows = session.execute(
            select(Idea.source_ref, Idea.id).where(
                Idea.service_id == self.service.id,
                Idea.source == self.source,
                Idea.source_ref.in_(refs),
            )
        )
        return {ref: idea_id for ref, idea_id in rows if ref is not None}

    # --- comments ---

    def take_comments(self, actor: Actor, rows: CSVFile) -> None:
        """Give the comments in ``rows`` to the plugins that take them over, answers after what
        they answer, wherever they stand in the file."""
        require(actor, "service.manage", self.service)
        for part in _sliced(in_order(self._comments(rows)), SLICE):
            with self.open_slice() as session:
                slice_ = self._take_comments(session, rows.path, part)
            self.comments.add(slice_)
            self.on_progress(rows.position)

    def _comments(self, rows: CSVFile) -> Iterator[ImportedComment]:
        if self.importer.comment is None:
            return
        for line, each in _read(rows, self.importer.comment):
            if isinstance(each, Invalid):
                self._refuse(self.comments, rows.path, line, _reasons(each.message, each.fields))
            else:
                yield replace(each, line=line)

    def _take_comments(
        self, session: Session, file: Path, part: Sequence[ImportedComment]
    ) -> Tally:
        tally = Tally()
        ideas = self._ideas_of(session, [self._about(each) for each in part])
        given: list[ImportedComment] = []
        for each in part:
            idea_id = ideas.get(self._about(each))
            if idea_id is None:
                self._refuse(self.comments, file, each.line, self._why_unknown(each))
            else:
                given.append(replace(each, idea_id=idea_id))
        answers = list(self._ask(session, given)) if given else []
        if given and not answers:
            for comment in given:
                reason = _("The plugin that takes over comments has failed; see the log.")
                self._refuse(self.comments, file, comment.line, reason)
        columns = {each.line: each.columns for each in part}
        for report in answers:
            tally.created += report.created
            tally.unchanged += report.unchanged
            for refused in report.refused:
                known = columns.get(refused.line, {})
                reasons = _reasons(refused.reason, refused.fields, known)
                self._refuse(self.comments, file, refused.line, reasons)
        return tally

    def _about(self, comment: ImportedComment) -> str:
        """What the idea that ``comment`` is about is known as here."""
        site = comment.site
        if self.same_site and len(self.sites) == 1:
            (site,) = self.sites
        return _ref(site, comment.number)

    def _why_unknown(self, comment: ImportedComment) -> str:
        if comment.site in self.sites or self.same_site:
            return _(
                "It is about the idea %(number)s, which was not taken over.", number=comment.number
            )
        self.missing_sites.add(comment.site)
        return _(
            "It is about the idea %(number)s of %(site)s, which is not the site of these ideas.",
            number=comment.number,
            site=comment.site,
        )

    def _ask(self, session: Session, given: Sequence[ImportedComment]) -> Iterator[ImportReport]:
        answers = get_host().call_each(
            "import_comments", self.active, session=session, service=self.service, comments=given
        )
        for _plugin, report in answers:
            yield report

    def _refuse(self, tally: Tally, file: Path, line: int, reason: str) -> None:
        tally.refused += 1
        self.refused.append(RefusedLine(file.name, line, reason))
        self.on_refused(self.refused[-1])


def _read(
    rows: CSVFile, read: Callable[[Mapping[str, str]], R]
) -> Iterator[tuple[int, R | Invalid]]:
    """Each row with its line: what it tells, or why it tells nothing."""
    for row in rows:
        if isinstance(row, BadRow):
            yield row.line, Invalid(row.reason)
            continue
        try:
            yield row.line, read(row.values)
        except Invalid as refusal:
            yield row.line, refusal


def _ref(site: str, number: str) -> str:
    """How an idea is known here: its number is the only one of its kind on its site."""
    return f"{site}/{number}"


def _reasons(
    message: Any, fields: Mapping[str, Any], columns: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Why a row was refused, each reason with the column it is about."""
    said = [
        _("Column “%(column)s”: %(reason)s", column=columns.get(name, name), reason=str(reason))
        for name, reason in fields.items()
    ]
    return " ".join(said) or str(message)


def _shortened(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _sliced(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while part := list(islice(items, size)):
        yield part
