"""``eak keys``: the keys that the site signs with."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from eak_core.cli.chosen import chosen_service
from eak_core.cli.frame import state
from eak_core.cli.output import json_option, show

if TYPE_CHECKING:
    from eak_core.keys.models import SigningKey

_COLUMNS = ("service", "plugin", "purpose", "signs_as", "key", "since", "until", "revoked_since")


@click.group("keys")
def group() -> None:
    """The keys that the site signs with: list, change and revoke them."""


@group.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Every key that was ever signed with, also those of internal services."""
    from sqlalchemy import select

    from eak_core.db import read_session
    from eak_core.keys.models import SigningKey
    from eak_core.services.models import Service

    with state().application() as app, read_session(app) as session:
        slugs = {each.id: each.slug for each in session.execute(select(Service.id, Service.slug))}
        keys = session.scalars(
            select(SigningKey).order_by(
                SigningKey.service_id, SigningKey.plugin, SigningKey.purpose, SigningKey.number
            )
        )
        rows = [{"service": slugs.get(key.service_id), **_row(key)} for key in keys]
    show(rows, _COLUMNS, as_json=as_json, empty="Nothing was ever signed here.")


def _row(key: "SigningKey") -> dict[str, object]:
    def said(at: datetime | None) -> str | None:
        return at.isoformat(timespec="seconds") if at is not None else None

    return {
        "plugin": key.plugin,
        "purpose": key.purpose,
        "number": key.number,
        "signs_as": key.name,
        "key": key.kid,
        "verifier_key": str(key.verifier_key),
        "since": said(key.since),
        "until": said(key.until),
        "revoked_since": said(key.revoked_since),
        "reason": key.reason,
        "file": key.file,
    }


@group.command()
@click.argument("plugin")
@click.argument("purpose")
@click.option("--service", "slug", metavar="SLUG", help="The service; without it, the site.")
def rotate(plugin: str, purpose: str, slug: str | None) -> None:
    """Let another key sign what PLUGIN signs for PURPOSE, from now on.

    What was signed so far stays valid and can be verified for ever. What the old key was made from
    is deleted from this machine. Also where it was lost.
    """
    from eak_core.db import write_session
    from eak_core.events import SITE
    from eak_core.keys.signing import Ring
    from eak_core.keys.signing import rotate as rotate_key

    with state().application() as app, write_session(app) as session:
        service_id = SITE if slug is None else chosen_service(session, slug).id
        made = rotate_key(session, Ring(service_id, plugin, purpose))
        known = "" if made.introduction else " The one before could not sign for it."
        said = f"The key {made.kid} signs from now on.{known}\n{made.verifier_key}"
    click.echo(f"{said}\nKeep a copy of “secrets/{made.file}”.")


@group.command()
@click.argument("key")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    required=True,
    help="From when on signatures prove nothing, in UTC.",
)
@click.option("--reason", required=True, help="Why, for everybody to read.")
def revoke(key: str, since: datetime, reason: str) -> None:
    """Say that KEY (as in the list) was in other hands. The next signature makes another one.

    What it signed is checked as before, and everybody is told from when on that proves nothing.
    """
    from eak_core.db import write_session
    from eak_core.keys.ending import revoke as revoke_key

    with state().application() as app, write_session(app) as session:
        places = revoke_key(session, key, since.replace(tzinfo=UTC), reason)
        count = len(places)
    click.echo(f"The key {key} is revoked in {count} place(s), and signs no more.")
