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

from eak_core.api import Service, Session, plugin_secret, site_url
from eak_voting.ballots import settings_of
from eak_voting.manifest import plugin
from eak_voting.models import Ballot, Receipt
from eak_voting.transparency import checkpoint, log
from eak_voting.transparency.records import Leaf, ReceiptLeaf, ReplacedLeaf, encode

#: The smallest group of receipts that enters the log before the close.
LEAST = 10
_draw = random.SystemRandom()


_receipts = cast("Table", Receipt.__table__)


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
