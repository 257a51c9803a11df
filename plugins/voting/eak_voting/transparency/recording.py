"""What enters the public log of a service: openings, receipts in groups, results.

While a ballot hides its results its receipts wait: they enter the log after the close, in an order
drawn at random, those of a large ballot by portions that are drawn from all that wait. A log that
grew with each vote would give each of them its minute, and the published file leads from the
receipt to the choices. A ballot whose results can be followed live publishes them by groups of
`LEAST` at least.
"""

import random
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update

from eak_core.api import (
    Service,
    Session,
    plugin_secret,
    publish,
    read_log,
    site_url,
)
from eak_core.transparency import checkpoint
from eak_voting.ballots.finding import is_followed
from eak_voting.events import BallotOpened, LogSigned
from eak_voting.manifest import plugin
from eak_voting.models import Ballot, Receipt
from eak_voting.transparency import log
from eak_voting.transparency.records import ContinuesLeaf, Leaf, ReceiptLeaf, ReplacedLeaf, encode

#: The smallest group of receipts that enters the log before the close.
LEAST = 10
#: How many receipts enter it in one transaction after the close: on SQLite whoever writes waits.
PORTION = 5_000
_draw = random.SystemRandom()


_receipts = cast("Table", Receipt.__table__)


def record(session: Session, service: Service, leaves: Sequence[Leaf]) -> range:
    """Append ``leaves`` to the public log of ``service`` and sign its head; their places."""
    named = log.named(session, service.id)
    if named is None:
        log.begin(session, service.id, _next(session, service))
        named = log.named(session, service.id)  # of two who begin it at once, one does
        assert named is not None
        if named.before and log.size_to_grow(session, service.id) == 0:
            log.append(session, service.id, [encode(continuing(named.before))])
    places = log.append(session, service.id, [encode(leaf) for leaf in leaves])
    note = log.sign_head(session, service.id, signing_key(named.number))
    publish(session, _signed(service, named, note), service_id=service.id)
    return places


def log_of(session: Session, service: Service) -> log.Named:
    """Name, number and predecessor of the log of ``service``, or of the one that will begin."""
    return log.named(session, service.id) or _next(session, service)


def end_of_log_before(session: Session, service: Service) -> str | None:
    """The last signed head of the log before a purge, to the byte; None where nothing tells of
    one."""
    named = log_of(session, service)
    if named.before is None or "\n\n" in named.before:
        return named.before
    # Kept by a migration, which has no keys.
    state = checkpoint.read_checkpoint(named.before)
    return checkpoint.sign(state, signing_key(named.number - 1))


def _next(session: Session, service: Service) -> log.Named:
    """A log that begins: with another number, and so with another name and key, than the one that a
    purge has ended, since two logs under one name would be a log that was rewritten."""
    name = f"{site_url().partition('://')[2]}/{service.slug}/votes"
    heads = read_log(session, service.id, types=[LogSigned], newest_first=True, limit=1)
    if heads:
        said = heads[0].data
        number = said.number + 1
        return log.Named(f"{name}/{number}", number, _end(said, name))
    # A log begins with the first ballot. That one was purged when signatures were not yet told.
    if read_log(session, service.id, types=[BallotOpened], limit=1):
        return log.Named(f"{name}/2", 2)
    return log.Named(name, 1)


def _end(said: LogSigned, name: str) -> str:
    """The signed head that ``said`` tells of, to the byte. Where the name was not told, it is
    today's: ``name`` for the first log."""
    told = said.log or (name if said.number == 1 else f"{name}/{said.number}")
    state = checkpoint.Checkpoint(told, said.size, bytes.fromhex(said.root))
    if said.signature is None:
        return checkpoint.sign(state, signing_key(said.number))
    return checkpoint.with_signature(state, said.signature)


def _signed(service: Service, named: log.Named, note: str) -> LogSigned:
    head = checkpoint.read_note(note)
    return LogSigned(
        service_id=service.id,
        number=named.number,
        size=head.size,
        root=head.root.hex(),
        log=head.origin,
        signature=checkpoint.signature_of(note),
    )


def continuing(before: str) -> ContinuesLeaf:
    """The first entry of a log that follows one whose last signed head is ``before``."""
    end = checkpoint.read_note(before)
    key_id = checkpoint.key_id_of(before)
    return ContinuesLeaf(log=end.origin, size=end.size, root=end.root.hex(), key=key_id.hex())


def signing_key(number: int) -> bytes:
    """The seed of the Ed25519 key that signs the ``number``-th logs of this site."""
    return plugin_secret(plugin.name, "log-key" if number == 1 else f"log-key-{number}")


def current_key(session: Session, service: Service) -> str:
    """What anyone needs to check the signatures of the log that ``service`` has now: its verifier
    key (C2SP signed note)."""
    named = log_of(session, service)
    return str(checkpoint.verifier_key(named.name, signing_key(named.number)))


def publish_receipts(
    session: Session, service: Service, ballot: Ballot, *, last: bool = False
) -> int:
    """Bring into the log the receipts that wait, and those that no longer count; how many.

    The caller holds the row of ``ballot``, so that nobody votes meanwhile. Before the ``last``
    group nothing happens in a ballot that hides its results, and none where there are too few.
    After the close it is `PORTION` each time as long as so many are left, drawn from all of them:
    which come first says as little as their order.
    """
    if not last and not is_followed(ballot):
        return 0
    new = _waiting(session, ballot, Receipt.logged.is_(False))
    gone = _waiting(session, ballot, Receipt.replaced, Receipt.replacement_logged.is_(False))
    if not last and len(new) < LEAST:
        return 0
    if last:
        new = new[:PORTION]
        gone = gone[: PORTION - len(new)]
    leaves: list[Leaf] = [
        *(ReceiptLeaf(ballot=ballot.id, receipt=each) for each in new),
        *(ReplacedLeaf(ballot=ballot.id, receipt=each) for each in gone),
    ]
    if leaves:
        # What was cast and replaced in one group is listed first, and revoked after.
        places = record(session, service, leaves)
        _note_places(session, ballot, new, places.start)
        _note_replaced(session, ballot, gone)
    return len(leaves)


def _waiting(session: Session, ballot: Ballot, *conditions: Any) -> list[str]:
    query = select(Receipt.receipt).where(Receipt.ballot_id == ballot.id, *conditions)
    found = list(session.scalars(query))
    _draw.shuffle(found)
    return found


def _note_places(session: Session, ballot: Ballot, receipts: list[str], first: int) -> None:
    if receipts:
        session.connection().execute(
            update(_receipts)
            .where(_receipts.c.ballot_id == ballot.id, _receipts.c.receipt == bindparam("which"))
            .values(logged=True, leaf_index=bindparam("place")),
            [
                {"which": receipt, "place": place}
                for place, receipt in enumerate(receipts, start=first)
            ],
        )


def _note_replaced(session: Session, ballot: Ballot, receipts: list[str]) -> None:
    if receipts:
        session.connection().execute(
            update(_receipts)
            .where(_receipts.c.ballot_id == ballot.id, _receipts.c.receipt == bindparam("which"))
            .values(replacement_logged=True),
            [{"which": receipt} for receipt in receipts],
        )
