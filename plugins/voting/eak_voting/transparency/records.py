"""What the public log says: one small canonical JSON record a leaf.

Pure. Never a person, a choice, or a time finer than the hour.
"""

from typing import Annotated, TypeAlias

import msgspec

from eak_voting.settings import canonical

Digest: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]

KeyId: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}\Z")]


class RecordError(ValueError):
    """Bytes that are no leaf of the log, or one that is written otherwise."""


class _Leaf(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"
):
    """A fact about one ballot, by its id on this site."""

    ballot: int


class OpenedLeaf(_Leaf, frozen=True, tag="ballot.opened"):
    """The ballot opened under terms whose SHA-256 is ``terms``."""

    terms: Digest


class ReceiptLeaf(_Leaf, frozen=True, tag="receipt"):
    """A vote with this receipt was recorded."""

    receipt: Digest


class ReplacedLeaf(_Leaf, frozen=True, tag="receipt.replaced"):
    """The vote with this receipt was changed or taken back, and no longer counts."""

    receipt: Digest


class CountedLeaf(_Leaf, frozen=True, tag="ballot.counted"):
    """The ballot was counted: SHA-256 of the terms, of the votes, and of the result."""

    terms: Digest
    ballots: Digest
    result: Digest


class CancelledLeaf(_Leaf, frozen=True, tag="ballot.cancelled"):
    """The ballot was cancelled."""


class ContinuesLeaf(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="log.continues",
):
    """The first entry of a log that follows one that was deleted: how that one ended. ``log`` is
    its name, ``key`` the id of its key in hexadecimal."""

    log: str
    size: int
    root: Digest
    key: KeyId

    @property
    def ballot(self) -> int:
        """No ballot has this number."""
        return 0


class KeyLeaf(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="log.key",
):
    """From here on another key signs the heads of the log: ``key``, as verifier keys are written.
    ``before`` is the id of the one that signed so far, in hexadecimal."""

    before: KeyId
    key: Annotated[str, msgspec.Meta(pattern=r"^[^\s]+\Z")]

    @property
    def ballot(self) -> int:
        """No ballot has this number."""
        return 0


class ProtocolLeaf(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="experiment.protocol",
):
    """The protocol of an experiment of this site was fixed, or amended (``version`` above 1):
    ``protocol`` is its SHA-256. ``position`` is the place in the service's log of events."""

    experiment: int
    version: int
    protocol: Digest
    position: int

    @property
    def ballot(self) -> int:
        """No ballot has this number."""
        return 0


Leaf = (
    ContinuesLeaf
    | KeyLeaf
    | ProtocolLeaf
    | OpenedLeaf
    | ReceiptLeaf
    | ReplacedLeaf
    | CountedLeaf
    | CancelledLeaf
)

_leaf: msgspec.json.Decoder[Leaf] = msgspec.json.Decoder(Leaf)


def encode(leaf: Leaf) -> bytes:
    """The bytes of ``leaf``, as they are hashed into the tree."""
    return canonical(leaf)


def decode(data: bytes) -> Leaf:
    """The inverse of `encode`. `RecordError` for anything else."""
    try:
        leaf = _leaf.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordError(f"not a leaf of the log: {error}") from None
    if encode(leaf) != data:
        raise RecordError("a leaf of the log is written in one way only")
    return leaf


def kind(leaf: Leaf) -> str:
    """The ``type`` in its JSON, such as ``receipt``."""
    return str(leaf.__struct_config__.tag)
