"""An instance served as operators serve it: ``eak serve`` in a process of its own (`forked`).

Its other commands run within the process of the test: that `eak` starts is tested where the command
line is.
"""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from eak_core.cli import cli
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.migrated import distributions, fresh
from tests import forked
from tests.visitor import Visitor

PASSWORD = "jardin-des-essais-92"
START_SECONDS = 60


class Instance:
    """The instance in ``folder`` on the database ``url``, driven through the command line."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "EAK_INSTANCE": str(folder),
            "EAK_DATABASE_URL": url,
            "EAK_BASE_URL": self.base,
            "EAK_RATE_LIMITS": "false",
            # Its managers sign in by the password alone.
            "EAK_SECOND_FACTOR_REQUIRED": "false",
            "EAK_AGENT_DOMAINS": "agents.example",
        }
        self.server: forked.Process | None = None

    def eak(self, *arguments: str, given: str = "", expect: int = 0) -> str:
        """What ``eak`` prints; fails where it ends with another code than ``expect``."""
        done = CliRunner().invoke(
            cli, arguments, input=given, env=self.environment, prog_name="eak"
        )
        assert done.exit_code == expect, f"eak {' '.join(arguments)}: {done.output}"
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """What ``eak … --json`` prints."""
        return json.loads(self.eak(*arguments, "--json"))

    def furnish(self, people: int = 1) -> None:
        """A service, an administrator and some citizens."""
        self.eak("service", "create", "essai", "Service d’essai")
        self.person("administration@essai.example", "--administrator")
        for number in range(people):
            self.person(f"personne{number}@essai.example")

    def person(self, email: str, *options: str, name: str = "Essai") -> None:
        """A confirmed account with `PASSWORD`."""
        self.eak("person", "create", email, name, "--password-stdin", *options, given=PASSWORD)

    def serve(self, *options: str) -> None:
        """Start the server and wait until it answers."""
        self.server = forked.run(
            *("eak_core.cli", "serve", "--port", str(self.port), *options),
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            assert self.server.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether the portal can be had."""
        try:
            with urllib.request.urlopen(self.base, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def processes(self) -> list[int]:
        """The ids of the processes that answer requests."""
        assert self.server is not None
        listed = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text()
        return [int(pid) for pid in listed.split() if _is_python(int(pid))]

    def stop(self) -> None:
        """End the server."""
        if self.server is not None:
            self.server.terminate()
            self.server.wait(30)
            self.server = None

    def visitor(self, email: str) -> Visitor:
        """A person signed in."""
        visitor = Visitor(self.base)
        visitor.sign_in(email, PASSWORD)
        return visitor


@contextmanager
def migrated(databases: Databases, kind: Kind, folder: Path) -> Iterator[Instance]:
    """An instance in ``folder`` on a fresh database with the tables of all that is installed."""
    with fresh(databases, kind, distributions(None)) as url:
        instance = Instance(folder, url)
        try:
            yield instance
        finally:
            instance.stop()


def _is_python(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"resource_tracker" not in command
