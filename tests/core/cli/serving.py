"""``eak`` in a process of its own, while it answers: begun from nothing, or `forked`."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests import forked

START_SECONDS = 60.0


@dataclass
class Served:
    """A server that answers at ``base``."""

    process: subprocess.Popen[str] | forked.Process
    port: int

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self) -> bool:
        """Whether the portal can be read now."""
        with suppress(OSError):
            urllib.request.urlopen(self.base, timeout=5).close()
            return True
        return False

    def children(self) -> list[int]:
        """The processes that answer requests."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in found.read_text().split()]

    def stop(self) -> int:
        """Ask it to end as an operator's supervisor does; answers its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


Serve = Callable[..., AbstractContextManager[Served]]


def wait_until(condition: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    """Return as soon as ``condition`` holds; fail where it does not within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@contextmanager
def serve(*words: str, errors: Path, from_nothing: bool = False) -> Iterator[Served]:
    """Run ``eak`` with ``words`` on a free port until the block ends: as a fork, or
    ``from_nothing`` as a person starts it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["eak_core.cli", *words, "--port", str(port)]
    process: subprocess.Popen[str] | forked.Process
    with errors.open("w") as stderr:
        if from_nothing:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=stderr,
                text=True, env=os.environ.copy(),
            )  # fmt: skip
        else:
            process = forked.run(*command, stdout=subprocess.DEVNULL, stderr=stderr)
    served = Served(process, port)
    try:
        wait_until(lambda: process.poll() is not None or served.answers())
        assert process.poll() is None, errors.read_text()
        yield served
    finally:
        if process.poll() is None:
            served.stop()
