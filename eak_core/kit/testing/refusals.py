"""No test reaches the network or sends real mail: whoever tries fails, wherever it happened.

The loopback stays open, for servers that a test starts itself; PostgreSQL is reached by a library
that does not go through Python's sockets.
"""

import contextlib
import ipaddress
import smtplib
import socket
from collections.abc import Iterator
from typing import Any

import pytest

_HERE = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})


class NetworkRefused(BaseException):
    """A test tried to leave this machine. No ``except Exception`` in the code hides it."""


def _is_here(host: Any) -> bool:
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name.lower() in _HERE:
        return True
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(name.partition("%")[0])
        # The unspecified address is what a server of the test binds to.
        return address.is_loopback or address.is_unspecified
    return False


def _needs_no_lookup(host: Any) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host or "")
        return True
    return _is_here(host)


def _is_local(address: Any) -> bool:
    # Anything but a pair of host and port is a socket of this machine's file system.
    return not isinstance(address, tuple) or _is_here(address[0])


class Refusals:
    """Puts guards before whatever leads out, and remembers who came."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refused: list[str] = []
        self._guard(monkeypatch, socket.socket, "connect", lambda _socket, to, *_: _is_local(to))
        self._guard(monkeypatch, socket.socket, "connect_ex", lambda _socket, to, *_: _is_local(to))
        self._guard(monkeypatch, socket.socket, "sendto", lambda _s, *sent: _is_local(sent[-1]))
        self._guard(monkeypatch, socket, "getaddrinfo", lambda host, *_: _needs_no_lookup(host))
        self._guard(monkeypatch, smtplib.SMTP, "connect", lambda _smtp, host="", *_: _is_here(host))

    def _guard(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, allowed: Any) -> None:
        original = getattr(owner, name)

        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not allowed(*args, *kwargs.values()):
                where = next((arg for arg in args if isinstance(arg, tuple | str | bytes)), "")
                self.refused.append(f"{name}({where!r})")
                raise NetworkRefused(
                    f"{name}({where!r}): tests reach no network and send no real mail;"
                    " mail goes through the outbox, and `sent` shows it"
                )
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, guarded)


@pytest.fixture(autouse=True)
def refusals() -> Iterator[Refusals]:
    """Refuse the network and real mail; the test fails at its end even if a thread tried."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        guard = Refusals(monkeypatch)
        yield guard
    assert not guard.refused, f"the network was tried: {', '.join(guard.refused)}"
