"""Threads for one kind of request: one at a time, unless that one takes long.

A second thread costs more in waiting for the interpreter than it brings while requests are
answered in milliseconds. One that waits, for a lock or a slow statement, must not keep the others
waiting with it: past `PATIENCE_SECONDS` it no longer counts, and the next one begins beside it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 0.05
#: Whoever has stood in line for so long is told to come back.
WAIT_SECONDS = 15.0


class Full(Exception):
    """The line is too long, or did not move: try again later."""


class Lane:
    """At most ``most`` threads, and ``waiting`` requests in line for them. Used by one loop."""

    def __init__(self, name: str, *, most: int, waiting: int = 1_000) -> None:
        self._most = most
        self._waiting = waiting
        self._pool = ThreadPoolExecutor(most, thread_name_prefix=f"eak-{name}")
        self._line: deque[asyncio.Future[None]] = deque()
        self._running = 0
        self._slow = 0

    @property
    def running(self) -> int:
        """How many requests threads are working for."""
        return self._running

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` answers in a thread of this lane. `Full` where its turn does not come."""
        await self._turn()
        loop = asyncio.get_running_loop()
        overtaken = False

        def overtake() -> None:
            nonlocal overtaken
            overtaken = True
            self._slow += 1
            self._call()

        timer = loop.call_later(PATIENCE_SECONDS, overtake)
        try:
            return await loop.run_in_executor(self._pool, work)
        finally:
            timer.cancel()
            self._slow -= overtaken
            self._leave()

    def close(self) -> None:
        """Take no more work; threads end with what they are doing."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _turn(self) -> None:
        if self._is_free() and not self._line:
            self._running += 1
            return
        if len(self._line) >= self._waiting:
            raise Full
        called = asyncio.get_running_loop().create_future()
        self._line.append(called)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await called
        except TimeoutError:
            if called.done() and not called.cancelled():  # called in the very moment of giving up
                self._leave()
            raise Full from None

    def _is_free(self) -> bool:
        return self._running < self._most and self._running == self._slow

    def _leave(self) -> None:
        self._running -= 1
        self._call()

    def _call(self) -> None:
        while self._line and self._is_free():
            first = self._line.popleft()
            if not first.done():
                self._running += 1
                first.set_result(None)
