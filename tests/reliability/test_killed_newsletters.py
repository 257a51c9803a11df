"""Senders of a letter killed with SIGKILL at random moments: nobody gets it twice, nobody is
forgotten, and each death leaves one letter at most of which nobody knows.

A few rounds in every run; ``NEWSLETTER_KILLS=100`` asks for a hundred.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from eak_core.api import Actor
from eak_core.kit.testing.site import Site
from eak_newsletter.deliveries import running
from eak_newsletter.deliveries.tables import Delivery
from eak_newsletter.issues import composing, freezing
from eak_newsletter.issues.tables import Issue
from eak_newsletter.models import Subscriber
from tests import forked
from tests.core.letters.sink import Sink, serving
from tests.reliability.test_killed_workers import until

pytestmark = pytest.mark.reliability

KILLS = int(os.environ.get("NEWSLETTER_KILLS", "6"))
#: Letters between two deaths, for each sender.
STEP = 25


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_newsletter.plugin"]


@pytest.fixture
def sink() -> Iterator[Sink]:
    with serving() as found:
        found.pipelining = True
        yield found


@pytest.mark.parametrize("senders", [1, 3])
def test_killed_senders_send_nothing_twice_and_forget_nobody(
    site: Site, sink: Sink, tmp_path: Path, senders: int
) -> None:
    readers = KILLS * STEP + 50
    issue = ready(site, readers)
    dice = random.Random(os.environ.get("NEWSLETTER_SEED", "5"))
    at_work = [start(site, tmp_path, issue, sink) for _ in range(senders)]
    killed = 0
    try:
        while killed < KILLS:
            goal = min(len(sink.received) + dice.randrange(1, STEP), readers - 10)
            until(lambda goal=goal: len(sink.received) >= goal, "nothing is sent")  # type: ignore[misc]  # bound at once
            time.sleep(dice.random() * 0.004)
            victim = dice.randrange(senders)
            if at_work[victim].poll() is None:
                at_work[victim].kill()
                at_work[victim].wait()
                killed += 1
            at_work[victim] = start(site, tmp_path, issue, sink)
        until(lambda: state_of(site, issue) == "sent", "it is never over")
    finally:
        for each in at_work:
            each.kill()
            each.wait()
    balanced(site, sink, issue, readers, KILLS)


def balanced(site: Site, sink: Sink, issue: int, readers: int, most_unknown: int) -> None:
    """What arrived is what the ledger says, but for what it says is unknown."""
    arrived = Counter(str(mail["To"]) for mail in sink.received)
    with site.reading() as session:
        rows = session.execute(
            select(Subscriber.address, Delivery.state)
            .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(Delivery.issue_id == issue)
        ).all()
    states = dict(rows)
    assert len(states) == readers
    assert max(arrived.values()) == 1, "somebody got it twice"
    assert {address for address, state in states.items() if state == "sent"} <= arrived.keys()
    unknown = {address for address, state in states.items() if state == "unknown"}
    assert set(states.values()) <= {"sent", "unknown"}
    assert arrived.keys() - unknown == {a for a, state in states.items() if state == "sent"}
    assert len(unknown) <= most_unknown
    sys.stdout.write(
        f"{readers} letters: {len(unknown)} unknown, {most_unknown} at most, of which"
        f" {len(unknown & arrived.keys())} had arrived.\n"
    )


def ready(site: Site, readers: int) -> int:
    """A letter to so many readers that is being sent; answers its number."""
    site.enable("newsletter")
    actor = Actor.system()
    with site.app.test_request_context(), site.writing() as session:
        now = site.service.created_at
        session.add_all(
            Subscriber(
                service_id=site.service.id, address=f"r{number}@example.org", rhythm="issue",
                standing="active", created_at=now,
            )
            for number in range(readers)
        )  # fmt: skip
        issue = composing.compose(session, actor, site.service)
        freezing.freeze(session, actor, site.service, issue.id)
        running.begin(session, actor, site.service, issue.id)
        return issue.id


def start(site: Site, folder: Path, issue: int, sink: Sink) -> forked.Process:
    """A sender of it, in a process of its own."""
    return forked.run(
        "tests.reliability.newsletter_sender", site.url, str(folder), str(issue), sink.url,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def state_of(site: Site, issue: int) -> str:
    """Whether it is being sent, or over."""
    with site.reading() as session:
        return session.get_one(Issue, issue).state
