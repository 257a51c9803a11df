"""Fifty people at once: half of them visitors, half signed in, some of whom write.

Each asks for the next page as soon as they have the last, without a pause, so the server is as busy
as it can be; a page waits for the others before it, on either side of the ratio. Nobody is answered
otherwise than they should be, or the measure fails. Clients share the machine with the server.
"""

import http.client
import itertools
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Row, select

from eak_core.ideas.models import Idea
from eak_core.ideas.visibility import public_ideas
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.serving.front import Front
from eak_core.web.uploads import MAX_BODY
from tests.bench.casting import people, requests_of, served
from tests.bench.filling import fill
from tests.bench.lists import PLUGINS
from tests.bench.report import Figure

#: So many ask at once: visitors, people who read and people who write.
VISITORS, READERS, WRITERS = 25, 20, 5
IDEAS = 2_000
SECONDS = 30
#: How much the slowest page of a hundred may take of the middle one.
MOST_P99 = 5.0
#: How much the server may weigh at the end of what it weighed after a fifth of the time.
MOST_GROWN = 1.05

#: A path, a body (sent by POST where there is one) and headers.
Asked = tuple[str, str, dict[str, str]]


class Crowd(NamedTuple):
    """Who asks for what, one page after the other, and what each is answered."""

    name: str
    clients: Sequence[Iterator[Asked]]
    status: int


def front() -> Front:
    """What the server of the benchmark serves: the site, with its worker."""
    from eak_core.app import create_app
    from eak_core.config import load
    from eak_core.wsgi import settle, start_worker

    url, folder = os.environ["BENCH_URL"], Path(os.environ["BENCH_FOLDER"])
    chosen = load(folder, database_url=url, secret_key="bench" * 10, rate_limits=False)
    app = create_app(chosen, plugins=[f"eak_{name}.plugin" for name in PLUGINS])
    settle()
    start_worker(app)
    return Front(app, largest=MAX_BODY, remembers=True)


def measure(databases: Databases, kind: Kind, folder: Path, seconds: int) -> Iterator[Figure]:
    """The figures of one kind of database, asked for ``seconds``."""
    with Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        site = sites.make(
            plugins=[f"eak_{name}.plugin" for name in PLUGINS], secret_key="bench" * 10
        )
        for name in PLUGINS:
            site.enable(name)
        fill(site, IDEAS)
        crowds = _crowds(site)
        server = served(site.url, folder / "served", "tests.bench.crowd:front")
        with server as port:
            weights: list[float] = []
            times = _ask(port, crowds, seconds, lambda: weights.append(_weight(server.process.pid)))
        site.close()
    where = f"{kind}: {VISITORS + READERS + WRITERS} connections for {seconds} s"
    for name, taken in times.items():
        _, *cuts = statistics.quantiles(taken, n=100)
        yield Figure(
            f"{where}, {name} ({len(taken):,}), p99 to median", "ms",
            cuts[-1], statistics.median(taken), at_most=MOST_P99,
        )  # fmt: skip
    begun, end = weights[len(weights) // 5], weights[-1]
    yield Figure(f"{where}, weight of the server", "MB", end, begun, at_most=MOST_GROWN)


def _crowds(site: Site) -> list[Crowd]:
    place = f"/{site.service.slug}"
    with site.reading() as session:
        shown = session.execute(
            select(Idea.id, Idea.slug)
            .where(Idea.service_id == site.service.id, *public_ideas(site.service.id))
            .limit(IDEAS)
        ).all()
    pages = [f"{place}/idees/{idea}-{slug}" for idea, slug in shown[:200]]
    read = [f"{place}/idees/", f"{place}/", "/", f"{place}/idees/?tri=title", *pages]
    keys = people(site, READERS + WRITERS)
    signed = [headers for _path, _body, headers in requests_of(site, keys[:READERS], place)]
    return [
        Crowd("visitors", [_cycled(read, {}, first) for first in range(VISITORS)], 200),
        Crowd(
            "people who read",
            [_cycled([*read, "/compte/"], headers, n) for n, headers in enumerate(signed)],
            200,
        ),
        Crowd(
            "people who write",
            [_supporting(site, key, place, shown) for key in keys[READERS:]],
            303,
        ),
    ]


def _supporting(
    site: Site, key: str, place: str, ideas: Sequence[Row[int, str]]
) -> Iterator[Asked]:
    """One support after the other, for another idea each time; once all have one, each is taken
    back, and so on: a support given twice writes nothing."""
    [(_path, body, headers)] = requests_of(site, [key], place)
    for act in itertools.cycle(("", "/retirer")):
        for idea, _slug in ideas:
            yield f"{place}/votes/soutiens/{idea}{act}", body, headers


def _cycled(paths: Sequence[str], headers: dict[str, str], first: int) -> Iterator[Asked]:
    given = {"Accept-Encoding": "gzip", **headers}
    for path in itertools.cycle([*paths[first % len(paths) :], *paths[: first % len(paths)]]):
        yield path, "", given


def _ask(
    port: int, crowds: Sequence[Crowd], seconds: int, weigh: Callable[[], None]
) -> dict[str, list[float]]:
    """Let all of ``crowds`` ask for so long, and ``weigh`` each second: how long each answer took,
    in ms. Fails where one is not what it should be."""
    times: dict[str, list[float]] = {each.name: [] for each in crowds}
    wrong: list[str] = []
    end = time.perf_counter() + seconds

    def ask(crowd: Crowd, pages: Iterator[Asked]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            while not wrong and (started := time.perf_counter()) < end:
                path, body, headers = next(pages)
                connection.request("POST" if body else "GET", path, body or None, headers)
                answer = connection.getresponse()
                said = answer.read()
                times[crowd.name].append((time.perf_counter() - started) * 1000)
                if answer.status != crowd.status:
                    wrong.append(f"{path}: {answer.status} {said[:500]!r}")
        except (OSError, http.client.HTTPException) as error:
            wrong.append(f"{crowd.name}: {error!r}")

    clients = [
        threading.Thread(target=ask, args=(each, c)) for each in crowds for c in each.clients
    ]
    for client in clients:
        client.start()
    while any(client.is_alive() for client in clients):
        weigh()
        time.sleep(1)
    assert not wrong, wrong[0]
    return times


def _weight(process: int) -> float:
    """What the server and its processes weigh, in MB."""
    pages = 0
    for pid in [process, *_children(process)]:
        pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(each) for each in found] + [pid for each in found for pid in _children(int(each))]
