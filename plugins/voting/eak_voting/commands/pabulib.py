"""``eak voting import-pabulib`` and ``export-pabulib``: budgets as files that others read."""

from typing import TextIO

import click
from flask import g

from eak_core.api import Refused, current_session, imports
from eak_voting.ballots.finding import ballot_of
from eak_voting.commands.count import read_pabulib
from eak_voting.counting.result import count_at_once, counted
from eak_voting.counting.tally import read_box
from eak_voting.publishing import files as result_files
from eak_voting.publishing.importing import origin_of, take_over
from eak_voting.publishing.stored import file_of


@click.command("import-pabulib")
@imports.import_options(whole=True)
def import_pabulib(options: imports.ImportOptions) -> int:
    """Take over the participatory budget in FILE (Pabulib, .pb) as a counted ballot.

    The ballot says where it comes from and keeps its dates; nothing of it is mixed with votes that
    were cast here. Where FILE says which projects were selected, that is the result; the counts of
    this site stand beside it. The same file taken over twice is there once. What was read otherwise
    than it is written is told on standard error. Exit code 2 where FILE cannot be read; the line is
    named.
    """
    read = read_pabulib(options.file)
    session = current_session()
    with imports.importing(session, options, service=g.service.slug) as run:
        written = run.begin("votes", len(read.votes) + read.blank)
        done = take_over(session, g.actor, g.service, read, on_progress=written)
        ballot, origin = done.ballot.id, origin_of(read)
        what = f"{len(read.projects)} projects, {len(read.votes)} votes, {origin}"
        tally = run.tally("ballots")
        if not done.created:
            tally.unchanged = 1
            run.notes.append(f"Here already: ballot {ballot}, {origin}.")
        elif options.dry_run:
            box, seed = read_box(session, g.service, done.ballot), done.ballot.terms_hash or ""
            session.rollback()
            counted(box, seed)
            tally.created = 1
        else:
            run.settle()
            tally.created = 1
            count_at_once(session, g.service, ballot)
            run.notes.append(f"Ballot {ballot}: {what}; counted.")
    return run.exit_code


@click.command("export-pabulib")
@click.argument("ballot", type=click.IntRange(min=1))
@click.option(
    "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", metavar="FILE",
    help="Write there; standard output otherwise.",
)  # fmt: skip
def export_pabulib(ballot: int, output: TextIO) -> None:
    """Write the counted ballot BALLOT, a budget, as a Pabulib file (.pb).

    Voters are numbered in an order that tells nothing about them.
    """
    session = current_session()
    found = ballot_of(session, g.service, ballot)
    if found.method != "budget":
        raise Refused(f"Ballot {ballot} is not about a budget; only budgets are written so.")
    for line in result_files.pabulib(file_of(session, g.service, found)):
        output.write(line)
