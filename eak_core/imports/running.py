"""A run over a file: each row taken in, known already, or refused with its line and the reason.

Rows are taken in portions, each a transaction, so what was taken in stays when the rest is stopped
or killed, and nobody who writes on the site waits for long. A second run finds what the first one
did, and goes on: what is taken in keeps, in a column of its own table that is unique, what it was
known as in the file, so it is recognised as long as it is there, and forgotten with it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from eak_core.db import Session
from eak_core.db.planning import plan_anew
from eak_core.errors import EakError, Invalid, Refused
from eak_core.i18n import _
from eak_core.imports.tables import BadRow, Table
from eak_core.progress import Begin
from eak_core.web.text import clean_line

#: Rows in one transaction.
PORTION = 50
#: … and where a few statements write all of them.
TOGETHER = 500
#: So many refused rows are kept to be shown; the report has all of them.
KEPT = 10_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A row that was not taken in: its file, the line where it begins, and why."""

    file: str
    line: int
    reason: str


@dataclass(slots=True)
class Tally:
    """What became of rows: taken in (``created``), known already (``unchanged``), or refused."""

    created: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass
class ImportRun:
    """A run that takes rows in with ``session``, which it commits portion by portion, or not at all
    in a ``dry_run``.

    ``begin`` begins a bar of progress. ``on_refused`` hears of each row that is left out.
    ``tallies`` say what became of which things, ``refused`` has the first ten thousand of the rows
    that were, and ``notes`` are sentences that are told at the end. ``stopped``: somebody did that
    before the end.
    """

    session: Session
    dry_run: bool = False
    begin: Begin = lambda _name, _size: lambda _done: None
    on_refused: Callable[[RefusedLine], object] = lambda refused: None
    tallies: dict[str, Tally] = field(default_factory=dict)
    refused: list[RefusedLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stopped: bool = False

    @property
    def exit_code(self) -> int:
        """What the command exits with: 0, also where rows were refused; 1 where it was stopped."""
        return 1 if self.stopped else 0

    def tally(self, things: str) -> Tally:
        """What became of the rows that are ``things``, so far."""
        return self.tallies.setdefault(things, Tally())

    def take_each(
        self,
        things: str,
        table: Table,
        read: Callable[[Mapping[str, str]], T],
        take: Callable[[T], bool],
        look_up: Callable[[Sequence[T]], object] = lambda _portion: None,
    ) -> None:
        """Take in each row of ``table`` by itself: ``read`` says what its values mean, and ``take``
        whether it is new here. ``look_up`` is given those of a portion before, so that one
        statement finds what is known of them.

        Where either raises `Invalid` or `Refused`, the row is refused for that reason, its fields
        by the names of their columns, and whatever ``take`` wrote for it is undone.
        """

        def portion(part: Sequence[tuple[int, T | Invalid]]) -> Tally:
            tally = Tally()
            look_up([value for _line, value in part if not isinstance(value, Invalid)])
            for line, value in part:
                try:
                    if isinstance(value, Invalid):
                        raise value
                    with self.session.begin_nested():
                        new = take(value)
                except (Invalid, Refused) as refusal:
                    self.refuse(things, table.path, line, reason(refusal, table.theirs))
                else:
                    tally.created += new
                    tally.unchanged += not new
            return tally

        self.take_portions(things, table, records(table, read), portion)

    def take_together(
        self,
        things: str,
        table: Table,
        read: Callable[[Mapping[str, str]], T],
        take: Callable[[Sequence[T]], Sequence[bool | EakError]],
    ) -> None:
        """As `take_each`, for very long files: ``take`` is given those rows of a portion together
        that can be read, and answers of each, in their order, whether it is new here, or the
        refusal. What it raises refuses the whole import."""

        def portion(part: Sequence[tuple[int, T | Invalid]]) -> Tally:
            tally = Tally()
            answers = iter(take([value for _line, value in part if not isinstance(value, Invalid)]))
            for line, value in part:
                answer = value if isinstance(value, Invalid) else next(answers)
                if isinstance(answer, EakError):
                    self.refuse(things, table.path, line, reason(answer, table.theirs))
                else:
                    tally.created += answer
                    tally.unchanged += not answer
            return tally

        self.take_portions(things, table, records(table, read), portion, TOGETHER)

    def take_portions(
        self,
        things: str,
        table: Table,
        values: Iterable[T],
        take: Callable[[Sequence[T]], Tally],
        size: int = PORTION,
    ) -> None:
        """Take in ``values``, read from ``table``, ``size`` at a time: ``take`` answers how many of
        them were new and known, and calls `refuse` for others. Each portion is a transaction."""
        tally, done = self.tally(things), self.begin(things, table.size)
        for part in _portions(iter(values), size):
            plan_anew(self.session)
            taken = take(part)
            self.settle()
            tally.created += taken.created
            tally.unchanged += taken.unchanged
            done(table.position)

    def settle(self) -> None:
        """Commit what was written, or only send it to the database in a dry run."""
        if self.dry_run:
            self.session.flush()
        else:
            self.session.commit()

    def refuse(self, things: str, file: Path, line: int, why: str) -> None:
        """Leave out the row at ``line`` of ``file``, for a reason."""
        self.tally(things).refused += 1
        # What stands in somebody's file must not do anything to the screen that it is shown on.
        refused = RefusedLine(clean_line(file.name), line, clean_line(why))
        if len(self.refused) < KEPT:
            self.refused.append(refused)
        self.on_refused(refused)


def records(
    table: Table, read: Callable[[Mapping[str, str]], T]
) -> Iterator[tuple[int, T | Invalid]]:
    """Each row with its line: what it tells, or why it tells nothing."""
    for row in table:
        if isinstance(row, BadRow):
            yield row.line, Invalid(row.reason)
            continue
        try:
            yield row.line, read(row.values)
        except Invalid as refusal:
            yield row.line, refusal


def reason(refusal: EakError, column: Callable[[str], str] = lambda name: name) -> str:
    """Why a row was refused, each reason with the ``column`` it is about."""
    fields: Mapping[str, Any] = getattr(refusal, "fields", {})
    said = [
        _("Column “%(column)s”: %(reason)s", column=column(name), reason=str(why))
        for name, why in fields.items()
    ]
    return " ".join(said) or str(refusal.message)


def _portions(values: Iterator[T], size: int) -> Iterator[list[T]]:
    while part := list(islice(values, size)):
        yield part
