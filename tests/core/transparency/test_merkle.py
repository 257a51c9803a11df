"""The tree of the public log: the vectors of RFC 6962, and proofs that hold or do not."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_core.transparency import merkle

LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]

ROOTS = """
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""".split()

PATHS = {
    0: """
    96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
    5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
    6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4
    """.split(),
    5: """
    bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b
    ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
    """.split(),
}


class Kept:
    """The nodes of a tree, as a log keeps them."""

    def __init__(self, leaves: Sequence[bytes] = ()) -> None:
        self.hashes: list[bytes] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.asked = 0
        self.append(leaves)

    def append(self, leaves: Sequence[bytes]) -> None:
        hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
        for level, index, value in merkle.grown(len(self.hashes), hashes, self.node):
            assert (level, index) not in self.nodes
            self.nodes[level, index] = value
        self.hashes += hashes

    def node(self, level: int, index: int) -> bytes:
        self.asked += 1
        return self.nodes[level, index]


def numbered(size: int) -> list[bytes]:
    return [str(number).encode() for number in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_rfc(size: int) -> None:
    kept = Kept(LEAVES[:size])
    assert merkle.root(size, kept.node).hex() == ROOTS[size]
    assert merkle.root_of(kept.hashes).hex() == ROOTS[size]
    # Of an earlier state too, from what the later one keeps.
    assert merkle.root(size, Kept(LEAVES).node).hex() == ROOTS[size]


def test_the_root_of_seven_leaves_of_one_byte_is_the_known_one() -> None:
    kept = Kept([bytes([number]) for number in range(7)])
    expected = "3560191803028444b232018ac047fdb561c09c23a7a6876c85e08b5e4d48e9f3"
    assert merkle.root(7, kept.node).hex() == expected


@pytest.mark.parametrize("index", PATHS)
def test_inclusion_proofs_are_those_of_the_rfc(index: int) -> None:
    proof = merkle.inclusion_proof(index, 8, Kept(LEAVES).node)
    assert [each.hex() for each in proof] == PATHS[index]


def test_consistency_proofs_are_those_of_the_rfc() -> None:
    node = Kept(LEAVES).node
    assert [each.hex() for each in merkle.consistency_proof(2, 8, node)] == PATHS[0][1:]
    found = [each.hex() for each in merkle.consistency_proof(6, 8, node)]
    assert found[0].startswith("0ebc5d34")
    assert found[1:] == PATHS[5][1:]


@given(st.integers(1, 70), st.data())
def test_every_leaf_of_every_tree_is_proved_to_be_in_it(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    kept = Kept(numbered(70))
    proof = merkle.inclusion_proof(index, size, kept.node)
    root = merkle.root_of(kept.hashes[:size])
    assert merkle.verify_inclusion(kept.hashes[index], index, size, proof, root)


@given(st.integers(0, 70), st.data())
def test_every_tree_is_proved_to_continue_each_earlier_one(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    kept = Kept(numbered(70))
    proof = merkle.consistency_proof(old, new, kept.node)
    roots = [merkle.root_of(kept.hashes[:size]) for size in (old, new)]
    assert merkle.verify_consistency(old, new, proof, *roots)


def flipped(hashes: list[bytes], data: st.DataObject) -> list[bytes]:
    which = data.draw(st.integers(0, len(hashes) - 1))
    bit = data.draw(st.integers(0, 255))
    value = bytearray(hashes[which])
    value[bit // 8] ^= 1 << bit % 8
    return [*hashes[:which], bytes(value), *hashes[which + 1 :]]


@given(st.integers(1, 40), st.data())
def test_one_flipped_bit_spoils_a_proof_of_inclusion(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    kept = Kept(numbered(size))
    proof = merkle.inclusion_proof(index, size, kept.node)
    root = merkle.root(size, kept.node)
    leaf, expected, *path = flipped([kept.hashes[index], root, *proof], data)
    assert not merkle.verify_inclusion(leaf, index, size, path, expected)


@given(st.integers(2, 40), st.data())
def test_one_flipped_bit_spoils_a_proof_of_consistency(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    kept = Kept(numbered(new))
    proof = merkle.consistency_proof(old, new, kept.node)
    roots = [merkle.root(size, kept.node) for size in (old, new)]
    old_root, new_root, *path = flipped([*roots, *proof], data)
    assert not merkle.verify_consistency(old, new, path, old_root, new_root)


@given(st.integers(2, 40), st.data())
def test_a_proof_holds_for_its_own_leaf_and_length_only(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda found: found != index))
    kept = Kept(numbered(size))
    proof = merkle.inclusion_proof(index, size, kept.node)
    root = merkle.root(size, kept.node)
    leaf = kept.hashes[index]
    assert not merkle.verify_inclusion(kept.hashes[other], index, size, proof, root)
    assert not merkle.verify_inclusion(leaf, index, size, proof[:-1], root)
    assert not merkle.verify_inclusion(leaf, index, size, [*proof, leaf], root)
    assert not merkle.verify_inclusion(leaf, size, size, proof, root)
    assert not merkle.verify_inclusion(leaf, -1, size, proof, root)


def test_a_rewritten_past_is_not_proved() -> None:
    kept, rewritten = Kept(numbered(12)), Kept([b"changed", *numbered(12)[1:]])
    proof = merkle.consistency_proof(5, 12, rewritten.node)
    roots = merkle.root(5, kept.node), merkle.root(12, rewritten.node)
    assert not merkle.verify_consistency(5, 12, proof, *roots)


def test_a_node_is_never_taken_for_a_leaf() -> None:
    two = Kept(LEAVES[:2])
    forged = merkle.leaf_hash(b"".join(two.hashes))
    assert forged != merkle.root(2, two.node)


@given(st.lists(st.integers(0, 20), max_size=8))
def test_leaves_appended_in_any_portions_make_the_same_tree(portions: list[int]) -> None:
    size = sum(portions)
    kept, leaves = Kept(), numbered(size)
    for portion in portions:
        start = len(kept.hashes)
        kept.append(leaves[start : start + portion])
    assert kept.nodes == Kept(leaves).nodes
    assert merkle.root(size, kept.node) == merkle.root_of(kept.hashes)


def test_what_a_large_log_reads_grows_with_its_logarithm() -> None:
    kept = Kept(numbered(100_000))
    for ask in (
        lambda: kept.append([b"one more"]),
        lambda: merkle.root(99_999, kept.node),
        lambda: merkle.inclusion_proof(12_345, 99_999, kept.node),
        lambda: merkle.consistency_proof(54_321, 99_999, kept.node),
    ):
        kept.asked = 0
        ask()
        assert kept.asked <= 2 * 17


def test_the_roots_of_all_sizes_are_those_of_each() -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES]
    found = [(size, root.hex()) for size, root in merkle.roots_from(hashes, 0)]
    assert found == list(enumerate(ROOTS))
    assert list(merkle.roots_from(hashes, 9)) == []


@pytest.mark.parametrize("ask", [(0, 0), (3, 3), (-1, 3)])
def test_a_leaf_that_is_not_there_has_no_proof(ask: tuple[int, int]) -> None:
    with pytest.raises(merkle.ProofError, match=f"no leaf {ask[0]}"):
        merkle.inclusion_proof(*ask, Kept(numbered(3)).node)


def test_a_larger_tree_is_no_beginning_of_a_smaller_one() -> None:
    with pytest.raises(merkle.ProofError, match="of 3 leaves is no beginning of one of 2"):
        merkle.consistency_proof(3, 2, Kept(numbered(3)).node)
