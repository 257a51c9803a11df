"""Pabulib files: read, refused with the line that is wrong, written."""

import io
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_voting.publishing import pabulib
from eak_voting.publishing.pabulib import (
    PabulibError,
    PabulibFile,
    PabulibProject,
    PabulibVote,
    read,
)
from eak_voting.publishing.pabulib_writing import write

DATA = Path(__file__).parents[4] / "shared/data/pabulib"

EXAMPLE = """META
key;value
description;Example
num_projects;2
num_votes;3
budget;100000
vote_type;approval
comment;#1: made up
PROJECTS
project_id;name;cost;selected
1;"Arbres ; bancs";4000.50;1
2;Piste;10000;0
VOTES
voter_id;age;vote
a;40;1,2
b;;1
c;25;
"""

#: What a cell can hold: one line, without space around it.
CELLS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12).map(
    lambda text: f"{text} ; «{text}»"
)
CODES = st.lists(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6), unique=True, min_size=1
)
COSTS = st.decimals(Fraction(1, 100), 10**9, places=2).map(Fraction)


@st.composite
def files(draw):
    vote_type = draw(st.sampled_from(["approval", "cumulative", "scoring", "ordinal"]))
    codes = draw(CODES)
    with_points = vote_type in ("cumulative", "scoring")
    choice = st.tuples(st.sampled_from(codes), st.integers(0, 9) if with_points else st.just(1))
    choices = st.lists(choice, unique_by=lambda each: each[0])
    cells = st.dictionaries(st.sampled_from(["name", "category"]), CELLS)
    projects = tuple(PabulibProject(code, draw(COSTS), draw(cells)) for code in codes)
    votes = tuple(
        PabulibVote(f"v{number}", tuple(draw(choices)), draw(cells))
        for number in range(draw(st.integers(0, 5)))
    )
    meta = {"description": draw(CELLS), "budget": "1000.50", "vote_type": vote_type}
    return PabulibFile(meta, projects, votes)


def parsed(text):
    return read(io.StringIO(text))


def test_a_file_is_read_with_exact_costs_and_all_its_columns():
    file = parsed(EXAMPLE)

    assert (file.budget, file.vote_type) == (100_000, "approval")
    assert file.projects[0] == PabulibProject(
        "1", Fraction(8001, 2), {"name": "Arbres ; bancs", "selected": "1"}
    )
    assert file.votes[0] == PabulibVote("a", (("1", 1), ("2", 1)), {"age": "40"})
    assert file.votes[2].choices == ()


def test_identical_ballots_are_counted_together_and_blank_ones_are_voters():
    election = parsed(EXAMPLE).election()

    assert election.voters == 3
    assert election.votes == (2, 1)
    assert election.projects[0].title == "Arbres ; bancs"


@pytest.mark.parametrize(
    ("name", "projects", "votes"),
    [("France_Toulouse_2024.pb", 183, 7260), ("Switzerland_Zurich_D5.pb", 24, 180)],
)
def test_the_files_of_toulouse_and_zurich_go_through_and_come_back(name, projects, votes):
    with (DATA / name).open(encoding="utf-8") as stream:
        file = read(stream)

    assert (len(file.projects), len(file.votes)) == (projects, votes)
    assert parsed("".join(write(file))) == file
    stated = [int(project.cells["votes"]) for project in file.projects]
    assert list(file.election().votes) == stated


def test_a_project_named_twice_in_a_vote_counts_once_and_is_told_with_its_line():
    file = parsed(EXAMPLE.replace("a;40;1,2", "a;40;1,1,2,1"))

    assert file.votes[0].choices == (("1", 1), ("2", 1))
    assert file.notes == ("Line 15: project 1 is named twice in this vote; it counts once.",)
    assert parsed(EXAMPLE).notes == ()


def test_a_vote_for_one_project_again_and_again_is_gone_through_once(monkeypatch):
    class Codes(list[str]):
        def count(self, _code):
            pytest.fail("goes through all of the vote for each of its projects")

    listed = pabulib._list
    monkeypatch.setattr(pabulib, "_list", lambda cell: Codes(listed(cell)))
    assert parsed(EXAMPLE.replace("a;40;1,2", "a;40;1,2,1,2")).notes == (
        "Line 15: project 1 is named twice in this vote; it counts once.",
        "Line 15: project 2 is named twice in this vote; it counts once.",
    )


def test_blank_votes_are_told_of_in_the_comment_and_count_when_it_is_read():
    file = parsed(EXAMPLE.replace("1,2", "2").replace("c;25;", "c;;"))
    written = "".join(write(file))
    again = parsed(written)

    assert "comment;#1: made up #2: 1 blank votes are not listed.\n" in written
    assert (len(again.votes), again.blank, again.meta["num_votes"]) == (2, 1, "2")
    assert again.meta["comment"] == "#1: made up"
    assert again.election().ballots == file.election().ballots
    assert "".join(write(again)) == written


def test_points_are_read_and_counted_as_approvals_unless_asked_for():
    with (DATA / "Switzerland_Zurich_D5.pb").open(encoding="utf-8") as stream:
        file = read(stream)

    assert file.votes[0].choices == (("2", 2), ("3", 2), ("1", 1))
    stated = [int(project.cells["score"]) for project in file.projects]
    assert list(file.election(points=True).votes) == stated


def test_no_points_are_no_support_and_any_rank_is():
    cumulative = EXAMPLE.replace("approval", "scoring").replace("age", "points")
    zero = parsed(
        cumulative.replace("a;40;1,2", "a;3,0;1,2").replace("b;;1", "b;1;1").replace(";25;", ";;")
    )
    ordinal = parsed(EXAMPLE.replace("approval", "ordinal").replace("1,2", "2,1"))

    assert zero.election().votes == (2, 0)
    assert ordinal.votes[0].choices == (("2", 1), ("1", 1))
    assert ordinal.election().votes == (2, 1)


