"""Casting a vote over HTTP, against a page that only checks the sign-in and commits one row.

Both are views of the same served site, asked by the same clients on connections that stay open;
each voter votes once. The clients share the machine with the server, on either side of the ratio.
"""

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy import insert, select

from eak_core.api import Plugin, PluginBlueprint, SignInRequired, current_session
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.credentials.sessions import KEY, USED
from eak_core.people.models import Person, PersonSession, new_uniquifier
from eak_core.serving.front import Front
from eak_core.web.uploads import MAX_BODY
from eak_voting.ballots.preparing import Draft, prepare
from eak_voting.casting.opening import announce
from eak_voting.models import Ballot, Paper, Reminder
from eak_voting.settings import ApprovalRules, Settings
from tests.bench.report import Figure
from tests.bench.submitting import keep_promises
from tests.served import Instance

CONNECTIONS = 20
VOTES = 20_000
#: How many requests the limit is measured with: it is steady.
LIMIT_REQUESTS = 6_000
FLOOR = 0.4
MOST_P99 = 20.0
AGENT = "bench"


@dataclass(frozen=True)
class Load:
    """What clients saw: requests a second, and how long each took, in ms."""

    rate: float
    times: Sequence[float]

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.times, n=100)[98]

    @property
    def median(self) -> float:
        return statistics.median(self.times)


def row_plugin() -> ModuleType:
    """A plugin with one page: whoever is signed in leaves one row."""
    module = ModuleType("bench_row")
    plugin = Plugin(name="bench_row", title="Row", core=">=0.1,<1")
    blueprint = PluginBlueprint(plugin, "tests.bench.casting")

    @blueprint.post("/")
    def leave() -> str:
        if not g.actor.signed_in:
            raise SignInRequired
        session = current_session()
        number = int(request.form["ballot"])
        session.execute(
            insert(Reminder).values(
                ballot_id=number, person_id=g.actor.person_id, asked_at=datetime.now(UTC)
            )
        )
        session.commit()
        return "done"

    module.plugin = plugin  # type: ignore[attr-defined]
    module.blueprint = blueprint  # type: ignore[attr-defined]
    return module


def front() -> Front:
    """What the server of the benchmark serves: the factory that granian calls."""
    from eak_core.wsgi import settle, start_worker

    app = _application(os.environ["BENCH_URL"], Path(os.environ["BENCH_FOLDER"]))
    settle()
    start_worker(app)
    return Front(app, largest=MAX_BODY)


def _application(url: str, folder: Path) -> Flask:
    from eak_core.app import create_app
    from eak_core.config import load

    settings = load(folder, database_url=url, secret_key="bench" * 10, rate_limits=False)
    return create_app(settings, plugins=["eak_voting.plugin", row_plugin()])


def measure(databases: Databases, kind: Kind, folder: Path, votes: int) -> Iterator[Figure]:
    """The figures of one kind of database."""
    with Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        url = sites.make(plugins=["eak_voting.plugin"]).url
        site = Site(_application(url, folder / "served"))
        if kind == "postgresql":
            keep_promises(site.app)
        site.enable("voting")
        site.enable("bench_row")
        ballot = open_ballot(site, [site.submit(f"Idea {number}").id for number in range(5)])
        voters = people(site, max(votes, LIMIT_REQUESTS))
        with served(url, folder / "served") as port:
            row = f"/{site.service.slug}/bench-row/"
            send = f"/{site.service.slug}/votes/{ballot.id}/verifier"
            rows = requests_of(site, voters[:LIMIT_REQUESTS], row, ballot=str(ballot.id))
            cast = requests_of(site, voters[:votes], send, choices="[1,3]")
            limit = load(port, rows, 200)
            ours = load(port, cast, 303)
        with site.reading() as session:
            counted = session.query(Paper).filter_by(ballot_id=ballot.id).count()
        assert counted == votes, f"{counted} of {votes} votes are there"
        name = f"{kind}: votes over HTTP, {CONNECTIONS} connections"
        yield Figure(name, "requests/s", ours.rate, limit.rate, floor=FLOOR)
        yield Figure(f"{name}, p99 to median", "ms", ours.p99, ours.median, at_most=MOST_P99)
        site.close()


