"""``eak voting count``: a file in, JSON out, nothing else needed."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eak_core.cli import cli

DATA = Path(__file__).parents[4] / "shared/data"

BUDGET = """META
key;value
budget;30
vote_type;approval
PROJECTS
project_id;cost;name
a;18;Arbres
b;20;Bancs
c;12.50;Cour
VOTES
voter_id;vote
1;a,b
2;a,b
3;a,b
4;c
"""


def count(command, file, *options):
    """Run ``eak voting count`` on the file."""
    return CliRunner().invoke(cli, ["voting", "count", command, str(file), *options])


@pytest.fixture
def run(tmp_path):
    """Run ``eak voting count`` on the given text."""

    def counting(command, text, *options):
        file = tmp_path / "file"
        file.write_text(text, encoding="utf-8")
        return count(command, file, *options)

    return counting


def counted(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_majority_gives_each_candidate_a_rank_a_grade_a_gauge_and_a_tally(run):
    sheet = "Anne,Bob,Cléo\n3,1,\n3,2,0\n1,3,2\n\n"

    result = counted(run("majority", sheet, "--grades", "3", "--missing", "worst"))

    assert list(result) == ["Anne", "Bob", "Cléo"]
    assert result["Anne"] == {
        "rank": 1,
        "grade": 3,
        "gauge": {"sign": "-", "p": 0, "q": 1, "of": 3},
        "tally": [1, 0, 2],
    }
    assert result["Cléo"]["tally"] == [2, 1, 0]


def test_the_ballots_of_orsay_are_ranked_from_the_terminal(run):
    with (DATA / "jugement-majoritaire/orsay-2007.csv").open(encoding="utf-8") as file:
        rows = [",".join(row[2:]) for row in csv.reader(file)]
    sheet = "\n".join(rows)

    worst = counted(run("majority", sheet, "--grades", "6", "--missing", "worst"))
    shares = counted(run("majority", sheet, "--grades", "6", "--missing", "normalised"))

    assert list(worst)[:3] == ["Bayrou", "Royal", "Sarkozy"]
    assert worst["Bayrou"]["tally"] == [129, 146, 256, 434, 532, 236]
    assert (worst["Bové"]["rank"], worst["Laguiller"]["rank"]) == (7, 8)
    assert (shares["Laguiller"]["rank"], shares["Bové"]["rank"]) == (7, 8)
    assert sum(shares["Bayrou"]["tally"]) < 1733


def test_a_sheet_with_semicolons_is_read_too(run):
    result = counted(run("majority", "A;B\n2;1\n", "--grades", "2", "--missing", "median"))

    assert [each["rank"] for each in result.values()] == [1, 2]


@pytest.mark.parametrize(
    ("sheet", "fault"),
    [
        ("", "file is empty"),
        ("A,\n1,1\n", "line 1: The first line names the candidates"),
        ("A,A\n1,1\n", "names the column “A” twice"),
        ("A,B\n1,2\n1,4\n", "line 3: “4” is no grade from 1 to 3"),
        ("A,B\n1,2\n\n1\n", "line 4: It has 1 values where the header names 2 columns"),
        ("A,B\n1,²\n", "line 2: “²” is no grade"),
        ('A,B\n1,2\n"1,2\n', "line 3: A quotation mark is opened here and never closed"),
    ],
)
def test_a_sheet_that_cannot_be_counted_is_refused_in_one_sentence(run, sheet, fault):
    result = run("majority", sheet, "--grades", "3", "--missing", "worst")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert fault in result.stderr


def test_equal_shares_gives_what_is_selected_its_cost_and_the_reasons(run):
    result = counted(run("equal-shares", BUDGET, "--completion", "utilitarian"))

    assert result["rule"] == "equal-shares"
    assert result["selected"] == ["a"]
    assert result["cost"] == 18
    reasons = result["reasons"]
    assert reasons["a"]["funded"] is True
    assert reasons["a"]["max_payment"] == 6
    assert reasons["c"] == {
        "title": "Cour",
        "funded": False,
        "why": "12 was left in its turn: 0.50 of 12.50 is missing.",
        "cost": 12.5,
        "votes": 1,
        "supporters": 1,
        "cause": "budget",
        "available": 12,
        "missing": 0.5,
        "spent_on": {},
    }


def test_the_reason_by_shares_says_what_the_supporters_have_left(run):
    result = counted(run("equal-shares", BUDGET, "--completion", "none"))

    assert result["endowment"] == 7.5
    assert result["reasons"]["b"]["why"] == "Its supporters have 4.50 left: 15.50 of 20 is missing."
    assert result["reasons"]["b"]["spent_on"] == {"a": 18}


def test_the_comparison_is_told(run):
    result = counted(run("equal-shares", BUDGET, "--comparison"))

    assert result["comparison"] == {"prefer_equal_shares": 0, "prefer_greedy": 0}


def test_a_tie_is_reported_with_the_lot_that_the_seed_draws(run):
    tied = BUDGET.replace("b;20", "b;18").replace("c;12.50", "c;30")

    winners = {}
    for command in ("greedy", "equal-shares"):
        for seed in "0123456789":
            result = counted(run(command, tied, "--seed", seed))
            assert result["seed"] == seed
            assert result["ties"][0]["chosen"] == result["selected"][0]
            assert sorted(result["ties"][0]["tied"]) == ["a", "b"]
            winners.setdefault(seed, set()).add(result["selected"][0])

    assert all(len(same) == 1 for same in winners.values())
    assert len(set.union(*winners.values())) == 2


def test_greedy_takes_projects_by_their_votes(run):
    result = counted(run("greedy", BUDGET))

    assert result["selected"] == ["a"]
    assert result["reasons"]["b"]["why"] == "12 was left in its turn: 8 of 20 is missing."


def test_toulouse_is_counted_from_the_terminal():
    file = DATA / "pabulib/France_Toulouse_2024.pb"

    result = counted(count("greedy", file))

    assert (len(result["selected"]), result["cost"]) == (72, 8_000_000)


def test_points_are_counted_where_that_is_asked_for():
    file = DATA / "pabulib/Switzerland_Zurich_D5.pb"

    by_voters = counted(count("greedy", file))
    by_points = counted(count("greedy", file, "--points"))

    assert by_voters["reasons"]["14"]["votes"] == 62
    assert by_points["reasons"]["14"]["votes"] == 90


@pytest.mark.parametrize("command", ["greedy", "equal-shares"])
def test_a_malformed_file_names_the_line(run, command):
    result = run(command, BUDGET.replace("4;c", "4;x"))

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Line 15: there is no project x." in result.stderr


def test_what_is_no_text_and_what_is_not_there_are_refused(tmp_path):
    binary = tmp_path / "binary"
    binary.write_bytes(b"META\nkey;value\nbudget;\0\n")

    no_text = count("greedy", binary)
    absent = count("greedy", tmp_path / "absent")

    assert (no_text.exit_code, absent.exit_code) == (2, 2)
    assert "line 3: It holds a NUL character" in no_text.stderr
    assert "No such file" in absent.stderr


def test_a_separator_within_a_quoted_name_separates_nothing(run):
    commas = counted(
        run("majority", '"Anne; la grande",Cléo\n3,1\n2,2\n', "--grades", "3", "--missing", "worst")
    )
    semicolons = counted(
        run("majority", '"Anne, la grande";Cléo\n3;1\n2;2\n', "--grades", "3", "--missing", "worst")
    )
    assert list(commas) == ["Anne; la grande", "Cléo"]
    assert list(semicolons) == ["Anne, la grande", "Cléo"]
