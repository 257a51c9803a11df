"""``eak import <plugin>``: ideas of another platform, and the comments on them."""

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from functools import partial
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from eak_core.cli.contributed import contributed
from eak_core.cli.frame import state
from eak_core.cli.output import json_option, show_json
from eak_core.errors import Misconfigured
from eak_core.progress import progress_bars

if TYPE_CHECKING:
    from flask import Flask

    from eak_core.db import Session
    from eak_core.ideas.imports.taking_over import RefusedLine, TakingOver
    from eak_core.plugins.hooks.importers import Importer

_OF_COMMENTS = ("comments", "same_site")

#: How many refused rows are shown on the screen; the report has all of them.
SHOWN = 20

_file = click.Path(exists=False, dir_okay=False, path_type=Path)


class Importers(click.Group):
    """A command for each installed plugin that brings an importer, by the plugin's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the plugins."""
        return list(contributed("importer"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of the plugin of this name."""
        importer = contributed("importer").get(cmd_name)
        return None if importer is None else _command(cmd_name, importer)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """What ``args`` begin with; refused where nothing reads the exports of that platform."""
        if not ctx.resilient_parsing and args[0] not in contributed("importer"):
            ctx.fail(f"No plugin that is installed imports from “{args[0]}”.")
        return super().resolve_command(ctx, args)


group = Importers(
    "import",
    help="Bring over ideas from other platforms, each read by the plugin of its name.",
)


def _command(source: str, importer: "Importer") -> click.Command:
    command = copy(take_over)
    command.name = source
    command.help = f"{importer.help}\n\n{cleandoc(take_over.help or '')}"
    command.callback = partial(_take_over, source, importer)
    if importer.comment is None:
        command.params = [each for each in command.params if each.name not in _OF_COMMENTS]
    return command


@click.command()
@click.argument("file", type=_file)
@click.option("--service", "slug", required=True, metavar="SLUG", help="Where the ideas go.")
@click.option("--comments", type=_file, metavar="FILE", help="The export of the comments.")
@click.option("--report", type=_file, metavar="FILE", help="Write every refused row there (CSV).")
@click.option(
    "--same-site",
    is_flag=True,
    help="The addresses in the comments name another site, and it is the same one (it has moved).",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Do everything, then undo it. On SQLite nobody else can write meanwhile.",
)
@json_option
def take_over(**_options: Any) -> None:
    """What was taken over before is left as it is, so the same command can be repeated, and goes on
    where it was stopped (Ctrl-C). Dates, addresses and figures of origin are kept. Rows that
    cannot be taken over are listed with their line; the others are.
    """


def _take_over(
    source: str,
    importer: "Importer",
    file: Path,
    slug: str,
    report: Path | None,
    dry_run: bool,
    as_json: bool,
    comments: Path | None = None,
    same_site: bool = False,
) -> int:
    from eak_core.cli.chosen import chosen_place
    from eak_core.db import read_session
    from eak_core.ideas.imports.taking_over import TakingOver

    with ExitStack() as stack:
        app = stack.enter_context(state().application())
        open_slice = stack.enter_context(_slices(app, dry_run))
        with read_session(app) as session:
            place = chosen_place(session, slug)
        run = TakingOver(
            source, importer, place.service, place.active_plugins, open_slice, same_site
        )
        run.on_refused = stack.enter_context(_reporting(report))
        stopped = _take(run, file, comments)
    if as_json:
        told = {"ideas": run.ideas, "comments": run.comments, "refused": run.refused}
        show_json({"service": slug, "dry_run": dry_run, "stopped": stopped, **told})
    else:
        _tell(run, report)
        _tell_end(dry_run=dry_run, stopped=stopped)
    return 1 if stopped else 0


@contextmanager
def _slices(app: "Flask", dry_run: bool) -> Iterator[Callable[[], Any]]:
    """How a slice is opened: each a transaction of its own, or all in one that is undone."""
    from eak_core.db import new_session, write_session

    if not dry_run:
        yield lambda: write_session(app)
        return
    session = new_session()
    session.writes = True

    @contextmanager
    def same() -> "Iterator[Session]":
        yield session
        session.flush()

    with session:
        try:
            yield same
        finally:
            session.rollback()


def _take(run: "TakingOver", file: Path, comments: Path | None) -> bool:
    """Take over both files; whether it was stopped before their end."""
    from eak_core.ideas.imports.rows import CSVFile
    from eak_core.permissions import Actor

    actor = Actor.system()
    with ExitStack() as stack:
        # Both are looked at before anything is written.
        ideas = stack.enter_context(CSVFile(file, run.importer.idea_columns))
        commented = None
        if comments is not None:
            commented = stack.enter_context(CSVFile(comments, run.importer.comment_columns))
        if commented is not None:
            with run.open_slice() as session:
                run.require_takers(session)
        begin = stack.enter_context(progress_bars())
        try:
            run.on_progress = begin("ideas", ideas.size)
            run.take_ideas(actor, ideas)
            if commented is not None:
                run.on_progress = begin("comments", commented.size)
                run.take_comments(actor, commented)
        except KeyboardInterrupt:
            return True
    return False


@contextmanager
def _reporting(path: Path | None) -> "Iterator[Callable[[RefusedLine], object]]":
    """Write refused rows as they come, so that the report is true even of a run that is killed."""
    from eak_core.web.open_data.cells import csv_cell

    if path is None:
        yield lambda line: None
        return
    try:
        stream: TextIO = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Misconfigured(f"The report cannot be written: {path}: {error.strerror}.") from None
    with stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(["file", "line", "reason"])

        def note(line: "RefusedLine") -> None:
            writer.writerow([csv_cell(line.file), line.line, csv_cell(line.reason)])
            stream.flush()

        yield note


def _tell(run: "TakingOver", report: Path | None) -> None:
    for name, tally in (("ideas", run.ideas), ("comments", run.comments)):
        click.echo(
            f"{name:<10} {tally.created} taken over, {tally.unchanged} here already,"
            f" {tally.refused} refused"
        )
    for line in run.refused[:SHOWN]:
        click.echo(f"  {line.file}, line {line.line}: {line.reason}")
    if len(run.refused) > SHOWN:
        where = report or "--report FILE"
        click.echo(f"  … and {len(run.refused) - SHOWN} more; all of them: {where}")
    if run.missing_sites and run.sites:
        click.echo(
            f"The comments are about ideas of {', '.join(sorted(run.missing_sites))}; these"
            f" ideas come from {', '.join(sorted(run.sites))}. If that is the same site under"
            " another name, add --same-site."
        )


def _tell_end(*, dry_run: bool, stopped: bool) -> None:
    from eak_core.ideas.imports.taking_over import SLICE

    if dry_run:
        click.echo("This was a dry run: nothing was kept.")
    elif stopped:
        click.echo(
            f"Stopped. What was taken over is kept, up to the last {SLICE} rows; the same command"
            " goes on from there."
        )
