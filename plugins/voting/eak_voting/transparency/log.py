"""The public log of a service: appending, signing its head, proofs.

A log begins with a name (`begin`), and keeps it.

Two who append at once wait for each other at the row of the head, so that the leaves of one
transaction stand together and no place is given out twice; a rollback gives the places back. The
row is locked until the commit: append late in a transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import insert, select, tuple_, update

from eak_core.api import NotFound, Session, _l, clock, insert_once
from eak_core.transparency import checkpoint, merkle
from eak_voting.transparency.records import decode, kind
from eak_voting.transparency.tables import Head, Leaf, TreeNode

Computed = TypeVar("Computed")


@dataclass(frozen=True, slots=True)
class Named:
    """What a log is called, the how manieth of its service it is, and the last signed head of the
    one that was there before a purge."""

    name: str
    number: int
    before: str | None = None


@dataclass(frozen=True, slots=True)
class LogHead:
    """The state of a log. ``checkpoint`` is the last signed note, of ``signed_size`` leaves."""

    size: int
    root: bytes
    checkpoint: str | None
    signed_size: int | None
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf with its place in the log, from 0."""

    index: int
    data: bytes


def begin(session: Session, service_id: int, named: Named) -> None:
    """Let the service have a log, empty so far; where it has one, nothing changes."""
    values = {
        "service_id": service_id,
        "size": 0,
        "name": named.name,
        "number": named.number,
        "before": named.before,
    }
    insert_once(session, Head, values, Head.service_id)


def named(session: Session, service_id: int) -> Named | None:
    """Name and number of the log; None where it has not begun."""
    row = session.execute(
        select(Head.name, Head.number, Head.before).where(Head.service_id == service_id)
    ).one_or_none()
    return Named(*row) if row is not None else None


def append(session: Session, service_id: int, leaves: Sequence[bytes]) -> range:
    """Add ``leaves`` in their order to a log that has begun; answers their places.

    `RecordError` where one of them is not canonical JSON of a kind that the log takes.
    """
    understood = [decode(each) for each in leaves]
    if not leaves:
        return range(0)
    size = _claim(session, service_id, len(leaves))
    hashes = [merkle.leaf_hash(each) for each in leaves]
    grown = _with_nodes(session, service_id, lambda node: list(merkle.grown(size, hashes, node)))
    # A ballot closes with all its receipts at once: the layer of objects would double the time that
    # others wait for.
    connection = session.connection()
    connection.execute(
        insert(Leaf),
        [
            {
                "service_id": service_id,
                "index": index,
                "ballot_id": leaf.ballot,
                "kind": kind(leaf),
                "data": data.decode(),
            }
            for index, (leaf, data) in enumerate(zip(understood, leaves, strict=True), start=size)
        ],
    )
    connection.execute(
        insert(TreeNode),
        [
            {"service_id": service_id, "level": level, "index": index, "hash": value}
            for level, index, value in grown
        ],
    )
    return range(size, size + len(leaves))


def size(session: Session, service_id: int) -> int:
    """How many leaves the log has."""
    return session.scalar(select(Head.size).where(Head.service_id == service_id)) or 0


def size_to_grow(session: Session, service_id: int) -> int:
    """`size`, which nobody else changes before this transaction ends."""
    return session.scalars(
        select(Head.size).where(Head.service_id == service_id).with_for_update()
    ).one()


def head(session: Session, service_id: int) -> LogHead:
    """The state of the log; it is empty where nothing was ever appended."""
    row = session.execute(
        select(Head.size, Head.checkpoint, Head.signed_size, Head.signed_at).where(
            Head.service_id == service_id
        )
    ).one_or_none()
    if row is None:
        return LogHead(0, merkle.EMPTY_ROOT, None, None, None)
    return LogHead(row.size, root(session, service_id, row.size), *row[1:])


def root(session: Session, service_id: int, size: int) -> bytes:
    """The root of the first ``size`` leaves. `NotFound` where the log is shorter."""
    return _within(session, service_id, size, lambda node: merkle.root(size, node))


def sign_head(session: Session, service_id: int, key: bytes) -> str:
    """Sign the log as it stands with the Ed25519 key made from ``key`` (32 bytes), and keep the
    checkpoint."""
    found = size_to_grow(session, service_id)
    name = session.scalars(select(Head.name).where(Head.service_id == service_id)).one()
    note = checkpoint.sign(
        checkpoint.Checkpoint(name, found, root(session, service_id, found)), key
    )
    session.execute(
        update(Head)
        .where(Head.service_id == service_id)
        .values(checkpoint=note, signed_size=found, signed_at=clock.now())
    )
    return note


