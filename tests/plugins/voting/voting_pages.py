"""What tests of the pages of voters do again and again."""

import re

from werkzeug.test import TestResponse

from eak_core.kit.testing.browser import Browser
from eak_voting.models import Ballot, Paper, RegisterEntry
from tests.plugins.voting.conftest import Polls

CODE = re.compile(r'id="code-value"[^>]*>([A-Z2-7 ]+)<')
RECEIPT = re.compile(r'id="receipt-value"[^>]*>([0-9a-f]{64})<')


def path(ballot: Ballot, step: str = "voter") -> str:
    return f"/culture/votes/{ballot.id}/{step}"


def choose(client: Browser, ballot: Ballot, **values: object) -> TestResponse:
    return client.submit(path(ballot), "voter", **values)


def send(client: Browser, ballot: Ballot, **values: object) -> TestResponse:
    return client.submit(path(ballot, "verifier"), "verifier", **values)


def found(pattern: re.Pattern[str], html: str) -> str:
    match = pattern.search(html)
    assert match, html
    return match[1]


def vote(client: Browser, ballot: Ballot, **values: object) -> str:
    """Go the whole way; the page with the receipt."""
    assert choose(client, ballot, **values).status_code == 303
    answer = send(client, ballot)
    assert answer.status_code == 303, answer.text
    return client.get(answer.location).text


def papers(polls: Polls, ballot: Ballot) -> list[str]:
    with polls.site.reading() as session:
        rows = session.query(Paper).filter_by(ballot_id=ballot.id)
        return sorted(row.choices for row in rows)


def voters(polls: Polls, ballot: Ballot) -> int:
    with polls.site.reading() as session:
        return session.query(RegisterEntry).filter_by(ballot_id=ballot.id).count()
