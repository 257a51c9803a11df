"""Somebody who polls all that is public, minute by minute, while a ballot hides its results."""

import re

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_voting.casting.votes import withdraw
from eak_voting.models import Ballot
from eak_voting.settings import Secrecy
from tests.plugins.voting.conftest import Polls

#: Every address of a service that visitors read, by the pages that link to them.
PUBLIC = (
    "/",
    "/culture/",
    "/culture/idees/",
    "/culture/idees.json",
    "/culture/idees.atom",
    "/culture/votes/",
    "/culture/votes/{ballot}",
    "/culture/votes/{ballot}/resultats",
    "/culture/votes/{ballot}/resultats.json",
    "/culture/votes/{ballot}/scrutin.json",
    "/culture/votes/{ballot}/voter",
    "/culture/votes/resultats.atom",
    "/culture/votes/journal",
    "/culture/votes/journal/tete.txt",
    "/culture/votes/journal/entrees.json",
    "/culture/votes/recu",
    "/culture/idees/{idea}",
)


def seen(client: Browser, ballot: Ballot, idea: int) -> dict[str, tuple[object, ...]]:
    """All that an answer says that could tell one moment from the next."""
    found = {}
    for address in PUBLIC:
        path = address.format(ballot=f"{ballot.id}-{ballot.slug}", idea=idea)
        if address.count("/") > 3:
            path = address.format(ballot=ballot.id, idea=idea)
        answer = client.get(path, follow_redirects=True)
        body = answer.get_data(as_text=True)
        # Options stand in another order for each reader; nonces and tokens are new each time.
        words = sorted(re.sub(r'(?:nonce|value)="[^"]*"', "", body).split())
        found[path] = (answer.status_code, answer.headers.get("ETag"), *words)
    return found


@pytest.mark.parametrize("secrecy", ["public", "pseudonymous", "secret"])
@pytest.mark.parametrize("database", ["sqlite"])
def test_nothing_public_moves_with_a_vote_a_change_or_a_withdrawal_while_results_are_hidden(
    polls: Polls, client: Browser, clock: FrozenClock, secrecy: Secrecy, database: str
) -> None:
    ideas = polls.ideas(3)
    ballot = polls.open(secrecy=secrecy, ideas=ideas)
    voters = [polls.voter(number) for number in range(1, 13)]
    polls.site.drain()
    seen(client, ballot, ideas[0].id)  # the browser gets its cookies
    before = seen(client, ballot, ideas[0].id)
    assert sum(status == 200 for status, *_ in before.values()) > 10
    assert any(tag for _status, tag, *_ in before.values())
    codes = []
    for voter in voters:
        codes.append(polls.vote(ballot, [1], voter).code)
        polls.site.drain()
        assert seen(client, ballot, ideas[0].id) == before
    if secrecy != "secret":
        polls.vote(ballot, [2], voters[0])
    with polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        withdraw(session, voters[1], polls.service, held, code=codes[1])
    polls.site.drain()
    assert seen(client, ballot, ideas[0].id) == before
    polls.site.submit("Something that is public")
    polls.site.drain()
    assert seen(client, ballot, ideas[0].id) != before, "what is public still shows"
