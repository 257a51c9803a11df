"""Bodies that arrive: read in whole, within a time and a size, before anybody works on them."""

import asyncio
from collections.abc import AsyncIterable

#: A body has so long to begin with, and so much more for each of its bytes.
BODY_SECONDS = 20.0
SLOWEST_BYTES_PER_SECOND = 8_192
#: What all bodies together may take while they arrive; past it the oldest gives way.
MOST_ARRIVING = 256 * 1024 * 1024


class TooSlow(Exception):
    """The body did not come in time, or gave way to others."""


class Arrivals:
    """The bodies that one process is receiving. Used by one loop."""

    def __init__(self) -> None:
        self._held: dict[asyncio.Timeout, int] = {}
        self._total = 0

    async def read(self, parts: AsyncIterable[bytes], stated: int | None, largest: int) -> bytes:
        """The body in ``parts``, of ``stated`` bytes where it says so; cut one byte past the
        ``largest`` that is taken, where the application refuses it. `TooSlow` where it takes too
        long."""
        expected = largest if stated is None else stated
        allowed = BODY_SECONDS + expected / SLOWEST_BYTES_PER_SECOND
        received = bytearray()
        try:
            async with asyncio.timeout(allowed) as patience:
                self._held[patience] = 0
                try:
                    async for part in parts:
                        received += part
                        if len(received) > largest:
                            break
                        self._hold(patience, len(part))
                finally:
                    self._total -= self._held.pop(patience, 0)
        except TimeoutError:
            raise TooSlow from None
        return bytes(received[: largest + 1])

    async def discard(self, parts: AsyncIterable[bytes], stated: int) -> None:
        """Take the body in ``parts``, of ``stated`` bytes, and keep nothing of it: many a browser
        shows what it is answered only once it has sent all. `TooSlow` as above."""
        try:
            async with asyncio.timeout(BODY_SECONDS + stated / SLOWEST_BYTES_PER_SECOND):
                async for _part in parts:
                    pass
        except TimeoutError:
            raise TooSlow from None

    def _hold(self, patience: asyncio.Timeout, size: int) -> None:
        if patience in self._held:
            self._held[patience] += size
            self._total += size
        while self._total > MOST_ARRIVING:
            oldest = next(iter(self._held))
            self._total -= self._held.pop(oldest)
            oldest.reschedule(asyncio.get_running_loop().time())
