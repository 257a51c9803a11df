"""The command of an import: the same options, report, summary and exit codes for each."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from eak_core.db import Session
from eak_core.errors import EakError, Misconfigured
from eak_core.imports.mapping import read_mapping
from eak_core.imports.records import RecordReader
from eak_core.imports.running import ImportRun, RefusedLine
from eak_core.imports.tables import Table
from eak_core.json_output import json_option, show_json
from eak_core.progress import progress_bars
from eak_core.web.open_data.cells import csv_cell
from eak_core.web.text import clean_line

#: How many refused rows are shown on the screen; the report has all of them.
SHOWN = 20

#: A file that is read by `Table` or `TextLines`, which say what is wrong with it.
FILE = click.Path(dir_okay=False, allow_dash=True, path_type=Path)

_HEADER = ("file", "line", "reason")

R = TypeVar("R", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What was asked of an import: the ``file``, what our fields are called in it (``columns``),
    and the other options."""

    file: Path
    dry_run: bool = False
    as_json: bool = False
    report: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def import_options(
    fields: type[msgspec.Struct] | Sequence[str] = (), *, whole: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command FILE, ``--dry-run``, ``--report`` and ``--json``, as its first argument, an
    `ImportOptions`.

    Where there are ``fields``, those of the struct that rows are read as (`take_file`) or names,
    ``--column`` and ``--mapping`` say what they are called in FILE. An import that takes FILE in
    ``whole`` or not at all has no report of rows. Goes under ``@click.command()``, and the command
    returns the run's ``exit_code``.
    """
    names = tuple(RecordReader(fields).readers if isinstance(fields, type) else fields)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def asked(
            *rest: Any,
            column: tuple[str, ...] = (),
            mapping: Path | None = None,
            **given: Any,
        ) -> Any:
            columns = read_mapping(mapping, column, names)
            own = {name: given.pop(name) for name in ("file", "dry_run", "as_json", "report")
                   if name in given}  # fmt: skip
            return command(ImportOptions(**own, columns=columns), *rest, **given)

        return _with_options(asked, names, whole=whole)

    return decorate


def _with_options(
    command: Callable[..., Any], fields: Sequence[str], *, whole: bool
) -> Callable[..., Any]:
    command = json_option(command)
    command = click.option(
        "--dry-run",
        is_flag=True,
        help="Do everything, then undo it. On SQLite nobody else can write meanwhile.",
    )(command)
    if not whole:
        command = click.option(
            "--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
            help="Write every refused row there (CSV), with its line and the reason.",
        )(command)  # fmt: skip
    if fields:
        command = click.option(
            "--mapping", type=click.Path(dir_okay=False, path_type=Path), metavar="TOML",
            help='The same as --column, in a table [columns] of lines such as name = "Nom".',
        )(command)  # fmt: skip
        command = click.option(
            "--column", multiple=True, metavar="FIELD=COLUMN",
            help="What FIELD is called in FILE, where it is not called so; once for each of "
            f"{', '.join(fields)}.",
        )(command)  # fmt: skip
    return click.argument("file", type=FILE)(command)


@contextmanager
def importing(session: Session, options: ImportOptions, **told: object) -> Iterator[ImportRun]:
    """A run with ``session`` as ``options`` ask for it. What is left is committed at the end, or
    all is rolled back in a dry run; then what became of the rows is told, in JSON with ``told``
    beside it. Ctrl-C ends the block, and keeps the portions that were committed."""
    with _reporting(options) as on_refused, progress_bars() as begin:
        run = ImportRun(session, options.dry_run, begin, on_refused)
        try:
            yield run
            run.settle()
        except KeyboardInterrupt:
            run.stopped = True
        finally:
            # After a commit nothing is left of it, and what failed is undone.
            session.rollback()
    if options.as_json:
        show_json(
            {
                **told,
                "dry_run": run.dry_run,
                "stopped": run.stopped,
                **run.tallies,
                "refused": run.refused,
                "notes": run.notes,
            }
        )
    else:
        _tell(run, options.report)


def take_file(
    run: ImportRun,
    things: str,
    options: ImportOptions,
    record: type[R],
    take: Callable[[R], bool],
) -> None:
    """Take in each row of the file that ``options`` name, read as ``record``: ``take`` says whether
    it is new here, or raises `Invalid` or `Refused` with the reason.

    The fields of the struct are the columns. Those without a default must be in the file, and in
    each row; an empty cell, or none, is the default of the others. A ``str`` is one line of text;
    an ``int`` or ``float`` may be written as in French (``1 234,5``), a ``date`` as ISO 8601 or
    ``31/12/2026``. ``Annotated[…, function]`` reads a cell by a function of its text, which raises
    `Invalid` with the reason; `clean_lines` is one, for several lines. `TypeError` for a field
    that nothing reads.
    """
    read = RecordReader(record)
    with Table(options.file, read.needed, options.columns, read.readers) as table:
        run.take_each(things, table, read, take)


def take_file_together(
    run: ImportRun,
    things: str,
    options: ImportOptions,
    record: type[R],
    take: Callable[[Sequence[R]], Sequence[bool | EakError]],
) -> None:
    """As `take_file`, for files of a hundred thousand rows: ``take`` is given five hundred at a
    time, so that a few statements write them, and answers of each whether it is new here, or the
    `Invalid` or `Refused` with the reason. A row may stand twice among them."""
    read = RecordReader(record)
    with Table(options.file, read.needed, options.columns, read.readers) as table:
        run.take_together(things, table, read, take)


@contextmanager
def _reporting(options: ImportOptions) -> Iterator[Callable[[RefusedLine], object]]:
    """Write refused rows as they come, so that the report is true even of a run that is killed."""
    path = options.report
    if path is None:
        yield lambda line: None
        return
    try:
        _require_report(path)
        stream = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Misconfigured(f"The report cannot be written: {path}: {error.strerror}.") from None
    with stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(_HEADER)

        def note(line: RefusedLine) -> None:
            writer.writerow([csv_cell(line.file), line.line, csv_cell(line.reason)])
            stream.flush()

        yield note


def _require_report(path: Path) -> None:
    """Return where ``path`` is free, or an earlier report: it may be the file itself by mistake."""
    if not path.is_file():
        return
    with path.open("rb") as stream:
        begins = stream.read(100)
    if begins and not begins.startswith(";".join(_HEADER).encode("utf-8-sig")):
        raise Misconfigured(f"{path} is there already, and is no report: it was left as it is.")


def _tell(run: ImportRun, report: Path | None) -> None:
    for things, tally in run.tallies.items():
        click.echo(
            f"{things:<10} {tally.created} taken over, {tally.unchanged} here already,"
            f" {tally.refused} refused"
        )
    for line in run.refused[:SHOWN]:
        click.echo(f"  {line.file}, line {line.line}: {line.reason}")
    left = sum(tally.refused for tally in run.tallies.values()) - SHOWN
    if left > 0:
        click.echo(f"  … and {left} more; all of them: {report or '--report FILE'}")
    for note in run.notes:
        click.echo(clean_line(note))
    if run.dry_run:
        click.echo("This was a dry run: nothing was kept.")
    elif run.stopped:
        click.echo("Stopped. What is told of above is kept; the same command goes on from there.")
