"""The process that has imported everything: ``python -m tests.forked DESCRIPTOR``.

It takes orders from the socket DESCRIPTOR until the test that started it is gone. It has one
thread, no connection and no application: a fork of it holds nothing that it did not make itself.
"""

import gc
import json
import os
import runpy
import signal
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from eak_core.plugins.loading.candidates import from_entry_points
from tests.forked import LONGEST

LOADED = (
    "eak_core.api",
    "eak_core.cli.importing",
    "eak_core.cli.plugin_author",
    "eak_core.cli.running",
    "eak_core.cli.server",
    "eak_core.kit.inspection.loaded",
    "eak_core.kit.inspection.pages",
    "eak_core.kit.inspection.sources",
    "eak_core.kit.reference",
    "eak_core.kit.scaffold",
    "eak_core.kit.testing.site",
    "eak_core.serving.processes",
    "eak_core.wsgi",
    "tests.core.events.probe",
)


def load() -> None:
    """Import what processes of the tests import, and leave it out of every collection."""
    for name in LOADED:
        import_module(name)
    for candidate in from_entry_points():
        candidate.load()
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a thread would be lost in a fork"
    gc.collect()
    gc.freeze()


def fork_on_request(orders: socket.socket) -> dict[str, Any]:
    """Answer orders; where this returns, it is in a new process, with what it is to run."""
    while True:
        said, streams, _flags, _address = socket.recv_fds(orders, LONGEST, 3)
        if not said:
            raise SystemExit
        order: dict[str, Any] = json.loads(said)
        answer = _ended(order["end of"]) if "end of" in order else os.fork()
        if answer == 0 and "module" in order:
            _become(order, streams)
            return order
        for each in streams:
            os.close(each)
        orders.send(json.dumps(answer).encode())


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _become(order: dict[str, Any], streams: list[int]) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    sys.path[0] = order["folder"]
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    sys.argv = [order["module"], *order["arguments"]]


if __name__ == "__main__":
    # Whoever interrupts the tests means them: they close the socket at their end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    load()
    with socket.socket(fileno=int(sys.argv[1])) as socket_of_the_test:
        order = fork_on_request(socket_of_the_test)
    runpy.run_module(order["module"], run_name="__main__", alter_sys=True)
