"""``eak ambassadors issuer``, ``badge`` and ``list``: what a service has issued, as files."""

from pathlib import Path
from uuid import UUID

import click
import msgspec
from flask import g
from sqlalchemy import Select, select

from eak_ambassadors.models import Ambassador, Badge
from eak_ambassadors.recognition import files, signing
from eak_core.api import Gone, NotFound, Session, clock, current_session, person_names

_output = click.option(
    "--output",
    "output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="The file to write.",
)


@click.command("issuer")
@_output
def issuer_command(output: Path) -> None:
    """Write the document of the service as an issuer, to verify its badges without a network."""
    document = signing.whole_document(current_session(), g.service)
    output.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")


@click.command("badge")
@click.argument("number", metavar="ID")
@click.option("--format", "ending", type=click.Choice(files.ENDINGS), required=True)
@_output
def badge_command(number: str, ending: str, output: Path) -> None:
    """Write the badge ID, which is its own name or the number of its ambassador, into a file."""
    session = current_session()
    badge = session.scalar(_named(number).where(Badge.service_id == g.service.id))
    if badge is None:
        raise NotFound(f"There is no badge “{number}” in the service “{g.service.slug}”.")
    if badge.revoked_at is not None:
        raise Gone("This badge was revoked.")
    made = files.file_of(session, g.service, badge, ending)
    assert made is not None
    output.write_bytes(made[0])


def _named(number: str) -> Select[Badge]:
    if number.isascii() and number.isdecimal() and len(number) < 10:
        latest = select(Badge).where(Badge.ambassador_id == int(number))
        return latest.order_by(Badge.until.desc(), Badge.issued_at.desc()).limit(1)
    try:
        return select(Badge).where(Badge.id == str(UUID(number)))
    except ValueError:
        raise NotFound(f"“{number}” is neither a badge nor the number of an ambassador.") from None


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_command(as_json: bool) -> None:
    """The ambassadors of a service, in the order in which they were recognised.

    Names are those that the page of ambassadors shows, and no others.
    """
    session = current_session()
    rows = _listed(session)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
        return
    for row in rows:
        click.echo("  ".join(str(each) for each in row.values()))


def _listed(session: Session) -> list[dict[str, object]]:
    found = session.scalars(
        select(Ambassador).where(Ambassador.service_id == g.service.id).order_by(Ambassador.id)
    ).all()
    shown = [each for each in found if each.shown and _state(each) == "current"]
    names = person_names(session, [each.person_id for each in shown if each.person_id])
    rows: list[dict[str, object]] = []
    for each in found:
        row = {
            "id": each.id,
            "state": _state(each),
            "service": g.service.slug,
            "since": each.since.isoformat(timespec="seconds"),
        }
        name = names.get(each.person_id or 0) if each in shown else None
        rows.append({**row, "name": name} if name else row)
    return rows


def _state(ambassador: Ambassador) -> str:
    if ambassador.ended_as is not None:
        return ambassador.ended_as
    return "current" if ambassador.until > clock.now() else "expired"
