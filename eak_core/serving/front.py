"""The front of a process: takes requests in whole, and lets answers leave at their own pace.

Granian's interface (RSGI) on one side, WSGI on the other. No thread waits for a client, neither for
its body nor for its reading, and no transaction is open meanwhile.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from eak_core import clock
from eak_core.serving.arrival import Arrivals, TooSlow
from eak_core.serving.exchange import Answer, WSGIApp, answer_of, environ_of
from eak_core.serving.lanes import Full, Lane
from eak_core.web.kept_pages import ONLY_KEPT, NotKept

logger = logging.getLogger("eak.serve")

READERS = 8
WRITERS = 16
#: An answer up to this size is handed over at once; a longer one leaves in parts, each in a time.
PART = 128 * 1024
PART_SECONDS = 60.0
#: How long requests in hand may take when the process is asked to end.
END_SECONDS = 12.0

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = [
    ("content-type", "text/plain; charset=utf-8"),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
]
# Said where no page can be made any more, to a reader whose language is not known yet.
_FULL = """\
Beaucoup de monde à la fois. Rien n’a été changé. Réessayez dans quelques secondes.

Many people at once. Nothing was changed. Try again in a few seconds.
"""
_TOO_SLOW = """\
Votre envoi a mis trop de temps à arriver. Rien n’a été changé. Réessayez, ou envoyez moins.

What you sent took too long to arrive. Nothing was changed. Try again, or send less.
"""


class Front:
    """``app`` as granian calls it. ``largest`` is the size of a body in bytes, at most; where more
    is stated, or nothing, ``largest_for`` says it for the environment of the request, and up to
    which size a body that is larger is heard to its end before it is refused. ``remembers`` says
    that ``app`` is asked for what it keeps first (`ONLY_KEPT`)."""

    def __init__(
        self,
        app: WSGIApp,
        *,
        largest: int,
        largest_for: Callable[[Mapping[str, Any]], tuple[int, int]] | None = None,
        remembers: bool = False,
    ) -> None:
        self._app = app
        self._largest = largest
        self._largest_for = largest_for
        self._arrivals = Arrivals()
        self._remembers = remembers
        # What is kept waits behind nothing that has to be made: it takes a hundredth of the time.
        self._keeping = Lane("keeping", most=READERS)
        # Whoever reads never waits behind whoever writes: writing may mean to wait for a lock.
        self._reading = Lane("reading", most=READERS)
        self._writing = Lane("writing", most=WRITERS)
        self._in_hand = 0
        self._nothing_in_hand = asyncio.Event()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        safe = scope.method in _SAFE
        try:
            body = b"" if safe else await self._body(scope, protocol)
        except TooSlow:
            protocol.response_str(408, [*_HEADERS, ("connection", "close")], _TOO_SLOW)
            return
        arrived = clock.now()
        self._in_hand += 1
        self._nothing_in_hand.clear()
        try:
            await _send(protocol, await self._answered(scope, body, arrived, safe=safe))
        except Full:
            logger.warning("Requests are refused: the line is full or does not move.")
            protocol.response_str(503, [*_HEADERS, ("retry-after", "5")], _FULL)
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._nothing_in_hand.set()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let what is in hand come to its end, and take nothing more."""
        loop.run_until_complete(self._settle())
        self._keeping.close()
        self._reading.close()
        self._writing.close()

    async def _body(self, scope: Any, protocol: Any) -> bytes:
        stated = scope.headers.get("content-length")
        length = int(stated) if stated is not None and stated.isdecimal() else None
        if length == 0:
            return b""
        largest, heard = self._largest, 0
        if self._largest_for is not None and (length is None or length > largest):
            largest, heard = self._largest_for(environ_of(scope, b""))
        if length is not None and length > largest:
            # Refused by the application, which goes by what is stated.
            if length <= heard:
                await self._arrivals.discard(protocol, length)
            return b""
        return await self._arrivals.read(protocol, length, largest)

    async def _answered(self, scope: Any, body: bytes, arrived: datetime, *, safe: bool) -> Answer:
        if safe and self._remembers:
            with suppress(NotKept):
                return await self._keeping.run(
                    lambda: self._answer(scope, body, arrived, only_kept=True)
                )
        lane = self._reading if safe else self._writing
        return await lane.run(lambda: self._answer(scope, body, arrived))

    def _answer(
        self, scope: Any, body: bytes, arrived: datetime, *, only_kept: bool = False
    ) -> Answer:
        asked = {clock.ARRIVED: arrived, ONLY_KEPT: only_kept}
        return answer_of(self._app, {**environ_of(scope, body), **asked})

    async def _settle(self) -> None:
        if not self._in_hand:
            return
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._nothing_in_hand.wait()
        except TimeoutError:
            logger.warning("Requests were still being answered when the process ended.")


async def _send(protocol: Any, answer: Answer) -> None:
    with answer:
        if answer.size <= PART:
            protocol.response_bytes(answer.status, answer.headers, answer.read(PART))
            return
        transport = protocol.response_stream(answer.status, answer.headers)
        while part := answer.read(PART):
            # A connection that takes nothing for so long is given up; its length says that an end
            # is missing.
            async with asyncio.timeout(PART_SECONDS):
                await transport.send_bytes(part)
