"""Many requests of one person at the same time: one vote, one event, one receipt."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from eak_core.events.models import EventLog
from eak_core.kit.testing.fixtures import FrozenClock
from eak_voting.casting import receipts
from eak_voting.casting.box import Cast, CodeNeeded
from eak_voting.models import Ballot, Paper, Receipt, RegisterEntry
from eak_voting.settings import Secrecy
from tests.plugins.voting.conftest import Polls

AT_ONCE = 10
REQUESTS = 200
KEY = "0123456789abcdef0123456789abcdef"


def standing(polls: Polls) -> tuple[int, int, int, int]:
    """How many entries, papers, receipts that count and events of votes there are."""
    with polls.site.reading() as session:

        def count(table: type, *where: object) -> int:
            query = select(func.count()).select_from(table).where(*where)  # type: ignore[arg-type]
            return session.scalar(query) or 0

        return (
            count(RegisterEntry),
            count(Paper),
            count(Receipt, Receipt.replaced.is_(False)),
            count(EventLog, EventLog.type == "voting.vote_cast"),
        )


def at_once(act: Callable[[int], Cast | None], times: int = REQUESTS) -> list[Cast | None]:
    """What ``act`` answers, ``times`` times, many of them at the same instant."""
    barrier = Barrier(AT_ONCE)

    def run(number: int) -> Cast | None:
        if number < AT_ONCE:
            barrier.wait(30)
        return act(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(times)))


@pytest.mark.parametrize("secrecy", ["public", "pseudonymous", "secret"])
def test_one_form_sent_two_hundred_times_is_one_vote(
    polls: Polls, clock: FrozenClock, secrecy: Secrecy
) -> None:
    clock.release()  # each thread reads the time for itself
    ballot, voter = polls.open(secrecy=secrecy), polls.voter()
    done = at_once(lambda _number: polls.vote(ballot, [1], voter, form_key=KEY))
    assert standing(polls) == (1, 1, 1, 1)
    assert len({(each.receipt, each.code) for each in done if each}) == 1
    assert sum(not each.repeated for each in done if each) == 1


def test_two_hundred_tabs_of_one_person_are_one_secret_vote(
    polls: Polls, clock: FrozenClock
) -> None:
    clock.release()
    ballot, voter = polls.open(secrecy="secret"), polls.voter()

    def vote(number: int) -> Cast | None:
        try:
            return polls.vote(ballot, [number % 3 + 1], voter, form_key=receipts.new_form_key())
        except CodeNeeded:
            return None

    done = at_once(vote)
    assert standing(polls) == (1, 1, 1, 1)
    assert sum(each is not None for each in done) == 1


def test_two_hundred_tabs_of_one_person_are_one_open_vote_and_the_last_one_counts(
    polls: Polls, clock: FrozenClock
) -> None:
    clock.release()
    ballot, voter = polls.open(), polls.voter()
    done = at_once(
        lambda number: polls.vote(ballot, [number % 3 + 1], voter, form_key=receipts.new_form_key())
    )
    assert standing(polls) == (1, 1, 1, 1)
    with polls.site.reading() as session:
        [stands] = session.scalars(select(Receipt.receipt).where(Receipt.replaced.is_(False)))
        paper = session.scalars(select(Paper)).one()
        changes = session.scalar(
            select(func.count()).select_from(EventLog).where(EventLog.type == "voting.vote_changed")
        )
        written = session.scalar(select(func.count()).select_from(Receipt))
    assert stands == paper.receipt
    assert written == 1 + (changes or 0) == sum(not each.repeated for each in done if each)
    assert paper.version == written


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_people_who_vote_at_once_while_it_opens_all_have_voted(
    polls: Polls, clock: FrozenClock, secrecy: Secrecy
) -> None:
    clock.release()
    ballot = polls.draft(secrecy=secrecy)
    voters = [polls.voter(number) for number in range(30)]
    with polls.site.writing() as session:
        # Announced for an instant that has passed, and no worker runs: whoever comes first opens.
        session.get_one(Ballot, ballot.id).state = "announced"
    at_once(lambda number: polls.vote(ballot, [1], voters[number]), len(voters))
    assert standing(polls) == (30, 30, 30, 30)
    assert polls.now(ballot).state == "open"
