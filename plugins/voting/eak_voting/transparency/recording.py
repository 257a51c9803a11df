"""What enters the public log of a service: openings, receipts in groups, results.

While a ballot hides its results its receipts wait: they enter the log after the close, in an order
drawn at random, those of a large ballot by portions that are drawn from all that wait. A log that
grew with each vote would give each of them its minute, and the published file leads from the
receipt to the choices. A ballot whose results can be followed live publishes them by groups of
`LEAST` at least.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update

from eak_core.api import (
    Service,
    Session,
    SigningKey,
    publish,
    published_keys,
    read_log,
    signer,
    site_url,
)
from eak_core.transparency import checkpoint
from eak_voting.ballots.finding import is_followed
from eak_voting.events import BallotOpened, LogSigned
from eak_voting.manifest import plugin
from eak_voting.models import Ballot, Receipt
from eak_voting.transparency import log
from eak_voting.transparency.records import (
    ContinuesLeaf,
    KeyLeaf,
    Leaf,
    ReceiptLeaf,
    ReplacedLeaf,
    encode,
)

#: What the keys of the log are for, among those of the plugin.
PURPOSE = "log"
#: The smallest group of receipts that enters the log before the close.
LEAST = 10
#: How many receipts enter it in one transaction after the close: on SQLite whoever writes waits.
PORTION = 5_000
_draw = random.SystemRandom()


_receipts = cast("Table", Receipt.__table__)


def record(session: Session, service: Service, leaves: Sequence[Leaf]) -> range:
    """Append ``leaves`` to the public log of ``service`` and sign its head; their places."""
    if log.named(session, service.id) is None:
        log.begin(session, service.id, _next(session, service))
    named = log.named(session, service.id)  # of two who begin it at once, one does
    assert named is not None
    key = signer(session, plugin.name, PURPOSE, service.id, named.name)
    first = list(_of_the_log(session, service, named, key.verifier_key))
    places = log.append(session, service.id, [encode(leaf) for leaf in (*first, *leaves)])
    note = log.sign_head(session, service.id, key.seed)
    publish(session, _signed(service, named, note), service_id=service.id)
    return places[len(first) :]


def _of_the_log(
    session: Session, service: Service, named: log.Named, key: checkpoint.VerifierKey
) -> Iterator[Leaf]:
    """What the log has to say of itself before it goes on: how the one before ended, and that
    another key signs it now."""
    if log.size_to_grow(session, service.id) == 0:
        if named.before is not None:
            yield continuing(named.before)
        return
    last = log.signed_head(session, service.id)
    if last is not None and checkpoint.key_id_of(last) != key.key_id:
        yield KeyLeaf(before=checkpoint.key_id_of(last).hex(), key=str(key))


def log_of(session: Session, service: Service) -> log.Named:
    """Name, number and predecessor of the log of ``service``, or of the one that will begin."""
    return log.named(session, service.id) or _next(session, service)


def _next(session: Session, service: Service) -> log.Named:
    """A log that begins: with another number, and so with another name and key, than the one that a
    purge has ended, since two logs under one name would be a log that was rewritten."""
    name = f"{site_url().partition('://')[2]}/{service.slug}/votes"
    heads = read_log(session, service.id, types=[LogSigned], newest_first=True, limit=1)
    if heads:
        said = heads[0].data
        number = said.number + 1
        return log.Named(f"{name}/{number}", number, signed_note(said))
    # A log begins with the first ballot. That one was purged when signatures were not yet told.
    if read_log(session, service.id, types=[BallotOpened], limit=1):
        return log.Named(f"{name}/2", 2)
    return log.Named(name, 1)


def signed_note(said: LogSigned) -> str | None:
    """The signed head that ``said`` tells of, to the byte; None where its version did not tell the
    signature."""
    if said.log is None or said.signature is None:
        return None
    state = checkpoint.Checkpoint(said.log, said.size, bytes.fromhex(said.root))
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


def keys_of(session: Session, service: Service) -> Sequence[SigningKey]:
    """All keys that ever signed the logs of ``service``, the first one first."""
    return published_keys(session, plugin.name, PURPOSE, service.id)


def key_of(session: Session, service: Service, note: str | None) -> str:
    """The verifier key (C2SP signed note) of the signed head ``note``: what anyone needs to check
    it. Empty without a head, or where its key was lost before it was published."""
    if note is None:
        return ""
    keys = (each.verifier_key for each in keys_of(session, service))
    said, name = checkpoint.key_id_of(note), checkpoint.read_note(note).origin
    return next((str(key) for key in keys if (key.key_id, key.name) == (said, name)), "")


def entries_of(session: Session, ballot: Ballot) -> int:
    """How many entries of the log the receipts of a closed ``ballot`` make in all."""
    replaced = func.count().filter(Receipt.replaced)
    query = select(func.count() + replaced).where(Receipt.ballot_id == ballot.id)
    return session.scalar(query) or 0


def publish_receipts(
    session: Session, service: Service, ballot: Ballot, *, last: bool = False
) -> int:
    """Bring into the log the receipts that wait, and those that no longer count; how many wait
    still after that.

    The caller holds the row of ``ballot``, so that nobody votes meanwhile. Before the ``last``
    group nothing happens in a ballot that hides its results, and none where there are too few.
    After the close it is `PORTION` each time as long as so many are left, drawn from all of them:
    which come first says as little as their order.
    """
    if not last and not is_followed(ballot):
        return 0
    new = _waiting(session, ballot, Receipt.logged.is_(False))
    gone = _waiting(session, ballot, Receipt.replaced, Receipt.replacement_logged.is_(False))
    waiting = len(new) + len(gone)
    if not last and len(new) < LEAST:
        return waiting
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
    return waiting - len(leaves)


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
