"""The commands that take Pabulib files over and write them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select

from eak_core.kit.testing.site import Site
from eak_voting.models import Ballot, BallotOption, Paper
from eak_voting.publishing.importing import take_over
from tests.plugins.voting.taken_over import SMALL, parsed, rows


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_command_tells_what_it_read_otherwise_than_written(
    eak: Callable[..., Result], file: Callable[[str], str]
) -> None:
    done = eak("import-pabulib", file(SMALL.replace("bob;a,b", "bob;a,b,a")))
    assert (done.exit_code, "Line 25: project a is named twice" in done.stderr) == (0, True)


def test_the_command_takes_over_once_and_writes_it_again(
    eak: Callable[..., Result], file: Callable[[str], str], site: Site
) -> None:
    path = file(SMALL)
    tried = eak("import-pabulib", path, "--dry-run")
    assert (tried.exit_code, rows(site, Ballot)) == (0, 0), tried.output
    assert "dry run" in tried.output
    done = eak("import-pabulib", path)
    assert (done.exit_code, rows(site, Ballot)) == (0, 1), done.output
    assert "3 projects, 4 votes" in done.output
    assert "Here already" in eak("import-pabulib", path).output
    with site.reading() as session:
        number = session.scalars(select(Ballot.id)).one()
    written = eak("export-pabulib", str(number))
    assert parsed(written.output).election().ballots == parsed(SMALL).election().ballots


def test_the_command_answers_programs_as_each_import_does(
    eak: Callable[..., Result], file: Callable[[str], str], site: Site
) -> None:
    path = file(SMALL)
    for created in (1, 0):
        told = json.loads(eak("import-pabulib", path, "--json").stdout)
        assert told["ballots"] == {"created": created, "unchanged": 1 - created, "refused": 0}
    assert told["notes"][0].startswith("Here already: ballot ")


def test_a_command_that_is_stopped_while_it_writes_leaves_nothing_and_can_be_given_again(
    eak: Callable[..., Result],
    file: Callable[[str], str],
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stopped(*given: Any, **named: Any) -> None:
        take_over(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("eak_voting.commands.pabulib.take_over", stopped)
        done = eak("import-pabulib", file(SMALL))
    assert (done.exit_code, "Stopped." in done.output) == (1, True)
    assert (rows(site, Ballot), rows(site, Paper)) == (0, 0)
    assert eak("import-pabulib", file(SMALL)).exit_code == 0
    assert rows(site, Ballot) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_file_may_be_in_any_usual_encoding_and_is_refused_for_what_is_no_text(
    eak: Callable[..., Result], tmp_path: Path, site: Site
) -> None:
    path = tmp_path / "hostile.pb"
    text = SMALL.replace("Benches", "Bancs d’été")
    for content, says in (
        (b"", "Line 1: the section META is missing"),
        (text.encode().replace(b"Trees", b"\0"), "line 20: It holds a NUL character"),
        (text.encode().replace(b"Trees", b"\xe9t"), "line 20: It is not in UTF-8"),
        (text.encode().replace(b"Trees", b"x" * 1_000_001), "line 20: It holds a NUL character"),
        (text.encode("utf-16"), "is in UTF-16"),
        (text.encode().replace(b"Trees", b";" * 100_000), "there are 100004 cells under 4"),
    ):
        path.write_bytes(content)
        done = eak("import-pabulib", str(path))
        assert (done.exit_code, says in done.output) == (2, True), done.output
        assert rows(site, Ballot) == 0
    path.write_bytes(text.encode("cp1252"))
    assert eak("import-pabulib", str(path)).exit_code == 0
    with site.reading() as session:
        assert "Bancs d’été" in session.scalars(select(BallotOption.title)).all()


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_malformed_file_names_the_line_and_leaves_with_2(
    eak: Callable[..., Result], file: Callable[[str], str], site: Site
) -> None:
    done = eak("import-pabulib", file(SMALL.replace("carl;b,c", "carl;b,x")))
    assert done.exit_code == 2
    assert "Line 26: there is no project x" in done.output
    assert rows(site, Ballot) == 0
    refused = eak("import-pabulib", file(SMALL.replace("approval", "ordinal")))
    assert refused.exit_code == 1


def test_only_a_counted_budget_is_written(eak: Callable[..., Result], site: Site) -> None:
    assert eak("export-pabulib", "7").exit_code == 1
