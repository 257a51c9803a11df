"""Recounting from the published file: what holds is confirmed."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eak_voting.casting.choices import ballots_digest
from eak_voting.publishing import published
from eak_voting.publishing.published import BallotFile, FileError, PublishedPaper, assemble
from eak_voting.publishing.recount import recount
from eak_voting.settings import Secrecy
from tests.plugins.voting.ballot_files import KEY, RULES, VOTES, counted, failed, replace, terms
from tests.plugins.voting.forgers import (
    changed_hash_of_result,
    changed_leaf_hash,
    changed_terms,
    changed_vote,
    dropped_receipt,
    dropped_vote,
    forgotten_leaf,
    salt_of_another,
    shorter_log,
)

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
