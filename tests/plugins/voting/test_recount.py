"""Recounting from the published file: what holds is confirmed, what was touched is found."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eak_core.transparency import checkpoint, merkle
from eak_voting.casting import receipts
from eak_voting.casting.choices import ballots_digest
from eak_voting.commands.log import recount_command
from eak_voting.counting.outcome import outcome
from eak_voting.publishing import published
from eak_voting.publishing.published import (
    BallotFile,
    FileError,
    PublishedExclusion,
    PublishedLeaf,
    PublishedLog,
    PublishedPaper,
    assemble,
)
from eak_voting.publishing.recount import Report, recount
from eak_voting.settings import (
    ApprovalRules,
    BudgetRules,
    Criterion,
    MajorityRules,
    Option,
    Secrecy,
    Settings,
    Terms,
    canonical,
    digest,
)
from eak_voting.transparency.records import (
    CancelledLeaf,
    CountedLeaf,
    OpenedLeaf,
    ReceiptLeaf,
    ReplacedLeaf,
    encode,
)

SEED = bytes(range(32))
OTHER_SEED = bytes(32)
ORIGIN = "participation.example/culture/votes"
KEY = str(checkpoint.verifier_key(ORIGIN, SEED))
BALLOT = 7

replace = msgspec.structs.replace

RULES: dict[str, dict[str, Any]] = {
    "support": {},
    "approval": {"approval": ApprovalRules(at_most=2)},
    "majority": {
        "majority": MajorityRules(
            criteria=(
                Criterion(code="economic", name="Economic", weight=2),
                Criterion(code="social", name="Social"),
            ),
            missing="normalised",
        )
    },
    "budget": {"budget": BudgetRules(amount=100, comparison=True)},
    "points": {"budget": BudgetRules(amount=100, ballot="points", points=10)},
}
VOTES = {
    "support": ["[1,2]", "[2]", "[2,3]", "[]", "[1]"],
    "approval": ["[1,2]", "[2]", "[2,3]", "[]", "[1]"],
    "majority": [
        "[[1,[7,5]],[2,[3,3]]]",
        "[[1,[6,0]],[3,[1,2]]]",
        "[[2,[5,5]]]",
        "[]",
        "[[1,[2,2]],[2,[4,6]],[3,[7,7]]]",
    ],
    "budget": ["[1,2]", "[2]", "[2,3]", "[]", "[1]"],
    "points": ["[[1,5],[2,5]]", "[[2,10]]", "[[2,1],[3,2]]", "[]", "[[1,3]]"],
}


def terms(method: str = "approval", secrecy: Secrecy = "pseudonymous") -> Terms:
    return Terms(
        ballot=BALLOT,
        service="culture",
        title="Une cour plus verte",
        text="Que faire **d’abord** ?",
        opens_at="2026-11-01T08:00:00Z",
        closes_at="2026-11-08T08:00:00Z",
        settings=Settings(
            method="budget" if method == "points" else method,  # type: ignore[arg-type]
            secrecy=secrecy,
            **RULES[method],
        ),
        options=tuple(
            Option(number=number, code=f"P{number}", title=f"Idée {number}", cost=40)
            for number in (1, 2, 3)
        ),
    )


def paper(number: int, choices: str) -> PublishedPaper:
    proof = receipts.proof(f"code {number}", 1, BALLOT, choices)
    return PublishedPaper(choices=choices, receipt=proof.receipt, salt=proof.salt)


def hexed(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


def counted(
    method: str = "approval",
    secrecy: Secrecy = "pseudonymous",
    *,
    excluded: int = 0,
    votes: list[str] | None = None,
) -> BallotFile:
    """A ballot that was opened, voted in, and counted, in a log that others write to as well."""
    frozen = terms(method, secrecy)
    papers = [
        paper(each, vote) for each, vote in enumerate(VOTES[method] if votes is None else votes)
    ]
    papers = [
        replace(each, exclusion=1 if place < excluded else None)
        for place, each in enumerate(papers)
    ]
    exclusions = [PublishedExclusion(number=1, reason="One machine", votes=excluded)][:excluded]
    given = [each.receipt or "" for each in papers]
    gone = hexed("changed")
    own = [
        OpenedLeaf(ballot=BALLOT, terms=digest(canonical(frozen))),
        *(ReceiptLeaf(ballot=BALLOT, receipt=each) for each in [*given, gone]),
        ReplacedLeaf(ballot=BALLOT, receipt=gone),
    ]
    leaves = [encode(CancelledLeaf(ballot=1)), *map(encode, own), encode(CancelledLeaf(ballot=2))]  # type: ignore[arg-type]
    root = merkle.root_of([merkle.leaf_hash(leaf) for leaf in leaves]).hex()
    cast = [each.choices for each in papers if each.exclusion is None]
    result = outcome(frozen, cast, seed=root, voters=len(papers), excluded=excluded)
    leaves.append(encode(CancelledLeaf(ballot=3)))
    leaves.append(
        encode(
            CountedLeaf(
                ballot=BALLOT,
                terms=digest(canonical(frozen)),
                ballots=ballots_digest(frozen, cast),
                result=digest(canonical(result)),
            )
        )
    )
    return assemble(frozen, papers, given, exclusions, result, logged(leaves))


def logged(leaves: list[bytes]) -> PublishedLog:
    """The log of ``leaves``, of which those of the ballot are shown."""
    log = signed_log(leaves)
    own = f'"ballot":{BALLOT},'
    return replace(log, leaves=tuple(each for each in log.leaves if own in each.leaf))


def signed_log(leaves: list[bytes]) -> PublishedLog:
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    head = checkpoint.Checkpoint(ORIGIN, len(hashes), merkle.root_of(hashes))
    return PublishedLog(
        key=KEY,
        checkpoint=checkpoint.sign(head, SEED),
        hashes=tuple(each.hex() for each in hashes),
        leaves=tuple(
            PublishedLeaf(index=index, leaf=leaf.decode()) for index, leaf in enumerate(leaves)
        ),
    )


def failed(report: Report) -> set[str]:
    return {check.name for check in report.checks if check.passed is False}


# --- What holds.


@pytest.mark.parametrize("secrecy", ["public", "pseudonymous", "secret"])
@pytest.mark.parametrize("method", RULES)
def test_a_published_ballot_is_confirmed(method: str, secrecy: Secrecy) -> None:
    file = counted(method, secrecy)
    report = recount(published.read(published.write(file)), KEY)
    assert report.holds, report.line
    assert report.result == file.result
    assert "\n" not in report.line
    assert "5 votes counted anew give the published result" in report.line
    assert all(check.passed for check in report.checks)


def test_without_a_known_key_the_line_names_the_key_to_compare() -> None:
    report = recount(counted())
    assert report.holds
    assert f"the key of the log was not compared; compare it with {KEY}" in report.line


def test_votes_that_were_excluded_for_a_public_reason_are_not_counted_and_are_shown() -> None:
    file = counted(excluded=2)
    assert (file.result.voters, file.result.counted, file.result.excluded) == (5, 3, 2)
    assert recount(file, KEY).holds


@pytest.mark.parametrize("method", RULES)
def test_a_ballot_in_which_nobody_voted_is_confirmed(method: str) -> None:
    report = recount(counted(method, votes=[]), KEY)
    assert report.holds, report.line
    assert "0 votes counted anew" in report.line


def test_the_account_of_an_erased_person_takes_the_salt_along_and_the_count_holds() -> None:
    file = counted()
    without = (replace(file.papers[0], salt=None), *file.papers[1:])
    report = recount(replace(file, papers=without), KEY)
    assert report.holds, report.line
    said = {check.name: check.said for check in report.checks}
    assert said["receipts"] == "4 of 5 computed anew"


def test_an_imported_ballot_is_counted_anew_and_said_to_stand_in_no_log() -> None:
    file = counted("budget")
    papers = tuple(PublishedPaper(choices=each.choices) for each in file.papers)
    imported = assemble(file.terms, papers, (), (), file.result, None)
    report = recount(imported)
    assert report.holds, report.line
    assert not report.confirmed
    assert report.line.startswith("NOT CONFIRMED: ")
    assert "no public log" in report.line
    assert "The count agrees: 5 votes" in report.line
    assert failed(recount(imported, KEY)) == {"key"}


# --- What the file tells, and does not tell.


def test_the_file_of_a_secret_ballot_binds_no_vote_to_a_receipt() -> None:
    file = counted("approval", "secret")
    assert [paper.choices for paper in file.papers] == sorted(VOTES["approval"])
    assert all(paper.receipt is None and paper.salt is None for paper in file.papers)
    assert list(file.receipts) == sorted(file.receipts)
    assert len(file.receipts) == 5


def test_votes_stand_in_the_order_of_their_receipts() -> None:
    file = counted()
    assert [paper.receipt for paper in file.papers] == sorted(file.receipts)


def test_the_hash_of_the_votes_does_not_depend_on_the_order_they_come_in() -> None:
    frozen = terms()
    assert ballots_digest(frozen, ["[2]", "[1]"]) == ballots_digest(frozen, ["[1]", "[2]"])
    expected = hashlib.sha256(b'{"ballot":7,"votes":["[1]","[2]"]}').hexdigest()
    assert ballots_digest(frozen, ["[1]", "[2]"]) == expected


# --- What was touched. Each forger is careful about all but one thing.


def rehashed(file: BallotFile, **changes: Any) -> BallotFile:
    """``file`` with ``changes`` and hashes that agree with them, as whoever holds no key can."""
    file = replace(file, **changes)
    return replace(
        file,
        terms_hash=digest(canonical(file.terms)),
        ballots_hash=ballots_digest(file.terms, published.counted_votes(file.papers)),
        result_hash=digest(canonical(file.result)),
    )


def with_log(file: BallotFile, **changes: Any) -> BallotFile:
    assert file.log is not None
    return replace(file, log=replace(file.log, **changes))


def log_of(file: BallotFile) -> PublishedLog:
    assert file.log is not None
    return file.log


def other_vote(file: BallotFile) -> tuple[PublishedPaper, ...]:
    first = file.papers[0]
    other = "[1]" if first.choices != "[1]" else "[3]"
    return (replace(first, choices=other), *file.papers[1:])


def changed_vote(file: BallotFile) -> BallotFile:
    return replace(file, papers=other_vote(file))


def changed_vote_with_its_hash_and_result(file: BallotFile) -> BallotFile:
    papers = other_vote(file)
    result = outcome(
        file.terms,
        published.counted_votes(papers),
        seed=file.result.seed,
        voters=len(papers),
        excluded=0,
    )
    return rehashed(file, papers=papers, result=result)


def changed_vote_with_a_receipt_of_its_own(file: BallotFile) -> BallotFile:
    file = changed_vote_with_its_hash_and_result(file)
    papers = [paper(99, file.papers[0].choices), *file.papers[1:]]
    listed = [each.receipt or "" for each in papers]
    return assemble(file.terms, papers, listed, (), file.result, file.log)


def dropped_vote(file: BallotFile) -> BallotFile:
    result = outcome(
        file.terms,
        published.counted_votes(file.papers[1:]),
        seed=file.result.seed,
        voters=4,
        excluded=0,
    )
    return rehashed(file, papers=file.papers[1:], receipts=file.receipts[1:], result=result)


def dropped_receipt(file: BallotFile) -> BallotFile:
    return replace(file, receipts=file.receipts[1:])


def salt_of_another(file: BallotFile) -> BallotFile:
    first, second, *rest = file.papers
    swapped = (replace(first, salt=second.salt), second, *rest)
    return replace(file, papers=swapped)


def changed_result(file: BallotFile) -> BallotFile:
    first, *rest = file.result.ranking
    return rehashed(
        file, result=replace(file.result, ranking=(replace(first, votes=first.votes + 1), *rest))
    )


def changed_hash_of_result(file: BallotFile) -> BallotFile:
    return replace(file, result_hash=hexed("other"))


def changed_terms(file: BallotFile) -> BallotFile:
    return replace(file, terms=replace(file.terms, title="Another question"))


def changed_terms_with_their_hash(file: BallotFile) -> BallotFile:
    return rehashed(file, terms=replace(file.terms, title="Another question"))


def lot_of_choice(file: BallotFile) -> BallotFile:
    return rehashed(file, result=replace(file.result, seed=hexed("chosen")))


def early_lot(file: BallotFile) -> BallotFile:
    known = merkle.root_of([bytes.fromhex(each) for each in log_of(file).hashes[:3]]).hex()
    return rehashed(file, result=replace(file.result, seed=known))


def silent_exclusion(file: BallotFile) -> BallotFile:
    papers = (replace(file.papers[0], exclusion=1), *file.papers[1:])
    result = outcome(
        file.terms,
        published.counted_votes(papers),
        seed=file.result.seed,
        voters=5,
        excluded=1,
    )
    return rehashed(file, papers=papers, result=result)


def wrong_number_of_exclusions(file: BallotFile) -> BallotFile:
    return replace(
        silent_exclusion(file),
        exclusions=(PublishedExclusion(number=1, reason="One machine", votes=2),),
    )


def changed_leaf_hash(file: BallotFile) -> BallotFile:
    return with_log(file, hashes=(hexed("other"), *log_of(file).hashes[1:]))


def shorter_log(file: BallotFile) -> BallotFile:
    return with_log(file, hashes=log_of(file).hashes[1:])


def moved_leaf(file: BallotFile) -> BallotFile:
    first, *rest = log_of(file).leaves
    return with_log(file, leaves=(replace(first, index=0), *rest))


def forgotten_leaf(file: BallotFile) -> BallotFile:
    return with_log(file, leaves=(*log_of(file).leaves[:2], *log_of(file).leaves[3:]))


def forgotten_replacement(file: BallotFile) -> BallotFile:
    return with_log(file, leaves=(*log_of(file).leaves[:-2], log_of(file).leaves[-1]))


def forgotten_result(file: BallotFile) -> BallotFile:
    return with_log(file, leaves=log_of(file).leaves[:-1])


def no_leaves(file: BallotFile) -> BallotFile:
    return with_log(file, leaves=())


def changed_checkpoint(file: BallotFile) -> BallotFile:
    note = log_of(file).checkpoint.replace(ORIGIN, "another.example/culture/votes")
    return with_log(file, checkpoint=note)


def no_checkpoint(file: BallotFile) -> BallotFile:
    return with_log(file, checkpoint="signed, believe me")


def signed_by_another(file: BallotFile) -> BallotFile:
    head = checkpoint.verified(log_of(file).checkpoint, checkpoint.read_key(KEY))
    return with_log(file, checkpoint=checkpoint.sign(head, OTHER_SEED))


def signed_by_another_whose_key_stands_there(file: BallotFile) -> BallotFile:
    key = str(checkpoint.verifier_key(ORIGIN, OTHER_SEED))
    return with_log(signed_by_another(file), key=key)


def all_rewritten_and_signed_by_another(file: BallotFile) -> BallotFile:
    """Nothing in the file itself tells: only the key known from elsewhere does."""
    forged = counted(votes=["[3]"] * 5)
    return signed_by_another_whose_key_stands_there(forged)


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


# --- What is no such file.


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not JSON, or was cut short"),
        (b"voter_id;vote\n1;2", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "its format is not"),
        (b"{}", "its format is not"),
        (b'{"format":"eak-ballot","version":3}', "has version 3"),
        (b'{"format":"eak-ballot","version":1}', "missing required field"),
        (b'{"format":"eak-ballot","version":"1"}', "its format is not"),
        (b'{"format":' + b"[" * 100_000, "its format is not"),
        (b'{"anything":' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_not_the_file_of_a_ballot_is_refused_in_a_sentence(
    data: bytes, sentence: str
) -> None:
    with pytest.raises(FileError, match=sentence):
        published.read(data)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_short_is_refused(share: float) -> None:
    raw = published.write(counted())
    with pytest.raises(FileError, match="cut short"):
        published.read(raw[: int(len(raw) * share)])


def test_a_file_that_is_not_in_utf_8_is_refused() -> None:
    raw = published.write(counted()).replace("’".encode(), b"\x92")
    with pytest.raises(FileError, match="not in UTF-8"):
        published.read(raw)


def test_a_file_that_is_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = published.write(counted())
    monkeypatch.setattr(published, "MOST_BYTES", len(raw) - 1)
    with pytest.raises(FileError, match="larger than"):
        published.read(raw)


def changed_json(change: Callable[[dict[str, Any]], None]) -> bytes:
    document = json.loads(published.write(counted()))
    change(document)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def test_a_file_written_otherwise_is_refused() -> None:
    raw = published.write(counted())
    assert published.read(raw + b"\n") == counted()
    assert changed_json(lambda document: None) == raw
    for other in (
        json.dumps(json.loads(raw)).encode(),
        raw.replace(b'"version":1', b'"version":1,"version":1'),
        raw.replace(b"Une cour", b"\\u0055ne cour"),
    ):
        with pytest.raises(FileError, match="not written as it was published"):
            published.read(other)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(more=1),
        lambda document: document.pop("log"),
        lambda document: document["papers"][0].update(person=12),
        lambda document: document["receipts"].append("AB"),
        lambda document: document["log"]["leaves"][0].update(index=-1),
        lambda document: document["log"]["leaves"][0].update(index=2**60),
        lambda document: document["log"]["hashes"].append("0" * 63),
        lambda document: document["terms"]["settings"].update(method="astrology"),
        lambda document: document["result"].update(counted=None),
        lambda document: document["result"].update(counted=1e300),
    ],
)
def test_a_file_of_another_shape_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises(FileError, match="not that of a ballot"):
        published.read(changed_json(change))


# --- The command.


def run(tmp_path: Path, raw: bytes, *arguments: str) -> tuple[int, str]:
    file = tmp_path / "ballot.json"
    file.write_bytes(raw)
    done = CliRunner().invoke(
        recount_command, [str(file), *arguments], standalone_mode=False, catch_exceptions=False
    )
    return done.return_value, done.output


def test_the_command_says_in_one_line_that_the_result_holds(tmp_path: Path) -> None:
    code, said = run(tmp_path, published.write(counted()), "--key", KEY)
    assert code == 0
    assert said.count("\n") == 1
    assert said.startswith("CONFIRMED: ballot 7, “Une cour plus verte”: 5 votes counted anew")


def test_the_command_confirms_nothing_that_no_public_log_vouches_for(tmp_path: Path) -> None:
    file = counted("budget")
    papers = tuple(PublishedPaper(choices=each.choices) for each in file.papers)
    unlogged = published.write(assemble(file.terms, papers, (), (), file.result, None))
    code, said = run(tmp_path, unlogged)
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith("NOT CONFIRMED: ")
    code, said = run(tmp_path, unlogged, "--json")
    document = json.loads(said)
    assert (code, document["confirmed"], document["holds"]) == (1, False, True)


def test_the_command_says_which_check_failed(tmp_path: Path) -> None:
    code, said = run(tmp_path, published.write(salt_of_another(counted())), "--key", KEY)
    assert code == 1
    assert said.count("\n") == 1
    assert "NOT CONFIRMED: ballot 7, “Une cour plus verte”: receipts: receipt " in said


@pytest.mark.parametrize("raw", [b"", b"{}", b"[" * 10_000])
def test_the_command_refuses_what_it_cannot_read(tmp_path: Path, raw: bytes) -> None:
    code, said = run(tmp_path, raw)
    assert code == 2
    assert said.startswith(str(tmp_path / "ballot.json"))


def test_the_command_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = CliRunner().invoke(recount_command, [str(tmp_path / "none.json")], standalone_mode=False)
    assert done.return_value == 2
    assert "No such file" in done.output


def test_the_command_tells_programs_every_check(tmp_path: Path) -> None:
    code, said = run(tmp_path, published.write(counted("majority")), "--key", KEY, "--json")
    document = json.loads(said)
    assert code == 0
    assert document["holds"] is True
    assert [each["check"] for each in document["checks"]] == [
        "terms", "votes", "exclusions", "result", "receipts", "log entries", "lot", "tree",
        "signature", "key",
    ]  # fmt: skip
    assert document["result"]["judgment"]["overall"][0]["rank"] == 1


def test_a_title_cannot_command_the_terminal(tmp_path: Path) -> None:
    file = counted()
    hostile = replace(file, terms=replace(file.terms, title="\x1b[2J\x07gone\nCONFIRMED"))
    _code, said = run(tmp_path, published.write(hostile))
    assert "\x1b" not in said
    assert said.count("\n") == 1


def test_a_french_title_is_said_as_it_was_written(tmp_path: Path) -> None:
    file = counted()
    french = replace(file, terms=replace(file.terms, title="Budget\u00a0: et après\u202f?"))
    _code, said = run(tmp_path, published.write(french))
    assert "Budget\u00a0: et après\u202f?" in said


# --- What the documentation says of the file.


def documented() -> str:
    page = Path(__file__).parents[3] / "docs" / "voting" / "file.md"
    (script,) = re.findall(r"```python\n(.*?)```", page.read_text(), re.S)
    return str(script)


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_the_program_of_the_documentation_checks_a_file(tmp_path: Path, secrecy: Secrecy) -> None:
    file = tmp_path / "ballot.json"
    file.write_bytes(published.write(counted("majority", secrecy, excluded=1)))
    script = [sys.executable, "-I", "-c", documented(), str(file)]
    done = subprocess.run(script, capture_output=True, text=True)
    assert done.stdout == "every hash holds\n", done.stderr


@pytest.mark.parametrize(
    "forge",
    [changed_vote, changed_terms, changed_hash_of_result, salt_of_another, dropped_receipt,
     changed_leaf_hash, shorter_log, forgotten_leaf, dropped_vote],
)  # fmt: skip
def test_the_program_of_the_documentation_finds_what_was_touched(
    tmp_path: Path, forge: Callable[[BallotFile], BallotFile]
) -> None:
    file = tmp_path / "ballot.json"
    file.write_bytes(published.write(forge(counted())))
    script = [sys.executable, "-I", "-c", documented(), str(file)]
    done = subprocess.run(script, capture_output=True, text=True)
    assert "AssertionError" in done.stderr
