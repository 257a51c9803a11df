"""The command that recounts a published file says whether it holds."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eak_voting.commands.log import recount_command
from eak_voting.publishing import published
from eak_voting.publishing.published import PublishedPaper, assemble
from tests.plugins.voting.ballot_files import KEY, counted, replace
from tests.plugins.voting.forgers import salt_of_another


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
