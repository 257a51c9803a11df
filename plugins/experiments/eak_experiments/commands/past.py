"""``eak experiments import-csv``: what was tried elsewhere before, from somebody's list."""

import re
from datetime import date
from functools import partial
from typing import Annotated

import click
import msgspec
from flask import g

from eak_core.api import (
    Actor,
    Invalid,
    Service,
    Session,
    _l,
    clean_lines,
    current_session,
    folded,
    imports,
    require,
    subjects_of,
)
from eak_experiments.models import LINE
from eak_experiments.protocol import exchange
from eak_experiments.protocol.document import Protocol
from eak_experiments.protocol.exchange import ExperimentFile
from eak_experiments.replicating.importing import take_in
from eak_experiments.rules.measure_files import read_day

#: Of a text of a list, in characters.
LONGEST = 20_000


def lines(text: str) -> str:
    """A text of several lines. `Invalid` where it is longer than a page could show."""
    found = clean_lines(text)
    if len(found) > LONGEST:
        raise Invalid(_l("This text is too long."))
    return found


_YEAR = re.compile(r"20\d\d")


def day_or_year(text: str) -> date:
    """The day that ``text`` says; of a year alone, its last one. `Invalid` where it is neither."""
    if _YEAR.fullmatch(text):
        return date(int(text), 12, 31)
    day = read_day(text)
    if day is None:
        raise Invalid(_l("this is no day: write 2026-03-01 or 01/03/2026"))
    return day


class PastRow(msgspec.Struct):
    """A row of a list of experiments of elsewhere. ``number`` tells it apart in its file;
    ``themes`` are separated by ``|``."""

    number: str
    title: str
    challenge: Annotated[str, lines] = ""
    text: Annotated[str, lines] = ""
    carried_by: str = ""
    themes: str = ""
    place: str = ""
    programme: str = ""
    day: Annotated[date | None, day_or_year] = None
    url: str = ""


@click.command("import-csv")
@imports.import_options(PastRow)
def import_past(options: imports.ImportOptions) -> int:
    """Take in the experiments in FILE (CSV) as past ones of elsewhere, to search and to learn from.

    A row that was taken in before is left as it is. Two lists have their mapping in the folder
    ``mappings`` of the plugin.
    """
    session = current_session()
    require(g.actor, "experiments.decide", g.service)
    take = partial(take_row, session, g.actor, g.service, options.file.stem)
    with imports.importing(session, options) as run:
        imports.take_file(run, "experiments", options, PastRow, take)
    return run.exit_code


def take_row(session: Session, actor: Actor, service: Service, source: str, row: PastRow) -> bool:
    """Take one row in; False where it is here."""
    if len(row.title) > LINE:
        raise Invalid(_l("This row is not taken in."), {"title": _l("It is too long.")})
    named = {folded(each.name): each.code for each in subjects_of(session, service.id)}
    themes = [folded(each) for each in row.themes.split("|")]
    protocol = Protocol(
        subjects=tuple(sorted({named[each] for each in themes if each in named})),
        title=row.title,
        challenge=row.challenge,
        activities=row.text,
        sites=row.place,
        public=", ".join(filter(None, row.themes.split("|"))),
        beneficiaries=row.programme.replace("|", ", "),
    )
    record = ExperimentFile(
        format=exchange.FORMAT,
        schema=exchange.SCHEMA,
        id=f"{source}/{row.number}"[:LINE],
        url=row.url,
        site=row.carried_by or source,
        stage="fixed",
        protocol=protocol,
        closed_on=row.day,
    )
    return take_in(session, actor, service, record) is not None
