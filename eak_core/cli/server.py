"""The web server: granian, with what is checked before it starts."""

import errno
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from eak_core.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address to open in a browser on this machine."""
        host = self.host
        with suppress(ValueError):
            address = ip_address(self.host)
            if address.is_unspecified:
                address = ip_address("127.0.0.1" if address.version == 4 else "::1")
            host = f"[{address}]" if address.version == 6 else str(address)
        return f"http://{host}:{self.port}"

    def require_free(self) -> None:
        """Return where the port can be listened on; Misconfigured otherwise.

        Asked before anything starts: the server's processes share the port among themselves,
        so a second server would silently take half of the requests.
        """
        try:
            family, kind, protocol, _name, address = socket.getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
                probe.listen(1)
        except OSError as error:
            raise Misconfigured(self._why_not(error)) from error

    def _why_not(self, error: OSError) -> str:
        where = f"port {self.port} of {self.host}"
        if error.errno == errno.EADDRINUSE:
            return f"Another program listens on {where} already: stop it, or use --port."
        if error.errno == errno.EACCES:
            return f"This account may not listen on {where}: use --port with 1024 or more."
        return f"It is not possible to listen on {where}: {error.strerror or error}."


def require_writable(folder: Path) -> None:
    """Return where files can be made in ``folder``; Misconfigured otherwise."""
    probe = folder / f".writable-{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = error.strerror or error
        raise Misconfigured(f"Nothing can be written in the folder {folder}: {reason}.") from error


def serve(place: Place, instance: Path, *, processes: int, worker: bool) -> None:
    """Serve the instance until a signal ends it. Processes that die are started again."""
    from eak_core.serving.processes import make_server

    click.echo(f"EAK is served on {place.url} (Ctrl-C stops it).", err=True)
    os.environ["EAK_INSTANCE"] = str(instance.absolute())
    factory = "front_with_worker" if worker else "front"
    make_server(
        f"eak_core.wsgi:{factory}",
        host=place.host,
        port=place.port,
        processes=processes,
        log=LOGGING,
    ).serve()


# Standard output is for answers; what the server tells goes to standard error.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "stream": "ext://sys.stderr",
        },
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"_granian": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
