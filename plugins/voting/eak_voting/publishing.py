"""What enters the public log of a service: openings, receipts in groups, results.

In a secret ballot a group has at least `LEAST` receipts, in an order drawn at random, and with it
everything that was written of the register and of the box is written anew, each in an order drawn
at random, in this one transaction: afterwards nothing in the tables tells which entry and which
paper were written together (on PostgreSQL their place on disk and their transaction's number told
it before). What the database's own journals and its backups may still hold is said in the
documentation.
"""

import random
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update

from eak_core.api import Model, Service, Session, plugin_secret, site_url
from eak_voting.manifest import plugin
from eak_voting.models import Ballot, Paper, Receipt, RegisterEntry
from eak_voting.transparency import checkpoint, log
from eak_voting.transparency.records import Leaf, ReceiptLeaf, ReplacedLeaf, encode

#: The smallest group of receipts of a secret ballot, but for the last one.
LEAST = 10
_AT_ONCE = 5_000
_draw = random.SystemRandom()


def _table(model: type[Model]) -> Table:
    return cast("Table", model.__table__)


_receipts = _table(Receipt)


def record(session: Session, service: Service, leaves: Sequence[Leaf]) -> range:
    """Append ``leaves`` to the public log of ``service`` and sign its head; their places."""
    places = log.append(session, service.id, [encode(leaf) for leaf in leaves])
    log.sign_head(session, service.id, signing_key(), origin_of(service))
    return places


def signing_key() -> bytes:
    """The seed of the Ed25519 key that signs the logs of this site."""
    return plugin_secret(plugin.name, "log-key")


def origin_of(service: Service) -> str:
    """The name of a service's log: the site's address without its scheme, and the service."""
    return f"{site_url().partition('://')[2]}/{service.slug}/votes"


def verifier_key(service: Service) -> str:
    """What anyone needs to check the signatures of a service's log (C2SP signed note)."""
    return str(checkpoint.verifier_key(origin_of(service), signing_key()))


def publish_receipts(
    session: Session, service: Service, ballot: Ballot, *, last: bool = False
) -> int:
    """Bring into the log the receipts that wait, and those that no longer count; how many.

    The caller holds the row of ``ballot``, so that nobody votes meanwhile. In a secret ballot
    nothing happens while there are too few of them, unless this is the ``last`` group.
    """
    secret = ballot.secrecy == "secret"
    new = _waiting(session, ballot, Receipt.logged.is_(False))
    gone = _waiting(session, ballot, Receipt.replaced, Receipt.replacement_logged.is_(False))
    if secret and not last and 0 < len(new) + len(gone) < LEAST:
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
    if secret:
        shuffle(session, ballot, everything=last)
    return len(leaves)


def shuffle(session: Session, ballot: Ballot, *, everything: bool) -> None:
    """Write the register and the box anew in random order: what was not yet, or ``everything``."""
    for table in (RegisterEntry, Paper):
        _shuffle(session, table, ballot.id, everything=everything)


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


def _shuffle(session: Session, model: type[Model], ballot_id: int, *, everything: bool) -> None:
    table = _table(model)
    chosen = [table.c.ballot_id == ballot_id]
    if not everything:
        chosen.append(table.c.shuffled.is_(False))
    rows = [dict(row) for row in session.execute(select(table).where(*chosen)).mappings()]
    if not rows:
        return
    _draw.shuffle(rows)
    for row in rows:
        row["shuffled"] = True
    session.execute(delete(table).where(*chosen))
    for start in range(0, len(rows), _AT_ONCE):
        session.execute(insert(table), rows[start : start + _AT_ONCE])
