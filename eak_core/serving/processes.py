"""The processes of a server: those that die are started again, and the others go on.

Granian ends all of them where one dies twice within seconds. An event that kills whoever handles it
does just that until it is parked, and a healthy process has no part in it.
"""

import logging
import os
import resource
import signal
import time
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

logger = logging.getLogger("eak.serve")

#: How many connections one process holds; most of them wait for something to come.
CONNECTIONS = 8_192
#: Milliseconds for the head of a request, counted from the end of the one before: a connection
#: that asks for nothing is closed after it.
HEAD_MS = 15_000
LARGEST_HEAD = 64 * 1024

RESPAWN_SECONDS = 0.5
# How long a process may take to end its requests and its batch before it is killed.
KILL_SECONDS = 15
# A process that ran for so long before it died had been well.
HEALTHY_SECONDS = 60.0
# Past this pause it is taken for broken: half a second, doubled ten times.
LONGEST_PAUSE_SECONDS = 256.0


class Server(Granian):  # type: ignore[misc, valid-type] # which class that is depends on the build
    """Granian, with pauses for each process of its own that grow as long as it keeps dying."""

    interrupt_children: list[int]

    def startup(self, *args: Any) -> None:
        """As granian does it, with processes that can be ended while they start."""
        end_forks_when_asked()
        super().startup(*args)

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        pauses: dict[int, float] = {}
        due: dict[int, float] = {}
        while not self.interrupt_signal:
            now = time.monotonic()
            for number in [number for number, at in due.items() if at <= now]:
                del due[number]
                self._respawn_workers([number], spawn_target, target_loader)
            self.main_loop_interrupt.wait(max(0.0, min(due.values()) - now) if due else None)
            self.main_loop_interrupt.clear()
            while self.interrupt_children:
                number = self.interrupt_children.pop()
                due[number] = self._next_start(number, pauses)
            if due and all(pauses.get(n, 0) > LONGEST_PAUSE_SECONDS for n in range(self.workers)):
                logger.error("Every process keeps dying; the server gives up.")
                self.interrupt_children = list(due)
                break

    def _next_start(self, number: int, pauses: dict[int, float]) -> float:
        lived = time.monotonic() - self.wrks[number].birth
        pause = RESPAWN_SECONDS if lived > HEALTHY_SECONDS else pauses.get(number, 0.0)
        pauses[number] = max(RESPAWN_SECONDS, pause * 2)
        logger.error(
            "Process %s of the server died after %.1f s; it is started again in %.1f s.",
            number + 1, lived, pause,
        )  # fmt: skip
        return time.monotonic() + pause


def end_forks_when_asked() -> None:
    """Let processes that this one forks from now on end at SIGTERM from their first moment.

    What they inherit is a handler that only notes that the server is to end. Until granian sets the
    one for requests, a second later, none would be heard, and the process killed at the end of
    `KILL_SECONDS`. A signal that comes while they are forked waits until the handler is dropped.
    """
    os.register_at_fork(before=_hold, after_in_parent=_let_go, after_in_child=_end_when_asked)


def _hold() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _let_go() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _end_when_asked() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _let_go()


def allow_many_connections() -> None:
    """Raise this process's limit of open files, which its children inherit, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, 2 * CONNECTIONS)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def make_server(factory: str, *, host: str, port: int, processes: int, log: Any) -> Server:
    """A server for what the function named ``factory`` makes, such as ``eak_core.wsgi:front``."""
    allow_many_connections()
    return Server(
        factory,
        factory=True,
        interface=Interfaces.RSGI,
        # A proxy speaks HTTP/1.1, and so do browsers without TLS.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_MS, max_buffer_size=LARGEST_HEAD),
        address=host,
        port=port,
        workers=processes,
        backlog=1024,
        backpressure=CONNECTIONS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
        log_level=LogLevels.warning,
        log_dictconfig=log,
    )
