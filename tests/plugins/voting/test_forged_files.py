"""What was touched in a published file is found when it is counted anew."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eak_voting.counting.outcome import outcome
from eak_voting.publishing import published
from eak_voting.publishing.published import BallotFile, FileError
from eak_voting.publishing.recount import recount
from eak_voting.settings import BudgetRules, MajorityRules, Option, Settings
from eak_voting.transparency.records import ReplacedLeaf, encode
from tests.plugins.voting.ballot_files import (
    BALLOT,
    KEY,
    counted,
    failed,
    hexed,
    replace,
    signed_log,
)
from tests.plugins.voting.forgers import (
    all_rewritten_and_signed_by_another,
    changed_checkpoint,
    changed_hash_of_result,
    changed_leaf_hash,
    changed_result,
    changed_terms,
    changed_terms_with_their_hash,
    changed_vote,
    changed_vote_with_a_receipt_of_its_own,
    changed_vote_with_its_hash_and_result,
    dropped_receipt,
    dropped_vote,
    early_lot,
    forgotten_leaf,
    forgotten_replacement,
    forgotten_result,
    log_of,
    lot_of_choice,
    moved_leaf,
    no_checkpoint,
    no_leaves,
    rehashed,
    salt_of_another,
    shorter_log,
    signed_by_another,
    signed_by_another_whose_key_stands_there,
    silent_exclusion,
    with_log,
    wrong_number_of_exclusions,
)


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        (changed_vote, {"votes", "result", "receipts"}),
        (changed_vote_with_its_hash_and_result, {"receipts", "log entries"}),
        (changed_vote_with_a_receipt_of_its_own, {"log entries"}),
        (dropped_vote, {"log entries"}),
        (dropped_receipt, {"receipts", "log entries"}),
        (salt_of_another, {"receipts"}),
        (changed_result, {"result", "log entries"}),
        (changed_hash_of_result, {"result", "log entries"}),
        (changed_terms, {"terms"}),
        (changed_terms_with_their_hash, {"log entries"}),
        (lot_of_choice, {"lot", "log entries"}),
        (early_lot, {"lot", "log entries"}),
        (silent_exclusion, {"exclusions", "log entries"}),
        (wrong_number_of_exclusions, {"exclusions", "log entries"}),
        (changed_leaf_hash, {"lot", "tree"}),
        (shorter_log, {"log entries", "lot", "tree"}),
        (moved_leaf, {"log entries"}),
        (forgotten_leaf, {"log entries"}),
        (forgotten_replacement, {"log entries"}),
        (forgotten_result, {"log entries", "lot"}),
        (no_leaves, {"log entries", "lot"}),
        (changed_checkpoint, {"signature"}),
        (no_checkpoint, {"tree", "signature"}),
        (signed_by_another, {"signature"}),
        (signed_by_another_whose_key_stands_there, {"key"}),
        (all_rewritten_and_signed_by_another, {"key"}),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_what_was_touched_is_found(
    forge: Callable[[BallotFile], BallotFile], found: set[str]
) -> None:
    report = recount(forge(counted()), KEY)
    assert failed(report) == found, report.line
    assert report.line.startswith("NOT CONFIRMED: ")
    assert all(name in report.line for name in found)


def repeated(leaves: list[bytes]) -> list[bytes]:
    """A receipt recorded anew after it was replaced."""
    return [*leaves[:-1], leaves[-3], leaves[-2], leaves[-1]]


def replaced_what_never_came(leaves: list[bytes]) -> list[bytes]:
    never = encode(ReplacedLeaf(ballot=BALLOT, receipt=hexed("never")))
    return [*leaves[:-1], never, leaves[-1]]


def receipt_of_another_ballot(leaves: list[bytes]) -> list[bytes]:
    return [*leaves[:2], leaves[2].replace(b'"ballot":7,', b'"ballot":8,'), *leaves[3:]]


def not_canonical(leaves: list[bytes]) -> list[bytes]:
    return [*leaves[:2], leaves[2].replace(b":", b": "), *leaves[3:]]


@pytest.mark.parametrize(
    "change", [repeated, replaced_what_never_came, receipt_of_another_ballot, not_canonical]
)
def test_a_log_that_says_what_cannot_be_is_found_even_where_it_is_signed(
    change: Callable[[list[bytes]], list[bytes]],
) -> None:
    file = counted()
    leaves = [each.leaf.encode() for each in log_of(file).leaves]
    report = recount(replace(file, log=signed_log(leaves)), KEY)
    assert failed(report) <= {"lot"}, "as it was, but for the ballots beside"
    report = recount(replace(file, log=signed_log(change(leaves))), KEY)
    assert "log entries" in failed(report), report.line
    assert "tree" not in failed(report)


def test_entries_out_of_order_are_found() -> None:
    file = counted()
    first, second, third, *rest = log_of(file).leaves
    report = recount(with_log(file, leaves=(first, third, second, *rest)), KEY)
    assert failed(report) == {"log entries", "lot"}


def test_a_secret_ballot_that_binds_votes_to_receipts_is_found() -> None:
    file = counted("approval", "secret")
    bound = tuple(
        replace(each, receipt=receipt)
        for each, receipt in zip(file.papers, file.receipts, strict=True)
    )
    assert "receipts" in failed(recount(replace(file, papers=bound), KEY))


def test_a_vote_more_than_receipts_is_found_in_a_secret_ballot() -> None:
    file = counted("approval", "secret")
    papers = tuple(sorted([*file.papers, file.papers[0]], key=lambda each: each.choices))
    result = outcome(
        file.terms,
        published.counted_votes(papers),
        seed=file.result.seed,
        voters=6,
        excluded=0,
    )
    report = recount(rehashed(file, papers=papers, result=result), KEY)
    assert failed(report) == {"receipts", "log entries"}
    assert "5 receipts for 6 votes" in report.line


@pytest.mark.parametrize(
    "choices",
    [
        "[4]",
        "[1,2,3]",
        "[2,1]",
        "[1, 2]",
        "[[1,2]]",
        "nonsense",
        "",
        "[1,1]",
        "[99999999999999999999]",
    ],
)
def test_a_vote_that_the_terms_do_not_allow_is_found(choices: str) -> None:
    file = counted()
    wrong = (replace(file.papers[0], choices=choices), *file.papers[1:])
    assert "votes" in failed(recount(replace(file, papers=wrong), KEY))


@pytest.mark.parametrize(
    "change",
    [
        {"options": ()},
        {"options": (Option(number=2, code="P2", title=""),)},
        {
            "options": (
                Option(number=1, code="P", title=""),
                Option(number=2, code="P", title=""),
            )
        },
        {"settings": Settings(method="majority")},
        {"settings": Settings(method="majority", majority=MajorityRules(criteria=()))},
        {"settings": Settings(method="budget", budget=BudgetRules(amount=0))},
        {"settings": Settings(method="support", budget=BudgetRules(amount=1))},
    ],
)
def test_terms_by_which_nothing_can_be_counted_are_found(change: dict[str, Any]) -> None:
    file = counted()
    report = recount(rehashed(file, terms=replace(file.terms, **change)), KEY)
    assert {"terms", "result"} <= failed(report)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_character_of_a_file_can_be_changed_unseen(data: st.DataObject) -> None:
    raw = published.write(counted("budget", excluded=1))
    place = data.draw(st.integers(0, len(raw) - 1))
    other = data.draw(st.integers(32, 126).filter(lambda found: found != raw[place]))
    touched = raw[:place] + bytes([other]) + raw[place + 1 :]
    try:
        report = recount(published.read(touched), KEY)
    except FileError:
        return
    # The reason of an exclusion is the only text that no hash covers.
    assert not report.holds or json.loads(touched)["exclusions"] != json.loads(raw)["exclusions"]
