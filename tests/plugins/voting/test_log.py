"""The public log in the database: it grows, proves, and is never rewritten."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from eak_core.errors import NotFound
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.transparency import checkpoint, merkle
from eak_voting.transparency import log
from eak_voting.transparency.records import (
    CancelledLeaf,
    CountedLeaf,
    OpenedLeaf,
    ReceiptLeaf,
    RecordError,
    ReplacedLeaf,
    decode,
    encode,
    kind,
)
from eak_voting.transparency.tables import FROZEN, Head, Leaf, TreeNode

SEED = bytes(range(32))
ORIGIN = "participation.example/culture/votes"


def digest(text: object) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()


def receipts(start: int, count: int = 1, ballot: int = 1) -> list[bytes]:
    return [
        encode(ReceiptLeaf(ballot=ballot, receipt=digest(number)))
        for number in range(start, start + count)
    ]


def appended(site: Site, leaves: list[bytes]) -> range:
    with site.writing() as session:
        log.begin(session, site.service.id, log.Named(ORIGIN, 1))
        return log.append(session, site.service.id, leaves)


# --- Leaves.


def test_leaves_are_canonical_json() -> None:
    found = encode(CountedLeaf(ballot=7, terms=digest(1), ballots=digest(2), result=digest(3)))
    assert (
        found
        == (
            f'{{"ballot":7,"ballots":"{digest(2)}","result":"{digest(3)}","terms":"{digest(1)}",'
            '"type":"ballot.counted"}'
        ).encode()
    )
    assert encode(ReplacedLeaf(ballot=7, receipt=digest(1))) == (
        f'{{"ballot":7,"receipt":"{digest(1)}","type":"receipt.replaced"}}'.encode()
    )


@pytest.mark.parametrize(
    ("leaf", "word"),
    [
        (OpenedLeaf(ballot=1, terms=digest(1)), "ballot.opened"),
        (ReceiptLeaf(ballot=1, receipt=digest(1)), "receipt"),
        (ReplacedLeaf(ballot=1, receipt=digest(1)), "receipt.replaced"),
        (CancelledLeaf(ballot=1), "ballot.cancelled"),
    ],
)
def test_a_leaf_comes_back_as_it_was(leaf: OpenedLeaf, word: str) -> None:
    assert decode(encode(leaf)) == leaf
    assert kind(leaf) == word


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"\xff",
        b'{"ballot":1,"receipt":"\xff","type":"receipt"}',
        b'{"ballot":1,"type":"vote"}',
        b'{"ballot":"1","type":"ballot.cancelled"}',
        b'{"type":"ballot.cancelled","ballot":1}',
        b'{"ballot": 1,"type":"ballot.cancelled"}',
        b'{"ballot":1,"receipt":"ABC","type":"receipt"}',
        f'{{"ballot":1,"receipt":"{digest(1)}\\n","type":"receipt"}}'.encode(),
        # Nothing that could lead to a person is ever let in.
        f'{{"ballot":1,"person":5,"receipt":"{digest(1)}","type":"receipt"}}'.encode(),
    ],
)
def test_what_is_no_canonical_leaf_is_refused(site: Site, data: bytes) -> None:
    with pytest.raises(RecordError):
        decode(data)
    with site.writing() as session:
        with pytest.raises(RecordError):
            log.append(session, site.service.id, [*receipts(1), data])
        assert log.size(session, site.service.id) == 0


# --- Growing.


def test_leaves_get_places_in_order_and_an_empty_log_has_the_empty_root(site: Site) -> None:
    with site.reading() as session:
        assert log.head(session, site.service.id).root == merkle.EMPTY_ROOT
        assert log.size(session, site.service.id) == 0
    assert appended(site, []) == range(0)
    assert appended(site, receipts(0, 3)) == range(3)
    assert appended(site, receipts(3)) == range(3, 4)
    with site.reading() as session:
        found = log.leaves(session, site.service.id, 1, 2)
        assert found == [
            log.Entry(1, receipts(1)[0]),
            log.Entry(2, receipts(2)[0]),
        ]


def test_the_root_is_that_of_the_leaves_at_every_size(site: Site) -> None:
    for portion in (1, 2, 5, 3, 8):
        with site.reading() as session:
            start = log.size(session, site.service.id)
        appended(site, receipts(start, portion))
    hashes = [merkle.leaf_hash(leaf) for leaf in receipts(0, 19)]
    with site.reading() as session:
        assert log.head(session, site.service.id).size == 19
        assert log.leaf_hashes(session, site.service.id, 17) == hashes[:17]
        for size in range(20):
            assert log.root(session, site.service.id, size) == merkle.root_of(hashes[:size])


@pytest.mark.parametrize("database", ["sqlite"])
def test_each_service_has_a_log_of_its_own(site: Site) -> None:
    other = site.add_service("routes")
    appended(site, receipts(0, 2))
    with site.writing() as session:
        log.begin(session, other.id, log.Named("participation.example/routes/votes", 1))
        assert log.append(session, other.id, receipts(9)) == range(1)
    with site.reading() as session:
        assert log.size(session, site.service.id) == 2
        assert log.root(session, other.id, 1) == merkle.leaf_hash(receipts(9)[0])


def test_what_is_rolled_back_leaves_no_gap(site: Site) -> None:
    appended(site, receipts(0, 2))
    with pytest.raises(ZeroDivisionError), site.writing() as session:
        log.append(session, site.service.id, receipts(2, 3))
        raise ZeroDivisionError
    assert appended(site, receipts(5)) == range(2, 3)


def test_two_who_append_at_once_get_places_of_their_own(site: Site) -> None:
    def append(number: int) -> range:
        return appended(site, receipts(10 * number, 3))

    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(append, range(16)))
    assert sorted(place for each in places for place in each) == list(range(48))
    with site.reading() as session:
        leaves = [each.data for each in log.leaves(session, site.service.id, 0, 100)]
        root = log.head(session, site.service.id).root
        for number, each in enumerate(places):
            assert leaves[each.start : each.stop] == receipts(10 * number, 3)
    assert root == merkle.root_of([merkle.leaf_hash(leaf) for leaf in leaves])


def test_the_leaves_of_a_ballot_are_found_by_their_kind(site: Site) -> None:
    opened = encode(OpenedLeaf(ballot=2, terms=digest("terms")))
    appended(site, [*receipts(0), opened, *receipts(1, 2, ballot=2), *receipts(3)])
    with site.reading() as session:
        assert [each.index for each in log.leaves_of(session, 2)] == [1, 2, 3]
        assert log.leaves_of(session, 2, ["ballot.opened"]) == [log.Entry(1, opened)]
        assert log.leaves_of(session, 9) == []


# --- Proofs and signatures.


def test_every_leaf_and_every_earlier_state_is_proved(site: Site) -> None:
    appended(site, receipts(0, 11))
    hashes = [merkle.leaf_hash(leaf) for leaf in receipts(0, 11)]
    roots = [merkle.root_of(hashes[:size]) for size in range(12)]
    with site.reading() as session:
        for size in range(12):
            for index in range(size):
                proof = log.inclusion(session, site.service.id, index, size)
                assert merkle.verify_inclusion(hashes[index], index, size, proof, roots[size])
            proof = log.consistency(session, site.service.id, size, 11)
            assert merkle.verify_consistency(size, 11, proof, roots[size], roots[11])


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_the_log_does_not_reach_has_no_proof(site: Site) -> None:
    appended(site, receipts(0, 3))
    with site.reading() as session:
        for ask in (
            lambda: log.root(session, site.service.id, 4),
            lambda: log.root(session, site.service.id, -1),
            lambda: log.inclusion(session, site.service.id, 3, 3),
            lambda: log.inclusion(session, site.service.id, 0, 4),
            lambda: log.consistency(session, site.service.id, 2, 4),
            lambda: log.consistency(session, site.service.id, 3, 2),
        ):
            with pytest.raises(NotFound, match="journal public"):
                ask()


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_head_is_signed_and_kept_until_the_next_signature(site: Site) -> None:
    key = checkpoint.verifier_key(ORIGIN, SEED)
    appended(site, [])
    with site.writing() as session:
        empty = log.sign_head(session, site.service.id, SEED)
    assert checkpoint.verified(empty, key).size == 0
    appended(site, receipts(0, 3))
    with site.writing() as session:
        note = log.sign_head(session, site.service.id, SEED)
    appended(site, receipts(3))
    with site.reading() as session:
        found = log.head(session, site.service.id)
        root = log.root(session, site.service.id, 3)
        again = log.signed_head(session, site.service.id)
    assert (found.size, found.signed_size, found.checkpoint) == (4, 3, note)
    assert found.signed_at is not None
    assert checkpoint.verified(note, key) == checkpoint.Checkpoint(ORIGIN, 3, root)
    assert again == note


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_long_log_is_asked_as_few_questions_as_a_short_one(site: Site) -> None:
    def questions() -> list[int]:
        found = []
        with site.writing() as session:
            for ask in (
                lambda: log.append(session, site.service.id, receipts(5_000_000, 3)),
                lambda: log.inclusion(session, site.service.id, 1, 3),
                lambda: log.head(session, site.service.id),
            ):
                with Queries(site.app) as asked:
                    ask()
                found.append(asked.count)
            session.rollback()
        return found

    appended(site, receipts(0, 5))
    short = questions()
    appended(site, receipts(5, 1500))
    assert questions() == short
    assert max(short) <= 4


# --- Never rewritten.


@pytest.mark.parametrize("table", [Leaf.__tablename__, TreeNode.__tablename__])
@pytest.mark.parametrize("statement", ["UPDATE {} SET service_id = 2", "DELETE FROM {}"])
def test_the_database_refuses_to_rewrite_the_log(site: Site, table: str, statement: str) -> None:
    appended(site, receipts(0, 3))
    with (
        pytest.raises(DatabaseError, match=f"{table} is never rewritten"),
        site.writing() as session,
    ):
        session.execute(text(statement.format(table)))


def test_the_tables_can_still_be_dropped_and_made_anew(site: Site) -> None:
    appended(site, receipts(0, 3))
    tables = [model.__table__ for model in (Leaf, TreeNode, Head)]
    with site.writing() as session:
        connection = session.connection()
        Leaf.metadata.drop_all(connection, tables=tables)  # type: ignore[arg-type]
        Leaf.metadata.create_all(connection, tables=tables)  # type: ignore[arg-type]
    assert appended(site, receipts(0)) == range(1)
    with pytest.raises(DatabaseError, match="never rewritten"), site.writing() as session:
        session.execute(text("DELETE FROM voting_leaf"))


def test_the_statements_of_the_migration_are_those_of_the_tables(site: Site) -> None:
    assert set(FROZEN) == {"sqlite", "postgresql"}
    with site.reading() as session:
        assert session.scalars(select(Head)).all() == []
