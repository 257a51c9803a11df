"""What granian gives to a front: requests, and connections that take what is answered."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Headers:
    def __init__(self, *pairs: tuple[str, str]) -> None:
        self.pairs = list(pairs)

    def items(self) -> list[tuple[str, str]]:
        return self.pairs

    def get(self, name: str) -> str | None:
        return dict(self.pairs).get(name)


class Scope:
    def __init__(self, method: str = "GET", *headers: tuple[str, str], path: str = "/") -> None:
        self.method, self.path, self.query_string = method, path, "a=1"
        self.headers = Headers(("host", "site.example"), *headers)
        self.server, self.client = "[::1]:8000", "192.0.2.7:51234"
        self.scheme, self.http_version = "http", "1.1"


class Connection:
    """What granian gives: parts of a body as they come, and what was answered."""

    def __init__(self, *parts: bytes, stalls: bool = False) -> None:
        self.parts, self.stalls = parts, stalls
        self.read = 0
        self.status = 0
        self.headers: dict[str, str] = {}
        self.sent: list[bytes] = []
        self.takes = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            self.read += 1
            yield part
        if self.stalls:
            await asyncio.Event().wait()

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers = status, dict(headers)
        self.sent.append(body)

    def response_str(self, status: int, headers: list[tuple[str, str]], body: str) -> None:
        self.response_bytes(status, headers, body.encode())

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> "Connection":
        self.status, self.headers = status, dict(headers)
        return self

    async def send_bytes(self, part: bytes) -> None:
        if not self.takes:
            await asyncio.Event().wait()
        self.sent.append(part)
