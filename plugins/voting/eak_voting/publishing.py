"""What enters the public log of a service: openings, receipts in groups, results.

While a ballot hides its results its receipts wait: they enter the log with the close, all at once,
in an order drawn at random. A log that grew with each vote would give each of them its minute, and
the published file leads from the receipt to the choices. A ballot whose results can be followed
live publishes them by groups of `LEAST` at least.
"""

import random
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update

from eak_core.api import (
    Service,
    Session,
    last_before_purge,
    plugin_secret,
    publish,
    purge_mark,
    site_url,
)
from eak_voting.ballots import settings_of
from eak_voting.events import LogSigned
from eak_voting.manifest import plugin
from eak_voting.models import Ballot, Receipt
from eak_voting.transparency import checkpoint, log
from eak_voting.transparency.records import (
    ContinuesLeaf,
    Leaf,
    ReceiptLeaf,
    ReplacedLeaf,
    encode,
)

#: The smallest group of receipts that enters the log before the close.
LEAST = 10
_draw = random.SystemRandom()


_receipts = cast("Table", Receipt.__table__)


def record(session: Session, service: Service, leaves: Sequence[Leaf]) -> range:
    """Append ``leaves`` to the public log of ``service`` and sign its head; their places."""
    number = number_of(session, service)
    before = end_before(session, service)
    first: list[Leaf] = []
    if before is not None and log.size_to_grow(session, service.id) == 0:
        first.append(before)
    places = log.append(session, service.id, [encode(leaf) for leaf in [*first, *leaves]])
    log.sign_head(session, service.id, signing_key(number), origin_of(service, number))
    root = log.root(session, service.id, places.stop)
    signed = LogSigned(service_id=service.id, number=number, size=places.stop, root=root.hex())
    publish(session, signed, service_id=service.id)
    return places[len(first) :]


def number_of(session: Session, service: Service) -> int:
    """Which log of ``service`` this is, from 1: a purge ends one, and the next has another name
    and another key, since two logs under one name would be a log that was rewritten."""
    before = last_before_purge(session, LogSigned, service.id)
    if before is not None:
        ended: int = before.data.number
        return ended + 1
    return 2 if purge_mark(session, plugin.name, service.id) else 1


def end_before(session: Session, service: Service) -> ContinuesLeaf | None:
    """How the log ended that was there before a purge; None where nothing tells of one."""
    before = last_before_purge(session, LogSigned, service.id)
    if before is None:
        return None
    said = before.data
    key = verifier_key(service, said.number)
    return ContinuesLeaf(log=key.name, size=said.size, root=said.root, key=key.key_id.hex())


def signing_key(number: int) -> bytes:
    """The seed of the Ed25519 key that signs the ``number``-th logs of this site."""
    return plugin_secret(plugin.name, "log-key" if number == 1 else f"log-key-{number}")


def origin_of(service: Service, number: int) -> str:
    """The name of a service's log: the site's address without its scheme, the service, and from
    the second on the number of the log."""
    name = f"{site_url().partition('://')[2]}/{service.slug}/votes"
    return name if number == 1 else f"{name}/{number}"


def verifier_key(service: Service, number: int) -> checkpoint.VerifierKey:
    """What anyone needs to check the signatures of a service's log (C2SP signed note)."""
    return checkpoint.verifier_key(origin_of(service, number), signing_key(number))


def current_key(session: Session, service: Service) -> str:
    """The verifier key of the log that ``service`` has now."""
    return str(verifier_key(service, number_of(session, service)))


def end_of_log_before(session: Session, service: Service) -> str | None:
    """The last signed head of the log before a purge, to the byte (RFC 8032 signs one text in one
    way); None where nothing tells of one."""
    before = last_before_purge(session, LogSigned, service.id)
    if before is None:
        return None
    said = before.data
    origin = origin_of(service, said.number)
    state = checkpoint.Checkpoint(origin, said.size, bytes.fromhex(said.root))
    return checkpoint.sign(state, signing_key(said.number))


def publish_receipts(
    session: Session, service: Service, ballot: Ballot, *, last: bool = False
) -> int:
    """Bring into the log the receipts that wait, and those that no longer count; how many.

    The caller holds the row of ``ballot``, so that nobody votes meanwhile. Before the ``last``
    group nothing happens in a ballot that hides its results, and none where there are too few.
    """
    if not last and not is_followed(ballot):
        return 0
    new = _waiting(session, ballot, Receipt.logged.is_(False))
    gone = _waiting(session, ballot, Receipt.replaced, Receipt.replacement_logged.is_(False))
    if not last and len(new) < LEAST:
        return 0
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


def is_followed(ballot: Ballot) -> bool:
    """Whether everybody can follow the results of ``ballot`` while people vote."""
    return settings_of(ballot).publication == "live" and ballot.secrecy != "secret"


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
