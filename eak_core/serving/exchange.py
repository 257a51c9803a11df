"""One request as WSGI wants it, and its answer as it left the application."""

import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: What an answer may take of memory; the rest of it waits in a file until it has left.
IN_MEMORY = 1024 * 1024


class Answer:
    """Status, headers and body, complete: whatever made it has ended. Close it after use."""

    def __init__(self, status: int, headers: list[tuple[str, str]], parts: Iterable[bytes]) -> None:
        self.status = status
        self._body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the answer
        for part in parts:
            self._body.write(part)
        self.size = self._body.tell()
        self._body.seek(0)
        self.headers = headers
        if self.size and not any(name == "content-length" for name, _value in headers):
            headers.append(("content-length", str(self.size)))

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes of the body, fewer at its end."""
        return self._body.read(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._body.close()


def environ_of(scope: Any, body: bytes) -> dict[str, Any]:
    """The environment of PEP 3333 for a request of granian's."""
    host, _, port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # WSGI writes the bytes of a path as latin-1, whatever they mean.
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        # `X_Forwarded_For` would otherwise be taken for `X-Forwarded-For`.
        if "_" not in name:
            _add(environ, name.replace("-", "_").upper(), value)
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    elif scope.method in {"GET", "HEAD", "OPTIONS"}:
        environ.pop("CONTENT_LENGTH", None)
    return environ


def _add(environ: dict[str, Any], name: str, value: str) -> None:
    if name in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
        environ[name] = value
        return
    key = f"HTTP_{name}"
    if key not in environ:
        environ[key] = value
    else:
        environ[key] += f"; {value}" if name == "COOKIE" else f",{value}"


def answer_of(app: WSGIApp, environ: dict[str, Any]) -> Answer:
    """What ``app`` answers, read to its end."""
    status = 500
    headers: list[tuple[str, str]] = []

    def start_response(line: str, given: list[tuple[str, str]], _error: Any = None) -> None:
        nonlocal status
        status = int(line.split(" ", 1)[0])
        headers[:] = [(name.lower(), value) for name, value in given]

    parts = app(environ, start_response)
    try:
        return Answer(status, headers, parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