def signed_head(session: Session, service_id: int) -> str | None:
    """The checkpoint that was signed last; None where none was."""
    return session.scalar(select(Head.checkpoint).where(Head.service_id == service_id))


def inclusion(session: Session, service_id: int, index: int, size: int) -> list[bytes]:
    """The proof that leaf ``index`` stands in the first ``size`` leaves. `NotFound` where it does
    not, or the log is shorter."""
    return _within(
        session, service_id, size, lambda node: merkle.inclusion_proof(index, size, node)
    )


def consistency(session: Session, service_id: int, old: int, new: int) -> list[bytes]:
    """The proof that the log at ``old`` leaves is the beginning of the log at ``new`` leaves.
    `NotFound` where the log is shorter, or ``old`` is the larger one."""
    return _within(session, service_id, new, lambda node: merkle.consistency_proof(old, new, node))


def leaves(session: Session, service_id: int, start: int, count: int) -> list[Entry]:
    """At most ``count`` leaves from ``start`` on."""
    rows = session.execute(
        select(Leaf.index, Leaf.data)
        .where(Leaf.service_id == service_id, Leaf.index >= start)
        .order_by(Leaf.index)
        .limit(count)
    )
    return [Entry(index, data.encode()) for index, data in rows]


def leaves_of(session: Session, ballot_id: int, kinds: Sequence[str] = ()) -> list[Entry]:
    """The leaves of a ballot in their order: those of ``kinds`` alone, where any are named."""
    asked = select(Leaf.index, Leaf.data).where(Leaf.ballot_id == ballot_id)
    if kinds:
        asked = asked.where(Leaf.kind.in_(kinds))
    rows = session.execute(asked.order_by(Leaf.index))
    return [Entry(index, data.encode()) for index, data in rows]


def leaves_of_kind(session: Session, service_id: int, kind: str) -> list[Entry]:
    """The leaves of ``kind`` that speak of no ballot, but of the log itself."""
    rows = session.execute(
        select(Leaf.index, Leaf.data)
        .where(Leaf.service_id == service_id, Leaf.ballot_id == 0, Leaf.kind == kind)
        .order_by(Leaf.index)
    )
    return [Entry(index, data.encode()) for index, data in rows]


def leaf_hashes(session: Session, service_id: int, size: int) -> list[bytes]:
    """The hashes of the first ``size`` leaves: all that is needed to compute the root anew."""
    return list(
        session.scalars(
            select(TreeNode.hash)
            .where(TreeNode.service_id == service_id, TreeNode.level == 0, TreeNode.index < size)
            .order_by(TreeNode.index)
        )
    )


def _claim(session: Session, service_id: int, count: int) -> int:
    """Make room for ``count`` leaves; answers how many there were, and holds the head's row."""
    grown = session.scalars(
        update(Head)
        .where(Head.service_id == service_id)
        .values(size=Head.size + count)
        .returning(Head.size)
        .execution_options(synchronize_session=False)
    ).one()
    return grown - count


def _within(
    session: Session, service_id: int, bound: int, compute: Callable[[merkle.Node], Computed]
) -> Computed:
    try:
        if 0 <= bound <= size(session, service_id):
            return _with_nodes(session, service_id, compute)
    except merkle.ProofError:
        pass
    raise NotFound(_l("The public log does not reach as far as this."))


def _with_nodes(
    session: Session, service_id: int, compute: Callable[[merkle.Node], Computed]
) -> Computed:
    """What ``compute`` answers, with the nodes it needs read at once: which these are does not
    depend on what they hold, so a first run only takes note of them."""
    places: list[tuple[int, int]] = []

    def noted(level: int, index: int) -> bytes:
        places.append((level, index))
        return merkle.EMPTY_ROOT

    computed = compute(noted)
    if not places:
        return computed
    rows = session.execute(
        select(TreeNode.level, TreeNode.index, TreeNode.hash).where(
            TreeNode.service_id == service_id,
            tuple_(TreeNode.level, TreeNode.index).in_(places),
        )
    )
    found = {(level, index): value for level, index, value in rows}
    return compute(lambda level, index: found[level, index])
