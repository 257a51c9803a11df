"""Counted ballots, and where their results are."""

import re
from collections.abc import Iterator
from typing import Any

from eak_voting.models import Ballot
from tests.plugins.voting.conftest import Polls

VOTES: dict[str, list[Any]] = {
    "support": [[1], [1, 2], [], [3]],
    "approval": [[1], [1, 2], [], [3]],
    "majority": [{1: [7, 5]}, {1: [3, 3], 2: [5, 0]}, {}, {3: [1, 1]}],
    "budget": [[1], [1, 2], [], [3]],
}
DRAWINGS = {
    "support": ["votes"],
    "approval": ["votes"],
    "majority": ["ensemble", "critere-1", "critere-2"],
    "budget": ["budget"],
}
METHODS = list(VOTES)


def counted(polls: Polls, method: str = "approval", **more: Any) -> Ballot:
    """A ballot in which four people voted, counted."""
    ballot = polls.open(method, **more)
    for number, said in enumerate(VOTES[method], 1):
        polls.vote(ballot, said, polls.voter(number))
    return polls.close(ballot)


def at(ballot: Ballot, rest: str = "resultats") -> str:
    return f"/culture/votes/{ballot.id}/{rest}"


def said(page: str) -> Iterator[tuple[str, list[str]]]:
    """Names with what they chose."""
    for item in re.findall(r'<li class="results-vote">(.*?)</ul>', page, re.DOTALL):
        [name] = re.findall(r'results-vote__name">(.*?)</p>', item)
        yield name, re.findall(r"<li>(.*?)</li>", item)