def open_ballot(site: Site, ideas: Sequence[int]) -> Ballot:
    """A secret ballot on ``ideas`` that takes votes for a day."""
    now = datetime.now(UTC)
    draft = Draft(
        title="What comes first?",
        text="",
        settings=Settings(method="approval", secrecy="secret", approval=ApprovalRules()),
        opens_at=now,
        closes_at=now + timedelta(days=1),
        ideas=list(ideas),
    )
    manager = site.people.actor(site.people.administrator)
    with site.writing() as session:
        ballot = prepare(session, manager, site.service, draft)
    with site.writing() as session:
        announce(session, manager, site.service, session.get_one(Ballot, ballot.id))
    return ballot


def people(site: Site, count: int) -> list[str]:
    """Accounts; what their sessions are tied to."""
    keys = [new_uniquifier() for _ in range(count)]
    now = datetime.now(UTC)
    with site.writing() as session:
        session.execute(
            insert(Person),
            [
                {
                    "email": f"voter{number}@example.org",
                    "name": f"Voter {number}",
                    "fs_uniquifier": key,
                    "confirmed_at": now,
                }
                for number, key in enumerate(keys)
            ],
        )
        session.execute(
            insert(PersonSession),
            [
                {"number": person.fs_uniquifier, "person_id": person.id}
                for person in session.scalars(select(Person).where(Person.fs_uniquifier.in_(keys)))
            ],
        )
    return keys


def requests_of(
    site: Site, keys: Sequence[str], path: str, **fields: str
) -> list[tuple[str, str, dict[str, str]]]:
    """Path, body and headers of a form that each of the people with these ``keys`` sends from
    their own session."""
    app = site.app
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    with app.test_request_context("/", headers={"User-Agent": AGENT}) as context:
        token = generate_csrf()
        session: dict[str, Any] = {**context.session, "_fresh": True, "fs_cc": "set"}
    body = urlencode({**fields, "csrf_token": token})
    made, now = [], int(datetime.now(UTC).timestamp())
    for key in keys:
        cookie = serializer.dumps({**session, "_user_id": key, KEY: key, USED: now})
        headers = {
            "Cookie": f"{app.config['SESSION_COOKIE_NAME']}={cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": AGENT,
        }
        made.append((path, body, headers))
    return made


class served:  # noqa: N801 - used as a function
    """What ``front`` makes, in a process of its own, as ``eak serve`` serves it."""

    def __init__(self, url: str, folder: Path, front: str = "tests.bench.casting:front") -> None:
        self.instance = Instance(folder, url)
        self.front = front

    def __enter__(self) -> int:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.casting", self.front, str(self.instance.port)],
            env={
                **os.environ,
                "BENCH_URL": self.instance.environment["EAK_DATABASE_URL"],
                "BENCH_FOLDER": str(self.instance.folder),
            },
            stdout=subprocess.DEVNULL,
        )
        while not self.instance.answers():
            assert self.process.poll() is None, "the server ended"
            time.sleep(0.05)
        return self.instance.port

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)


def load(port: int, requests: list[tuple[str, str, dict[str, str]]], status: int) -> Load:
    """Send ``requests`` on `CONNECTIONS` connections, those without a body by GET; fails where one
    is answered otherwise."""
    waiting = iter(requests)
    lock = threading.Lock()
    times: list[float] = []
    wrong: list[str] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not wrong:
            with lock:
                asked = next(waiting, None)
            if asked is None:
                return
            path, body, headers = asked
            started = time.perf_counter()
            connection.request("POST" if body else "GET", path, body or None, headers)
            answer = connection.getresponse()
            text = answer.read()
            times.append((time.perf_counter() - started) * 1000)
            if answer.status != status:
                wrong.append(f"{answer.status}: {text[:2000].decode()}")

    clients = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    assert not wrong, wrong[0]
    assert len(times) == len(requests), "a connection broke"
    return Load(len(times) / (time.perf_counter() - started), times)


def _serve(front: str, port: int) -> None:
    from eak_core.cli.server import LOGGING
    from eak_core.serving.processes import make_server

    make_server(front, host="127.0.0.1", port=port, processes=1, log=LOGGING).serve()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
