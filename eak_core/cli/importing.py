"""``eak import decidim``: the proposals of a Decidim site, and the comments on them."""

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from eak_core.cli.frame import state
from eak_core.cli.output import json_option, show_json
from eak_core.errors import Misconfigured

if TYPE_CHECKING:
    from flask import Flask

    from eak_core.db import Session
    from eak_core.ideas.imports.taking_over import RefusedLine, TakingOver

#: How many refused rows are shown on the screen; the report has all of them.
SHOWN = 20

_file = click.Path(exists=False, dir_okay=False, path_type=Path)


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
def decidim(
    file: Path,
    slug: str,
    comments: Path | None,
    report: Path | None,
    same_site: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Take over the proposals in FILE, the CSV export of a Decidim site.

    What was taken over before is left as it is, so the same command can be repeated, and goes on
    where it was stopped (Ctrl-C). Dates, addresses and figures of origin are kept. Rows that
    cannot be taken over are listed with their line; the others are.
    """
    refused: list[RefusedLine] = []

    with ExitStack() as stack:
        app = stack.enter_context(state().application())
        open_slice = stack.enter_context(_slices(app, dry_run))
        run = _run(app, slug, open_slice, same_site=same_site)
        note = stack.enter_context(_reporting(report))

        def leave_out(line: "RefusedLine") -> None:
            refused.append(line)
            note(line)

        run.on_refused = leave_out
        stopped = _take(run, file, comments, open_slice)
    summary = _summary(slug, run, refused, dry_run=dry_run, stopped=stopped)
    if as_json:
        show_json(summary)
    else:
        _tell(run, refused, dry_run=dry_run, stopped=stopped, report=report)
    return 1 if stopped else 0


def _run(
    app: "Flask", slug: str, open_slice: Callable[[], Any], *, same_site: bool
) -> "TakingOver":
    from eak_core.cli.chosen import chosen_place
    from eak_core.db import read_session
    from eak_core.ideas.imports.taking_over import TakingOver

    with read_session(app) as session:
        place = chosen_place(session, slug)
    return TakingOver(place.service, place.active_plugins, open_slice, same_site)


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


def _take(
    run: "TakingOver", file: Path, comments: Path | None, open_slice: Callable[[], Any]
) -> bool:
    """Take over both files; whether it was stopped before their end."""
    from eak_core.ideas.imports.taking_over import comments_file, proposals_file
    from eak_core.permissions import Actor

    actor = Actor.system()
    with ExitStack() as stack:
        # Both are looked at before anything is written.
        proposals = stack.enter_context(proposals_file(file))
        commented = stack.enter_context(comments_file(comments)) if comments else None
        if commented is not None:
            with open_slice() as session:
                run.require_takers(session)
        progress = stack.enter_context(_progress())
        try:
            run.on_progress = progress("ideas", proposals.size)
            run.take_ideas(actor, proposals)
            if commented is not None:
                run.on_progress = progress("comments", commented.size)
                run.take_comments(actor, commented)
        except KeyboardInterrupt:
            return True
    return False


@contextmanager
def _progress() -> Iterator[Callable[[str, int], Callable[[int], None]]]:
    """A bar per file on standard error, where somebody watches it."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = TextColumn("{task.description:<10}"), BarColumn(), TaskProgressColumn()
    with Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    ) as bars:

        def begin(name: str, size: int) -> Callable[[int], None]:
            bar = bars.add_task(name, total=max(size, 1))
            return lambda position: bars.update(bar, completed=position)

        yield begin


@contextmanager
def _reporting(path: Path | None) -> "Iterator[Callable[[RefusedLine], object]]":
    """Write refused rows as they come, so that the report is true even of a run that is killed."""
    from eak_core.web.csv_cells import csv_cell

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


def _summary(
    slug: str, run: "TakingOver", refused: "list[RefusedLine]", *, dry_run: bool, stopped: bool
) -> dict[str, Any]:
    return {
        "service": slug,
        "dry_run": dry_run,
        "stopped": stopped,
        "ideas": run.ideas,
        "comments": run.comments,
        "refused": refused,
    }


def _tell(
    run: "TakingOver",
    refused: "list[RefusedLine]",
    *,
    dry_run: bool,
    stopped: bool,
    report: Path | None,
) -> None:
    from eak_core.ideas.imports.taking_over import SLICE

    for name, tally in (("ideas", run.ideas), ("comments", run.comments)):
        click.echo(
            f"{name:<10} {tally.created} taken over, {tally.unchanged} here already,"
            f" {tally.refused} refused"
        )
    for line in refused[:SHOWN]:
        click.echo(f"  {line.file}, line {line.line}: {line.reason}")
    if len(refused) > SHOWN:
        where = report or "--report FILE"
        click.echo(f"  … and {len(refused) - SHOWN} more; all of them: {where}")
    if run.missing_sites and run.sites:
        click.echo(
            f"The comments are about proposals of {', '.join(sorted(run.missing_sites))}; these"
            f" proposals come from {', '.join(sorted(run.sites))}. If that is the same site under"
            " another name, add --same-site."
        )
    if dry_run:
        click.echo("This was a dry run: nothing was kept.")
    elif stopped:
        click.echo(
            f"Stopped. What was taken over is kept, up to the last {SLICE} rows; the same command"
            " goes on from there."
        )


group = click.Group("import", help="Bring over ideas from other platforms.")
group.add_command(decidim)
