"""``eak ambassadors keys``: the key that signs badges."""

import click
from flask import g

from eak_ambassadors.recognition import resigning
from eak_core.api import current_session


@click.group("keys")
def keys_command() -> None:
    """The keys that sign badges."""


@keys_command.command("rotate")
def rotate() -> None:
    """Let another key sign from now on. What was signed so far stays valid.

    What a key has signed that was revoked (“eak keys revoke”) is signed anew, and so is what names
    a former address of the site.
    """
    made, again = resigning.rotate(current_session(), g.service)
    click.echo(f"The key {made.kid} signs from now on.")
    if again:
        why = "a key was revoked, or the site has another address"
        click.echo(f"{again} badge(s) were signed anew: {why}.")
    click.echo(f"Keep a copy of “secrets/{made.file}”.")
