"""Looking a receipt up: whether its vote stands in the box, and the proof from the public log."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from eak_core.api import Service, Session
from eak_voting.models import Ballot, Exclusion, Paper, Receipt
from eak_voting.transparency import log
from eak_voting.transparency.recording import key_of
from eak_voting.transparency.records import ReceiptLeaf, encode

_RECEIPT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Found:
    """A receipt of ``ballot``. ``index`` is its place in the log (from 0) once it stands there;
    ``replaced`` where its vote was changed or taken back since; ``exclusion`` where its vote was
    left out of the count."""

    ballot: Ballot
    receipt: str
    index: int | None
    replaced: bool
    exclusion: Exclusion | None = None


def read_receipt(typed: str) -> str | None:
    """A receipt as somebody typed or pasted it; None where it cannot be one."""
    plain = "".join(typed.split()).lower()
    return plain if _RECEIPT.fullmatch(plain) else None


def find_receipt(session: Session, service: Service, receipt: str) -> Found | None:
    """What is known of ``receipt`` in the ballots of this service."""
    row = session.execute(
        select(Ballot, Receipt.leaf_index, Receipt.replaced)
        .join(Receipt, Receipt.ballot_id == Ballot.id)
        .where(Ballot.service_id == service.id, Receipt.receipt == receipt)
    ).one_or_none()
    if row is None:
        return None
    ballot, index, replaced = row
    return Found(ballot, receipt, index, replaced, _exclusion(session, ballot, receipt))


def _exclusion(session: Session, ballot: Ballot, receipt: str) -> Exclusion | None:
    return session.scalar(
        select(Exclusion)
        .join(Paper, Paper.exclusion_id == Exclusion.id)
        .where(
            Paper.ballot_id == ballot.id,
            Paper.receipt == receipt,
            Exclusion.reversed_at.is_(None),
        )
    )


def proof_of(session: Session, service: Service, found: Found) -> dict[str, Any] | None:
    """The proof that a receipt stands in the log as it was last signed (RFC 9162 section 2.1.3):
    all that is needed to check it elsewhere. None while it does not stand there."""
    head = log.head(session, service.id)
    if found.index is None or head.checkpoint is None or head.signed_size is None:
        return None
    leaf = encode(ReceiptLeaf(ballot=found.ballot.id, receipt=found.receipt))
    path = log.inclusion(session, service.id, found.index, head.signed_size)
    return {
        "leaf": leaf.decode(),
        "index": found.index,
        "size": head.signed_size,
        "path": [each.hex() for each in path],
        "root": log.root(session, service.id, head.signed_size).hex(),
        "checkpoint": head.checkpoint,
        "key": key_of(session, service, head.checkpoint),
    }
