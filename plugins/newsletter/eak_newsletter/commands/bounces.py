"""A mail that came back, from the pipe of a mail server."""

import sys

import click

from eak_core.api import acts_in_no_service, current_session
from eak_newsletter.bounces.taking import MOST_BYTES, take

_SAID = {
    "hard": "The mailbox refuses for good.",
    "soft": "The mailbox refuses for now.",
    "complaint": "The reader calls the letter unwanted.",
    "nothing": "It says nothing of a mailbox: left alone.",
    "unknown": "It is of no letter that was sent: left alone.",
}


@acts_in_no_service
@click.command("bounce")
def bounce() -> None:
    """Take in a mail that came back, from standard input.

    It ends with 0 whatever the mail is: a mail server that is told of a failure would return this
    mail in its turn, and two servers would write to each other for ever.
    """
    mail = sys.stdin.buffer.read(MOST_BYTES + 1)
    click.echo(_SAID[take(current_session(), mail)], err=True)
