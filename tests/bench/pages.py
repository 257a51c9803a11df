"""What plugins cost that are installed and off, what starting costs, what a worker weighs."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from eak_core.api import Plugin, hookimpl
from eak_core.kit.testing.databases import Databases
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from tests.bench.report import Figure

PLUGINS = 10
ROUNDS = 400
WORKER_MB = 110
START_SECONDS = 0.8
#: What a worker may take of a core where nothing happens, in percent, and how long it is watched.
IDLE_PERCENT = 0.5
IDLE_SECONDS = 30

#: As a server starts; what the machine does for others meanwhile is not in it.
START = """
import time; started = time.process_time()
from eak_core.wsgi import create
create()
print(time.process_time() - started)
"""

WEIGH = """
from pathlib import Path
from eak_core.wsgi import create, settle
from eak_core.events.worker import Worker
worker = Worker(create())
settle()
worker.drain()
status = Path("/proc/self/status").read_text()
print(int(status.split("VmRSS:")[1].split()[0]) / 1024)
"""

#: Once it has found that there is nothing to do.
IDLE = f"""
import time
from eak_core.wsgi import create, settle, start_worker
app = create()
settle()
stop = start_worker(app)
time.sleep(10)
started = time.process_time()
time.sleep({IDLE_SECONDS})
print(100 * (time.process_time() - started) / {IDLE_SECONDS})
stop.set()
"""


def measure(databases: Databases, folder: Path) -> Iterator[Figure]:
    """The figures of pages and processes, on SQLite."""
    with Pool(databases) as pool, Sites(pool, "sqlite", folder) as sites:
        bare = sites.make(plugins=())
        full = sites.make(plugins=[_plugin(number) for number in range(PLUGINS)])
        without, with_them = _alternating(bare, full)
        yield Figure(
            f"a core page with {PLUGINS} plugins off, to none",
            "ms",
            with_them,
            without,
            at_most=1.05,
        )
        url = sites.database()
        given = {"EAK_INSTANCE": str(folder / "started"), "EAK_DATABASE_URL": url}
        starts = [_run(START, **given) for _ in range(10)]
        median = statistics.median(starts)
        yield Figure("start of the application", "s", median, ceiling=START_SECONDS)
        yield Figure("second start of the demonstration", "s", _second_start(folder), ceiling=3)
        yield Figure("memory of a worker", "MB", _run(WEIGH, **given), ceiling=WORKER_MB)
        idle = _run(IDLE, EAK_INSTANCE=str(folder / "demo"))
        yield Figure("an idle worker, of a core", "%", idle, ceiling=IDLE_PERCENT)


def _plugin(number: int) -> ModuleType:
    """A plugin that would have something to say in every slot."""
    name = f"bench_{number}"
    module = ModuleType(name)

    @hookimpl
    def nav_items(service: object) -> list[object]:
        return []

    @hookimpl
    def slot_idea_body(idea: object) -> str:
        return name

    @hookimpl
    def slot_idea_aside(idea: object) -> str:
        return name

    @hookimpl
    def slot_service_home(service: object) -> str:
        return name

    module.plugin = Plugin(name=name, title=name, core=">=0.1,<1")  # type: ignore[attr-defined]
    for function in (nav_items, slot_idea_body, slot_idea_aside, slot_service_home):
        setattr(module, function.__name__, function)
    return module


def _alternating(bare: Site, full: Site) -> tuple[float, float]:
    """The median milliseconds of the same page in both, asked for in turns so that whatever else
    the machine does falls on both alike."""
    paths = {}
    for site in (bare, full):
        paths[site.app] = f"/{site.service.slug}/idees/"
        for _ in range(20):
            assert site.browser().get(paths[site.app]).status_code == 200
    times: dict[object, list[float]] = {bare.app: [], full.app: []}
    for _ in range(ROUNDS):
        for site in (bare, full):
            client = site.browser()
            started = time.perf_counter()
            client.get(paths[site.app])
            times[site.app].append((time.perf_counter() - started) * 1000)
    return statistics.median(times[bare.app]), statistics.median(times[full.app])


def _second_start(folder: Path) -> float:
    """Seconds until everything is ready to be served, for the content is there already."""
    command = [sys.executable, "-m", "eak_core.cli", "demo", "--no-serve", "--data"]
    for _ in range(2):
        started = time.perf_counter()
        subprocess.run([*command, str(folder / "demo")], capture_output=True, check=True)
    return time.perf_counter() - started


def _run(program: str, **environment: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment, "EAK_SECRET_KEY": "bench" * 10},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])
