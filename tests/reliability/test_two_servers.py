"""Two servers on one database: what one of them switches, the other follows at its next request."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from eak_core.kit.testing.databases import Databases, Kind
from tests.served import Instance, migrated
from tests.visitor import Visitor

pytestmark = pytest.mark.reliability

PAGE = "/essai/discussion/"
SWITCH = "/essai/gestion/plugins/discussion/activation"


@pytest.fixture
def servers(
    databases: Databases, database: Kind, tmp_path: Path
) -> Iterator[tuple[Instance, Instance]]:
    with migrated(databases, database, tmp_path / "instance") as first:
        first.furnish()
        second = Instance(first.folder, first.url)
        try:
            for server in (first, second):
                server.serve()
            yield first, second
        finally:
            second.stop()


def test_a_switch_in_one_process_acts_at_the_next_request_of_the_other(
    servers: tuple[Instance, Instance],
) -> None:
    first, second = servers
    administrator = first.visitor("administration@essai.example")
    reader = Visitor(second.base)
    for expected in (200, 404, 200):
        status, html = administrator.fill(SWITCH, SWITCH)
        assert status == 200, html
        assert reader.get(PAGE)[0] == expected
        assert Visitor(first.base).get(PAGE)[0] == expected


def test_switching_at_the_same_time_in_two_processes_ends_the_same_in_both(
    servers: tuple[Instance, Instance],
) -> None:
    administrators = [server.visitor("administration@essai.example") for server in servers]
    failures: list[BaseException] = []

    def switch(administrator: Visitor) -> None:
        try:
            for _ in range(6):
                status, html = administrator.fill(SWITCH, SWITCH)
                # 409: the other one was quicker, and the page says so.
                assert status in {200, 409}, html
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=switch, args=(each,)) for each in administrators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    seen = {Visitor(server.base).get(PAGE)[0] for server in servers}
    assert len(seen) == 1
    listed = servers[0].json("plugin", "list")
    (discussion,) = [plugin for plugin in listed if plugin["name"] == "discussion"]
    (there,) = discussion["services"]
    assert {200: True, 404: False}[seen.pop()] is there["active"]
    switches = [
        event["type"]
        for event in servers[0].json("event", "list", "--service", "essai", "--limit", "200")
        if event["type"] in {"plugin.enabled", "plugin.disabled"}
    ]
    expected = ["plugin.enabled", "plugin.disabled"] * len(switches)
    assert switches == expected[: len(switches)], "something was switched twice the same way"
    servers[0].eak("event", "verify")