@given(files())
def test_what_is_written_is_read_back_the_same(file):
    again = parsed("".join(write(file)))
    assert again.projects == file.projects
    assert again.votes == tuple(vote for vote in file.votes if vote.choices)
    assert again.blank == len(file.votes) - len(again.votes)
    assert {**again.meta, "num_votes": ""} == {**file.meta, "num_votes": ""}
    assert again.election(points=True).ballots == file.election(points=True).ballots


@given(files())
def test_a_line_break_in_a_cell_becomes_a_space(file):
    broken = PabulibFile({**file.meta, "description": "two\nlines"}, file.projects, file.votes)

    assert parsed("".join(write(broken))).meta["description"] == "two lines"


def test_a_byte_order_mark_blank_lines_and_other_line_ends_do_no_harm():
    odd = "\ufeff" + EXAMPLE.replace("PROJECTS", "\n\nPROJECTS").replace("\n", "\r\n")

    assert parsed(odd) == parsed(EXAMPLE)


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("META\n", "", 1, "a file begins with META"),
        ("key;value", "key;wert", 2, "META has no column value"),
        ("num_projects;2", "num_projects;7", 4, "num_projects says 7, and there are 2"),
        ("num_votes;3", "num_votes;4", 5, "num_votes says 4, and there are 3"),
        ("budget;100000", "budget;1e9", 6, "the budget “1e9” is not an amount"),
        ("budget;100000", "budget;0", 6, "the budget is not above 0"),
        ("budget;100000\n", "", 8, "META does not say budget"),
        ("vote_type;approval", "vote_type;knapsack", 7, "“knapsack” is none of approval"),
        ("vote_type;approval", "vote_type;scoring", 14, "VOTES has no column points"),
        ("comment;", "budget;", 8, "META says budget twice"),
        ("name;cost", "name;price", 10, "PROJECTS has no column cost"),
        ("cost;selected", "cost;cost", 10, "PROJECTS has a column twice"),
        ("4000.50", "4000,50", 11, "the cost “4000,50” is not an amount"),
        ("4000.50", "-4", 11, "the cost “-4” is not an amount"),
        ("10000;0\n", "0;0\n", 12, "the cost of project 2 is not above 0"),
        ("2;Piste", "1;Piste", 12, "the project 1 stands there twice"),
        ("2;Piste", "2\x1b;Piste", 12, "cannot be a project_id"),
        (";Piste;10000;0", ";Piste;1;2;3", 12, "there are 5 cells under 4 columns"),
        ("VOTES\n", "META\n", 13, "the section META stands there twice"),
        ("a;40;1,2", "a;40;1,3", 15, "there is no project 3"),
        ("b;;1", "a;;1", 16, "the voter_id “a” is empty or stands there twice"),
        ("VOTES\nvoter_id;age;vote\na;40;1,2\nb;;1\nc;25;\n", "", 12, "the section VOTES"),
    ],
)
def test_a_malformed_file_names_the_line_and_what_is_wrong(old, new, line, fault):
    assert old in EXAMPLE

    with pytest.raises(PabulibError) as refusal:
        parsed(EXAMPLE.replace(old, new, 1))

    assert refusal.value.line == line
    assert str(refusal.value).startswith(f"Line {line}: ")
    assert fault in str(refusal.value)


@pytest.mark.parametrize("points", ["1", "1,x", "1,-2", "1,1.5", "1,²"])
def test_points_that_are_no_whole_numbers_for_each_project_are_refused(points):
    text = EXAMPLE.replace("approval", "cumulative").replace("age", "points")

    with pytest.raises(PabulibError, match=r"^Line 15: .*points"):
        parsed(text.replace("a;40;1,2", f"a;{points};1,2"))


def test_a_file_without_projects_is_refused():
    meta = "META\nkey;value\nbudget;1\nvote_type;approval\n"
    with pytest.raises(PabulibError, match="Line 8: there are no projects"):
        parsed(f"{meta}PROJECTS\nproject_id;cost\nVOTES\nvoter_id;vote\n")


def test_an_empty_file_is_refused_in_a_sentence():
    with pytest.raises(PabulibError, match="Line 1: the section META is missing"):
        parsed("")


def test_sizes_that_no_election_has_are_refused_before_they_are_held(monkeypatch):
    monkeypatch.setattr(pabulib, "MOST_PROJECTS", 1)
    with pytest.raises(PabulibError, match="Line 12: there are more than 1 projects"):
        parsed(EXAMPLE)

    monkeypatch.setattr(pabulib, "MOST_PROJECTS", 2)
    monkeypatch.setattr(pabulib, "MOST_VOTES", 2)
    with pytest.raises(PabulibError, match="Line 17: there are more than 2 votes"):
        parsed(EXAMPLE)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_line(text):
    with pytest.raises(PabulibError, match=r"^Line [0-9]+: "):
        parsed(text)


@given(st.data())
def test_a_cut_or_mangled_file_is_read_or_refused_with_a_line(data):
    start = data.draw(st.integers(0, len(EXAMPLE)))
    end = data.draw(st.integers(start, len(EXAMPLE)))
    mangled = EXAMPLE[:start] + data.draw(st.text(max_size=5)) + EXAMPLE[end:]

    assert refused_at(mangled) in (None, *range(1, mangled.count("\n") + 2))


def refused_at(text):
    """The line that a file is refused for, None where it is read and counted."""
    try:
        parsed(text).election()
    except PabulibError as refusal:
        return refusal.line
    return None
