"""What the public log says: one small canonical JSON record a leaf.

Pure. Never a person, a choice, or a time finer than the hour.
"""

import msgspec

from eak_voting.settings import canonical


class _Leaf(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"
):
    """A fact about one ballot, by its id on this site."""

    ballot: int


class OpenedLeaf(_Leaf, frozen=True, tag="ballot.opened"):
    """The ballot opened under terms whose SHA-256 is ``terms``."""

    terms: str


class ReceiptLeaf(_Leaf, frozen=True, tag="receipt"):
    """A vote with this receipt was recorded."""

    receipt: str


class ReplacedLeaf(_Leaf, frozen=True, tag="receipt.replaced"):
    """The vote with this receipt was changed or taken back, and no longer counts."""

    receipt: str


class CountedLeaf(_Leaf, frozen=True, tag="ballot.counted"):
    """The ballot was counted: SHA-256 of the terms, of the votes, and of the result."""

    terms: str
    ballots: str
    result: str


class CancelledLeaf(_Leaf, frozen=True, tag="ballot.cancelled"):
    """The ballot was cancelled."""


Leaf = OpenedLeaf | ReceiptLeaf | ReplacedLeaf | CountedLeaf | CancelledLeaf

_leaf: msgspec.json.Decoder[Leaf] = msgspec.json.Decoder(Leaf)


def encode(leaf: Leaf) -> bytes:
    """The bytes of ``leaf``, as they are hashed into the tree."""
    return canonical(leaf)


def decode(data: bytes) -> Leaf:
    """The inverse of `encode`; `msgspec.ValidationError` or `DecodeError` for anything else."""
    return _leaf.decode(data)
