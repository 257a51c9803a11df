"""``eak matchmaking match``: solving a file of preferences, without a site, as JSON."""

from typing import BinaryIO

import click
import msgspec

from eak_core.api import standalone
from eak_matchmaking.rounds.deferred_acceptance import deferred_acceptance
from eak_matchmaking.rounds.documents import MOST_BYTES, DocumentError, answer, read


class Unreadable(click.ClickException):
    """A file that cannot be matched."""

    exit_code = 2


@standalone
@click.command("match")
@click.argument("file", type=click.File("rb"))
def match(file: BinaryIO) -> None:
    """Match the proposers of FILE with its receivers, by deferred acceptance.

    FILE ("-": standard input) is JSON: {"proposers": {name: [receiver, …]}, "receivers": {name:
    {"capacity": n, "ranks": [proposer, …]}}}, each list from the best liked on. Only pairs of
    which each names the other can be matched. The answer is JSON: "matching" gives each proposer
    its receiver, or null; "unmatched" are those without; "blocking_pairs", none of them, are the
    pairs who would both rather have each other. Exit code 2 where FILE cannot be read; the place is
    named.
    """
    try:
        instance = read(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise Unreadable(f"{click.format_filename(file.name)}: {error.strerror}.") from error
    except DocumentError as error:
        raise Unreadable(f"{click.format_filename(file.name)}: {error}") from error
    document = answer(instance, deferred_acceptance(instance))
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
