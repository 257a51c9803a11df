"""Processes of Python that start at once: ``python -m MODULE …`` after its imports.

A process that serves, works or dies for a test used up more than a second on importing what all of
them import. Here one process imports it once (``__main__``), and each that a test asks for is a
fork of it, in which MODULE runs as ``python -m`` runs it, with arguments, environment, folder and
streams of its own, until it ends, is told to, or is killed. That ``eak`` starts from nothing is
tested where the command line is.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

ROOT = Path(__file__).parents[2]
#: How long an order may be; the system refuses what is longer.
LONGEST = 1 << 18

Stream = int | IO[Any] | None


class Process:
    """A process, with what tests use of `subprocess.Popen`; ``stdin`` and ``stdout`` hold text."""

    def __init__(self, pid: int, stdin: IO[str] | None, stdout: IO[str] | None) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self.returncode: int | None = None
        # Until `poll` has learnt of its end, its number is given to no other process.
        self._end = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """How it ended: its exit code, or its signal below zero; None while it runs."""
        if self.returncode is None:
            self.returncode = _parent(os.getpid()).ask({"end of": self.pid})
            if self.returncode is not None:
                os.close(self._end)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """As `poll`, once it has ended; TimeoutError where it has not after so many seconds."""
        if self.returncode is None:
            # Not `select`, which knows no descriptor past 1,023.
            ending = select.poll()
            ending.register(self._end, select.POLLIN)
            if not ending.poll(None if timeout is None else round(timeout * 1000)):
                raise TimeoutError(f"process {self.pid} has not ended after {timeout} s")
        ended = self.poll()
        assert ended is not None
        return ended

    def send_signal(self, number: int) -> None:
        """Send it the signal ``number``, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it without a word."""
        self.send_signal(signal.SIGKILL)


def run(
    module: str,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    stdin: Stream = None,
    stdout: Stream = None,
    stderr: Stream = None,
) -> Process:
    """Start ``python -m module arguments``. Streams are as for `subprocess.Popen`: None is the
    test's own, and `subprocess.PIPE` gives a text file."""
    order = {
        "module": module,
        "arguments": arguments,
        "environment": dict(os.environ if env is None else env),
        "folder": str(cwd),
    }
    streams = [_opened(number, each) for number, each in enumerate((stdin, stdout, stderr))]
    pid = _parent(os.getpid()).ask(order, [theirs for theirs, _ours in streams])
    for (theirs, _ours), given in zip(streams, (stdin, stdout, stderr), strict=True):
        if given in (subprocess.PIPE, subprocess.DEVNULL):
            os.close(theirs)
    return Process(pid, streams[0][1], streams[1][1])  # type: ignore[arg-type]


def done(
    module: str, *arguments: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """What `run` came to, with what was written."""
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        process = run(
            module, *arguments, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        code = process.wait()
        for each in (out, err):
            each.seek(0)
        return subprocess.CompletedProcess([module, *arguments], code, out.read(), err.read())


def _opened(number: int, given: Stream) -> tuple[int, IO[str] | None]:
    """The descriptor that a process gets as ``number``, and the test's end of it."""
    if given is None:
        return number, None
    if given == subprocess.DEVNULL:
        return os.open(os.devnull, os.O_RDWR), None
    if given == subprocess.PIPE:
        read, write = os.pipe()
        return (read, os.fdopen(write, "w")) if number == 0 else (write, os.fdopen(read))
    return (given if isinstance(given, int) else given.fileno()), None


class _Parent:
    """The process that has imported everything, as the test sees it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self._close)

    def ask(self, order: dict[str, Any], streams: Sequence[int] = ()) -> int | None:
        """What it answers to ``order``: the number of a process, or how one ended."""
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(order).encode()], list(streams))
            answer = self._socket.recv(LONGEST)
        assert answer, "the process that has imported everything is gone"
        said: int | None = json.loads(answer)
        return said

    def _close(self) -> None:
        self._socket.close()
        self._process.wait(30)


@cache
def _parent(_test: int) -> _Parent:
    return _Parent()
