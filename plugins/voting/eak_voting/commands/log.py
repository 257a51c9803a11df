"""Commands about what was published: recounting a ballot anywhere, looking at the log here."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
from flask import g

from eak_core.api import current_session, past_events, standalone
from eak_core.transparency import merkle
from eak_voting.events import LogSigned
from eak_voting.publishing import published
from eak_voting.publishing.recount import Report
from eak_voting.publishing.recount import recount as recount_file
from eak_voting.transparency import log
from eak_voting.transparency.recording import continuing, key_of, keys_of, log_of, signed_note
from eak_voting.transparency.records import KeyLeaf, decode, encode
from eak_voting.transparency.succession import wrong_key

#: Exit codes, as everywhere in ``eak``: something is wrong, or nothing could be read.
WRONG = 1
UNREADABLE = 2

_json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document on standard output."
)


@standalone
@click.command("recount")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--key",
    metavar="KEY",
    help="The verifier key of the log, known from elsewhere; the one in FILE must be the same.",
)
@_json_option
def recount_command(file: Path, key: str | None, as_json: bool) -> int:
    """Count the ballot published in FILE again, and check everything in it.

    Needs no site, no database and no network. Exit code 0 where all holds, 1 where something does
    not or where no public log is in FILE, 2 where FILE cannot be read.
    """
    try:
        report = recount_file(published.read(_bytes(file)), key)
    except (OSError, published.FileError) as error:
        said = f"{file}: {error.strerror}" if isinstance(error, OSError) else f"{file}: {error}"
        click.echo(said, err=True)
        return UNREADABLE
    if as_json:
        _echo_json(_detail(report))
    else:
        click.echo(report.line)
    return 0 if report.confirmed else WRONG


@click.command("log")
@click.option("--verify", is_flag=True, help="Compute the root anew from every leaf.")
@_json_option
def log_command(verify: bool, as_json: bool) -> int:
    """The public log of a service: its size, root, signed head and verifier key."""
    session = current_session()
    found = log.head(session, g.service.id)
    document: dict[str, Any] = {
        "size": found.size,
        "root": found.root.hex(),
        "key": key_of(session, g.service, found.checkpoint),
        "signed_size": found.signed_size,
        "checkpoint": found.checkpoint,
    }
    if verify:
        faults = list(_faults(found.size, found.root))
        document["faults"] = faults
        document["verified"] = not faults
    if as_json:
        _echo_json(document)
    else:
        click.echo(f"leaves {found.size}\nroot {found.root.hex()}")
        if found.checkpoint is not None:
            click.echo(f"key {document['key']}\n\n{found.checkpoint}", nl=False)
        if verify:
            said = "this gives the root." if document["verified"] else "; ".join(document["faults"])
            click.echo(f"\nEvery leaf was hashed anew: {said}")
    return 0 if document.get("verified", True) else WRONG


def _faults(size: int, root: bytes) -> Iterator[str]:
    """What does not agree in the log, with itself or with what was signed of it."""
    session, service = current_session(), g.service
    if _computed(size) != root:
        yield "this does NOT give the root"
    named = log_of(session, service)
    keys = [each.verifier_key for each in keys_of(session, service)]
    changes = [
        (each.index, leaf)
        for each in log.leaves_of_kind(session, service.id, "log.key")
        if isinstance(leaf := decode(each.data), KeyLeaf)
    ]
    signed: dict[tuple[int, int], str] = {}
    for said in past_events(session, LogSigned, service.id):
        there = signed.setdefault((said.number, said.size), said.root)
        if there != said.root:
            yield f"two roots were signed for {said.size} entries of log {said.number}"
        if said.number != named.number:
            continue
        note = signed_note(said)
        fault = wrong_key(note, keys, changes) if note is not None else None
        if fault is not None:
            yield fault
        if said.size > size:
            yield f"{said.size} entries were signed, and {size} are there"
        elif log.root(session, service.id, said.size).hex() != said.root:
            yield f"the root that was signed for {said.size} entries is another one"
    if named.before is not None and size:
        first = log.leaves(session, service.id, 0, 1)
        if not first or first[0].data != encode(continuing(named.before)):
            yield "the first entry does not say how the log before ended"


def _computed(size: int) -> bytes:
    """The root of the first ``size`` leaves, from what they say and not from stored hashes."""
    session, portion = current_session(), 1_000
    hashes: list[bytes] = []
    while len(hashes) < size:
        leaves = log.leaves(session, g.service.id, len(hashes), min(portion, size - len(hashes)))
        if not leaves:
            break  # one is missing: the root will say so
        hashes += (merkle.leaf_hash(each.data) for each in leaves)
    return merkle.root_of(hashes)


def _bytes(file: Path) -> bytes:
    """What stands in ``file`` ("-": standard input), and not much more than is allowed."""
    if str(file) == "-":
        return sys.stdin.buffer.read(published.MOST_BYTES + 1)
    with file.open("rb") as opened:
        return opened.read(published.MOST_BYTES + 1)


def _detail(report: Report) -> dict[str, Any]:
    return {
        "confirmed": report.confirmed,
        "holds": report.holds,
        "line": report.line,
        "ballot": report.ballot,
        "title": report.title,
        "votes": report.papers,
        "logged": report.is_logged,
        "checks": [
            {"check": each.name, "passed": each.passed, "said": each.said} for each in report.checks
        ],
        "result": report.result,
    }


def _echo_json(document: Any) -> None:
    encoded = msgspec.json.format(msgspec.json.encode(document), indent=2)
    click.echo(encoded.decode())
