"""A worker that dies while it closes a large ballot: each receipt is in the log once."""

import json
from collections import Counter

import pytest
from sqlalchemy import select

from eak_core.events.worker import Worker
from eak_core.kit.testing.fixtures import FrozenClock
from eak_voting.models import Ballot, Receipt
from eak_voting.publishing import published, recount
from eak_voting.publishing.stored import file_of
from eak_voting.settings import Secrecy
from eak_voting.transparency import log, recording
from tests.core.events.test_death_at_a_commit import MANY, killed_at
from tests.plugins.voting.conftest import Polls

PORTION = 3
VOTERS = 7


def logged(polls: Polls) -> list[tuple[int, dict[str, str]]]:
    with polls.site.reading() as session:
        found = log.leaves(session, polls.service.id, 0, 1000)
        return [(place, json.loads(each.data)) for place, each in enumerate(found)]


def check_what_is_noted(polls: Polls, ballot: Ballot) -> None:
    """The table of receipts says of each exactly what the log holds."""
    entered = {leaf["receipt"]: place for place, leaf in logged(polls) if leaf["type"] == "receipt"}
    with polls.site.reading() as session:
        rows = session.scalars(select(Receipt).where(Receipt.ballot_id == ballot.id)).all()
        assert {row.receipt: row.leaf_index for row in rows if row.logged} == entered


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_a_worker_that_dies_at_each_commit_of_a_close_loses_and_doubles_no_receipt(
    polls: Polls, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, secrecy: Secrecy
) -> None:
    monkeypatch.setattr(recording, "PORTION", PORTION)
    ballot = polls.open(secrecy=secrecy)
    given = [
        polls.vote(ballot, [number % 3 + 1], polls.voter(number)).receipt
        for number in range(VOTERS)
    ]
    if secrecy != "secret":  # one that is replaced is told of as well
        given.append(polls.vote(ballot, [2], polls.voter(0)).receipt)
    polls.site.drain()
    clock.set(ballot.closes_at)
    sizes, commit = [1], 1
    # The next workers die at their first commit, their second, and so on until one gets further,
    # by just one commit; then it begins anew.
    for _worker in range(MANY):
        clock.advance(hours=1)  # whatever was begun and not done is tried again after a while
        with killed_at(polls.site.app, commit):
            Worker(polls.site.app).read()
        check_what_is_noted(polls, ballot)
        size = len(logged(polls))
        commit = commit + 1 if size == sizes[-1] else 1
        sizes.append(size)
        if polls.now(ballot).state == "counted":
            break
    entries = len(given) + (secrecy != "secret")
    assert {1, *range(1 + PORTION, 1 + entries, PORTION), 1 + entries} <= {*sizes}
    polls.site.drain()
    leaves = [leaf for _place, leaf in logged(polls)]
    assert Counter(leaf["receipt"] for leaf in leaves if leaf["type"] == "receipt") == Counter(
        given
    )
    replaced = [leaf["receipt"] for leaf in leaves if leaf["type"] == "receipt.replaced"]
    assert replaced == ([] if secrecy == "secret" else [given[0]])
    assert polls.now(ballot).state == "counted"
    with polls.site.app.app_context(), polls.site.reading() as session:
        saved = published.write(file_of(session, polls.service, session.get_one(Ballot, ballot.id)))
    report = recount.recount(published.read(saved))
    assert report.holds, report.line
