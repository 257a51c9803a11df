"""Lists of readers, taken in and given out."""

import csv
import re
import sys
from collections.abc import Sequence
from functools import partial
from typing import Annotated

import click
import msgspec
from flask import g
from sqlalchemy import select

from eak_core.api import (
    Actor,
    EakError,
    Invalid,
    Service,
    Session,
    _l,
    acts_in_no_service,
    csv_cell,
    current_session,
    folded,
    imports,
    normal_address,
    require,
    subjects_of,
)
from eak_newsletter.models import Subscriber
from eak_newsletter.readers import leaving, subscribing
from eak_newsletter.readers.importing import Listed, take_in_all

_RHYTHMS = {
    "": "issue",
    "issue": "issue",
    "lettre": "issue",
    "chaque lettre": "issue",
    "weekly": "weekly",
    "semaine": "weekly",
    "hebdomadaire": "weekly",
    "monthly": "monthly",
    "mois": "monthly",
    "mensuel": "monthly",
}
_PORTION = 1_000


def address_of(text: str) -> str:
    """An address in its one form. `Invalid` where it is none."""
    try:
        return normal_address(text)
    except ValueError:
        raise Invalid(_l("This is no e-mail address.")) from None


def rhythm_of(text: str) -> str:
    """A rhythm, by its name or its French one. `Invalid` for another word."""
    found = _RHYTHMS.get(folded(text))
    if found is None:
        raise Invalid(_l("The rhythm is “issue”, “weekly” or “monthly”."))
    return found


class SubscriberRow(msgspec.Struct):
    """A row of a list of readers. ``subjects`` are names or codes, parted by “|” or “;”."""

    address: Annotated[str, address_of]
    subjects: str = ""
    rhythm: Annotated[str, rhythm_of] = "issue"


@click.command("import-subscribers")
@click.option("--proof", required=True, help="Where and when these people agreed.")
@imports.import_options(SubscriberRow)
def import_subscribers(options: imports.ImportOptions, proof: str) -> int:
    """Take in the readers in FILE (CSV: address,subjects,rhythm), who have agreed already.

    What --proof says is kept with each of them. Who has left is not taken in again: ask them.
    """
    session = current_session()
    require(g.actor, "newsletter.edit", g.service)
    if not proof.strip():
        raise click.UsageError("--proof says where and when these people agreed.")
    codes = {}
    for each in subjects_of(session, g.service.id):
        codes[folded(each.code)] = codes[folded(each.name)] = each.code
    take = partial(_take, session, g.actor, g.service, codes, proof.strip()[:2_000])
    with imports.importing(session, options) as run:
        imports.take_file_together(run, "subscribers", options, SubscriberRow, take)
    return run.exit_code


def _take(
    session: Session,
    actor: Actor,
    service: Service,
    codes: dict[str, str],
    proof: str,
    rows: Sequence[SubscriberRow],
) -> list[bool | EakError]:
    wished = [_wishes(codes, row) for row in rows]
    listed = [
        Listed(row.address, wishes)
        for row, wishes in zip(rows, wished, strict=True)
        if isinstance(wishes, subscribing.Wishes)
    ]
    taken = iter(take_in_all(session, actor, service, listed, proof))
    return [each if isinstance(each, EakError) else next(taken) for each in wished]


def _wishes(codes: dict[str, str], row: SubscriberRow) -> subscribing.Wishes | Invalid:
    names = [each.strip() for each in re.split(r"[|;]", row.subjects) if each.strip()]
    unknown = [each for each in names if folded(each) not in codes]
    if unknown:
        message = _l("“%(name)s” is no subject of this service.", name=unknown[0][:80])
        return Invalid(_l("Nothing was taken in."), {"subjects": message})
    return subscribing.Wishes(row.rhythm or "issue", [codes[folded(each)] for each in names])


@click.command("export-subscribers")
def export_subscribers() -> None:
    """The readers of a service as CSV: address, subjects, rhythm, where they stand, since when."""
    session = current_session()
    require(g.actor, "newsletter.edit", g.service)
    last = 0
    out = csv.writer(sys.stdout)
    out.writerow(("address", "subjects", "rhythm", "standing", "since"))
    while True:
        query = select(Subscriber).where(Subscriber.service_id == g.service.id)
        rows = session.scalars(
            query.where(Subscriber.id > last).order_by(Subscriber.id).limit(_PORTION)
        ).all()
        if not rows:
            return
        for each in rows:
            wishes = subscribing.wishes_of(session, each)
            subjects, since = "|".join(wishes.subjects), each.created_at.isoformat()
            cells = (each.address, subjects, each.rhythm, each.standing, since)
            out.writerow(map(csv_cell, cells))
        last = rows[-1].id
        session.expunge_all()


@acts_in_no_service
@click.command("erase-subscriber")
def erase_subscriber() -> None:
    """Forget the address on standard input, in all services: whoever it is has asked for it.

    It is read from there because what stands in a command line is kept by shells.
    """
    address = address_of(sys.stdin.readline().strip())
    found = leaving.erase_address(current_session(), address)
    click.echo(f"Erased from {found} list(s).", err=True)
