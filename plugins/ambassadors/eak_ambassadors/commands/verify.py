"""``eak ambassadors verify``: whether a file is a badge, with the issuer's document beside it."""

import sys
from pathlib import Path

import click
from sqlalchemy import select

from eak_ambassadors.badges.faults import Fault
from eak_ambassadors.badges.issuers import Issuer, read_issuer
from eak_ambassadors.badges.verifying import MOST_PICTURE, issuer_named, verify
from eak_ambassadors.recognition import signing
from eak_core.api import Service, clock, open_site, standalone

#: The file is a badge, is none, or could not be read.
VALID, INVALID, UNREADABLE = 0, 1, 2
#: How large an issuer's document is at most: many keys, and many lists.
_MOST_ISSUER = 5_000_000


@standalone
@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--issuer",
    "issuer_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The issuer's document, as “eak ambassadors issuer” writes it. Without it, the services"
    " of the site are asked.",
)
def verify_command(file: Path, issuer_file: Path | None) -> int:
    """Verify the badge in FILE: a PNG, an SVG, a token or JSON.

    With --issuer it needs no site, no database and no network. Exit code 0 where the badge is
    valid, 1 where it is not, with the reason, 2 where a file cannot be read.
    """
    try:
        data = _read(file, MOST_PICTURE)
        issuer = None if issuer_file is None else read_issuer(_read(issuer_file, _MOST_ISSUER))
    except OSError as error:
        click.echo(f"{error.filename}: {error.strerror}", err=True)
        return UNREADABLE
    except Fault as fault:
        click.echo(f"{issuer_file}: {fault.reason}: {fault}", err=True)
        return UNREADABLE
    try:
        found = verify(data, issuer or _issuer_here(data), clock.now())
    except Fault as fault:
        click.echo(f"not valid: {fault.reason}: {fault}")
        return INVALID
    said = found.credential
    click.echo(f"valid: {said['name']}, of {said['issuer']['name']} ({said['issuer']['id']})")
    click.echo(f"{found.badge_id}, from {said['validFrom']} until {said['validUntil']}")
    return VALID


def _issuer_here(data: bytes) -> Issuer:
    """The service of this site that the badge in ``data`` names. `Fault` where there is none."""
    named = issuer_named(data)
    with open_site() as session:
        for service in session.scalars(select(Service).order_by(Service.id)):
            if signing.did(service) == named:
                return signing.issuer(session, service)
    raise Fault("other-issuer", named[:120])


def _read(file: Path, most: int) -> bytes:
    """What stands in ``file`` ("-": standard input), and not much more than is allowed."""
    if str(file) == "-":
        return sys.stdin.buffer.read(most + 1)
    with file.open("rb") as opened:
        return opened.read(most + 1)
