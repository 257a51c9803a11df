"""The Merkle tree of a transparency log (RFC 9162 section 2.1, the same as RFC 6962's).

Pure. A tree of ``size`` leaves is a row of complete subtrees, the largest first. The node
``(level, index)`` is the root of the ``2**level`` leaves from ``index << level``; it never changes
once it is complete. So a log keeps these nodes (`grown` says which an append adds), and roots and
proofs of any size are put together from a few of them, asked for through a `Node`.

A proof is the list of hashes of the RFC. `ProofError` where one is asked for that cannot be; a
proof that does not hold is simply not verified.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

#: Answers the hash of the complete subtree ``(level, index)``.
Node = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32


class ProofError(ValueError):
    """A root or proof was asked for that the tree does not have."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf; its first byte keeps it from being taken for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of what stands above two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root of the tree of ``leaf_hashes``, in their order."""
    *_earlier, (_size, last) = roots_from(leaf_hashes, len(leaf_hashes))
    return last


def roots_from(leaf_hashes: Sequence[bytes], start: int) -> Iterator[tuple[int, bytes]]:
    """The root at each size from ``start`` to that of all ``leaf_hashes``, with the size."""
    stack: list[tuple[int, bytes]] = []
    if start == 0:
        yield 0, EMPTY_ROOT
    for size, each in enumerate(leaf_hashes, 1):
        level, value = 0, each
        while stack and stack[-1][0] == level:
            value = node_hash(stack.pop()[1], value)
            level += 1
        stack.append((level, value))
        if size >= start:
            yield size, _joined([value for _level, value in stack])


def root(size: int, node: Node) -> bytes:
    """The root of the first ``size`` leaves."""
    return _joined([node(*place) for place in _subtrees(0, size)])


def grown(size: int, leaf_hashes: Sequence[bytes], node: Node) -> Iterator[tuple[int, int, bytes]]:
    """The nodes ``(level, index, hash)`` that become complete when ``leaf_hashes`` are appended to
    a tree of ``size`` leaves. At most one node per level of the old tree is asked for."""
    open_ends = {level: node(level, index) for level, index in _subtrees(0, size)}
    for place, each in enumerate(leaf_hashes, start=size):
        level, index, value = 0, place, each
        yield level, index, value
        while index & 1:
            value = node_hash(open_ends.pop(level), value)
            level, index = level + 1, index >> 1
            yield level, index, value
        open_ends[level] = value


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The audit path of the leaf at ``index`` in the tree of the first ``size`` leaves."""
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} in a tree of {size} leaves")
    return [_subroot(start, end, node) for start, end in _beside(index, size)]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """The proof that the tree of ``old`` leaves is the beginning of that of ``new`` leaves.

    It is empty where there is nothing to prove: both are the same, or the old one is empty.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {old} leaves is no beginning of one of {new} leaves")
    if old in (0, new):
        return []
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_subroot(middle, end, node))
            end = middle
        else:
            path.append(_subroot(start, middle, node))
            start, whole = middle, False
    if not whole:
        path.append(_subroot(start, end, node))
    return path[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> bool:
    """Whether ``proof`` leads from the leaf's hash to the root ``expected`` (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf, expected, *proof):
        return False
    place, last, value = index, size - 1, leaf
    for each in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            value = node_hash(each, value)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, each)
        place, last = place >> 1, last >> 1
    return last == 0 and value == expected


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether ``proof`` shows that the tree of ``old`` leaves is the beginning of the tree of
    ``new`` leaves (RFC 9162 2.1.4.2)."""
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *proof):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    below = above = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            below, above = node_hash(each, below), node_hash(each, above)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            above = node_hash(above, each)
        place, last = place >> 1, last >> 1
    return last == 0 and below == old_root and above == new_root


def _beside(index: int, size: int) -> list[tuple[int, int]]:
    """The spans of leaves beside the way from the leaf up to the root, the nearest first."""
    spans: list[tuple[int, int]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def _subroot(start: int, end: int, node: Node) -> bytes:
    return _joined([node(*place) for place in _subtrees(start, end)])


def _subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """The complete subtrees that the leaves from ``start`` to ``end`` consist of. ``start`` is a
    multiple of the largest power of two up to their number, as in every span of the RFC."""
    places = []
    while start < end:
        level = (end - start).bit_length() - 1
        places.append((level, start >> level))
        start += 1 << level
    return places


def _joined(hashes: list[bytes]) -> bytes:
    """The root above complete subtrees, the largest first."""
    if not hashes:
        return EMPTY_ROOT
    value = hashes[-1]
    for left in hashes[-2::-1]:
        value = node_hash(left, value)
    return value


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
