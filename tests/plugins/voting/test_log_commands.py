"""``eak voting log`` and ``recount``: what the terminal says of the public log."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import g
from sqlalchemy import text

from eak_core.kit.testing.site import Site
from eak_core.transparency import checkpoint
from eak_voting.commands.log import log_command
from eak_voting.models import Ballot
from eak_voting.publishing import published
from eak_voting.publishing.stored import file_of
from eak_voting.transparency import log
from eak_voting.transparency.recording import key_of
from tests import forked
from tests.plugins.voting.conftest import Polls


def run(site: Site, *arguments: str) -> Result:
    with site.app.test_request_context():
        g.service = site.service
        return CliRunner().invoke(log_command, arguments, standalone_mode=False)


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_log_says_its_size_root_key_and_signed_head(polls: Polls, site: Site) -> None:
    polls.open()
    said = json.loads(run(site, "--json").output)
    head = checkpoint.verified(said["checkpoint"], checkpoint.read_key(said["key"]))
    assert (head.size, head.root.hex()) == (said["size"], said["root"])
    assert said["size"] == said["signed_size"] == 1
    assert run(site).output.startswith("leaves 1\nroot ")


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_empty_log_is_shown_too(site: Site) -> None:
    said = json.loads(run(site, "--json", "--verify").output)
    assert (said["size"], said["checkpoint"], said["verified"]) == (0, None, True)


def test_every_leaf_can_be_hashed_anew(polls: Polls, site: Site) -> None:
    ballot = polls.open()
    polls.vote(ballot, [1])
    polls.close(ballot)
    done = run(site, "--verify")
    assert done.return_value == 0
    assert "this gives the root" in done.output


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "tamper", ["UPDATE voting_leaf SET data = replace(data, 'opened', 'OPENED')",
               "DELETE FROM voting_leaf"],
)  # fmt: skip
def test_a_leaf_that_was_changed_below_the_database_s_guard_is_found(
    polls: Polls, site: Site, tamper: str
) -> None:
    polls.open()
    with site.writing() as session:
        session.execute(text("DROP TRIGGER voting_leaf_no_update"))
        session.execute(text("DROP TRIGGER voting_leaf_no_delete"))
        session.execute(text(tamper))
    done = run(site, "--verify")
    assert done.return_value == 1
    assert "this does NOT give the root" in done.output


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_downloaded_file_recounts_where_there_is_no_site(
    polls: Polls, site: Site, tmp_path: Path
) -> None:
    ballot = polls.open("majority", "secret")
    polls.vote(ballot, {1: [7, 3]})
    polls.close(ballot)
    with site.app.test_request_context(), site.reading() as session:
        file = file_of(session, site.service, session.get_one(Ballot, ballot.id))
        key = key_of(session, site.service, log.signed_head(session, site.service.id))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "ballot.json").write_bytes(published.write(file))
    recount = ("eak_core.cli", "voting", "recount", "ballot.json", "--key", key)
    done = forked.done(*recount, cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("CONFIRMED: ")
    assert [each.name for each in elsewhere.iterdir()] == ["ballot.json"]
