"""``eak matchmaking match``: a file in, JSON out, nothing else needed."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from eak_matchmaking.commands.match import match
from eak_matchmaking.rounds.documents import MOST_BYTES

DOCUMENTED: dict[str, dict[str, object]] = {
    "proposers": {
        "A": ["C"], "S": ["C", "M"], "D": ["C", "M", "G"], "J": ["C", "G", "M"],
        "L": ["M", "C", "G"],
    },
    "receivers": {
        "M": {"capacity": 2, "ranks": ["D", "L", "S", "J"]},
        "C": {"capacity": 2, "ranks": ["D", "A", "S", "L", "J"]},
        "G": {"capacity": 2, "ranks": ["D", "J", "L"]},
    },
}  # fmt: skip


@pytest.fixture
def run(tmp_path):
    """Run ``eak matchmaking match`` on the given bytes, text or document."""

    def matching(written):
        if not isinstance(written, str | bytes):
            written = json.dumps(written)
        file = tmp_path / "round.json"
        file.write_bytes(written.encode() if isinstance(written, str) else written)
        return CliRunner().invoke(match, [str(file)])

    return matching


def changed(**members):
    return {**DOCUMENTED, **members}


def test_each_proposer_gets_its_receiver_and_nothing_blocks(run):
    result = run(DOCUMENTED)

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "matching": {"A": "C", "D": "C", "J": "G", "L": "M", "S": "M"},
        "unmatched": [],
        "blocking_pairs": [],
    }


def test_who_stays_without_is_null_and_named(run):
    result = run(
        {
            "proposers": {"toits": ["école"], "abeilles": ["école"]},
            "receivers": {"école": {"capacity": 1, "ranks": ["toits", "abeilles"]}},
        }
    )

    assert json.loads(result.stdout) == {
        "matching": {"abeilles": None, "toits": "école"},
        "unmatched": ["abeilles"],
        "blocking_pairs": [],
    }
    assert "école" in result.stdout


def test_the_answer_is_the_same_to_the_byte_whatever_the_order_of_the_file(run):
    backwards = {
        part: dict(reversed(list(rows.items()))) for part, rows in reversed(DOCUMENTED.items())
    }
    assert run(backwards).stdout == run(DOCUMENTED).stdout


def test_a_pair_that_is_named_on_one_side_alone_is_not_matched(run):
    result = run(
        {
            "proposers": {"A": ["X"], "B": ["X"]},
            "receivers": {"X": {"capacity": 2, "ranks": ["A"]}},
        }
    )

    assert json.loads(result.stdout)["unmatched"] == ["B"]
    assert json.loads(result.stdout)["blocking_pairs"] == []


def test_a_byte_order_mark_is_passed_over(run):
    assert run(b"\xef\xbb\xbf" + json.dumps(DOCUMENTED).encode()).exit_code == 0


X = {"capacity": 1, "ranks": ["A"]}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"", "Line 1, column 1: this is no JSON"),
        (b'{"proposers": {"A": ["X"]},\n "receivers": }', "Line 2, column 15: this is no JSON"),
        (b"\xff\xfe\x00", "it is not text in UTF-8."),
        (b'{"proposers": {"A\x00": []}}', "this is no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        ([], "the document: an object, {…}, is expected."),
        ({}, "the document: “proposers” is missing."),
        ({"proposers": {"A": ["X"]}}, "the document: “receivers” is missing."),
        (changed(scores={}), "the document: “scores” is not known here."),
        (changed(proposers={}), "proposers: nobody is named."),
        (changed(receivers={}), "receivers: nobody is named."),
        (changed(proposers=["A"]), "proposers: an object, {…}, is expected."),
        (changed(proposers={"A": []}), "proposers, “A”: the list is empty"),
        (changed(proposers={"A": "C"}), "proposers, “A”: a list of names, […], is expected."),
        (changed(proposers={"A": {"C": 1}}), "proposers, “A”: a list of names, […], is expected."),
        (changed(proposers={"A": ["C", 3]}), "proposers, “A”, number 2: a name in quotation marks"),
        (changed(proposers={"A": ["C", ["M"]]}), "proposers, “A”, number 2: a name in quotation"),
        (changed(proposers={"A": ["Z"]}), "proposers, “A”: there is no receiver “Z”."),
        (changed(proposers={"A": ["C", "C"]}), "proposers, “A”: “C” stands in the list twice."),
        (changed(proposers={" ": ["C"]}), "proposers: a name is empty."),
        (changed(proposers={"A" * 301: ["C"]}), "A…” is longer than 300 characters."),
        (changed(receivers={"X": 3}), "receivers, “X”: an object, {…}, is expected."),
        (changed(receivers={"X": {"ranks": ["A"]}}), "receivers, “X”: “capacity” is missing."),
        (changed(receivers={"X": {**X, "rank": 1}}), "receivers, “X”: “rank” is not known here."),
        (changed(receivers={"X": {**X, "ranks": []}}), "receivers, “X”, ranks: the list is empty"),
        (
            {"proposers": {"A": ["X"]}, "receivers": {"X": {**X, "ranks": ["B"]}}},
            "receivers, “X”, ranks: there is no proposer “B”.",
        ),
        (
            '{"proposers": {"A": ["X"], "B": ["X"], "A": ["X"]}, "receivers": {}}',
            "proposers: “A” stands there twice.",
        ),
        (
            '{"proposers": {"A": ["X"]}, "receivers": {"X": {"capacity": 1, "capacity": 2}}}',
            "receivers, “X”: “capacity” stands there twice.",
        ),
        (
            '{"proposers": {"A": ["X"]}, "proposers": {"A": ["X"]}, "receivers": {}}',
            "the document: “proposers” stands there twice.",
        ),
        ('{"proposers": {"\\ud800": ["X"]}, "receivers": {}}', "“\\ud800” holds a character"),
        (
            '{"proposers": {"A": ["X\\u0000"]}, "receivers": {}}',
            "proposers, “A”, number 1: “X\\x00” holds a character that is no text.",
        ),
        ('{"proposers": {"\\u001b[2J": ["X"]}, "receivers": {}}', "“\\x1b[2J” holds a character"),
    ],
)
def test_what_is_no_instance_is_refused_in_one_sentence_that_names_the_place(run, written, said):
    result = run(written)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("capacity", "said"),
    [
        *((each, "a number from 1 to 1,000,000 is expected.")
          for each in ("0", "-1", "1000001", "9" * 5_000, "-" + "9" * 5_000)),
        *((each, "a whole number is expected.")
          for each in ("1.0", "1e3", "true", "null", '"2"', "[1]", "{}", "NaN", "Infinity")),
    ],
)  # fmt: skip
def test_a_capacity_is_a_whole_number_of_places(run, capacity, said):
    written = json.dumps({"proposers": {"A": ["X"]}, "receivers": {"X": {**X, "capacity": 777}}})

    result = run(written.replace("777", capacity))

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"receivers, “X”, capacity: {said}" in result.stderr


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path):
    file = tmp_path / "large.json"
    with file.open("wb") as opened:
        opened.truncate(200 * 1024 * 1024)

    result = CliRunner().invoke(match, [str(file)])

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"it is larger than {MOST_BYTES // 1024**2} MiB." in result.stderr


def test_what_is_not_there_is_refused_and_standard_input_is_read(tmp_path):
    for place in (tmp_path / "absent", tmp_path):
        assert CliRunner().invoke(match, [str(place)]).exit_code == 2

    result = CliRunner().invoke(match, ["-"], input=json.dumps(DOCUMENTED))

    assert json.loads(result.stdout)["unmatched"] == []


def test_it_needs_no_site(tmp_path):
    file = tmp_path / "round.json"
    file.write_text(json.dumps(DOCUMENTED))
    command = "import sys; from eak_core.cli import main; sys.exit(main())"

    ran = subprocess.run(
        [sys.executable, "-c", command, "matchmaking", "match", str(file)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["matching"]["J"] == "G"
    assert list(tmp_path.iterdir()) == [file]
