"""Very many readers: a list of a hundred thousand taken in by the command, one row in a hundred
wrong; and a letter queued for a million, stopped and gone on with, in memory that does not grow."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select, text

from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.letters.mail import mail_transport
from eak_core.wsgi import settle
from eak_newsletter.deliveries import queueing, running, sending
from eak_newsletter.models import Subscriber
from tests.bench.letters import SENDER, mail_server
from tests.bench.newsletters import compose_letter
from tests.bench.report import Figure

LISTED, QUEUED = 100_000, 1_000_000
WRONG_EACH = 100
#: Seconds, and MB.
LONGEST_IMPORT, MOST_GROWN = 60.0, 32.0
#: Seconds for which letters leave of the large queue.
SENDING = 10.0


def measure(databases: Databases, kind: Kind, folder: Path, listed: int) -> Iterator[Figure]:
    """The figures of one kind of database; ``listed`` is how long the list is, a tenth of the
    queue."""
    with mail_server() as port, Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        site = sites.make(plugins=["eak_newsletter.plugin"])
        site.enable("newsletter")
        site.app.extensions["eak_transports"]["mail"] = mail_transport(
            f"smtp://127.0.0.1:{port}?tls=none", folder=folder, sender=SENDER, domain="example.org"
        )
        settle()
        name = f"{kind}: {listed:,} readers taken in, 1 % wrong"
        yield Figure(name, "s", _import(site, folder, listed), ceiling=LONGEST_IMPORT)
        yield from _queue(site, kind, listed * QUEUED // LISTED)


def _import(site: Site, folder: Path, listed: int) -> float:
    """Seconds for the command to take in a list."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "readers.csv"
    subjects = ("", "toits-verts", "Fab labs|tiers-lieux")
    with file.open("w") as out:
        out.write("address,subjects,rhythm\n")
        for number in range(listed):
            wrong = number % WRONG_EACH == 0
            address = f"reader {number}" if wrong else f"reader.{number}@example.org"
            out.write(f"{address},{subjects[number % 3]},{('issue', 'monthly')[number % 2]}\n")
    command = (
        str(Path(sys.executable).with_name("eak")), "--instance", str(folder / "command"),
        "newsletter", "import-subscribers", str(file), "--service", site.service.slug,
        "--proof", "A list.",
    )  # fmt: skip
    settings = {"EAK_DATABASE_URL": site.url, "EAK_BASE_URL": "http://localhost"}
    started = time.perf_counter()
    ran = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    with site.reading() as session:
        found = session.scalar(select(func.count()).select_from(Subscriber))
    assert found == listed - len(range(0, listed, WRONG_EACH)), ran.stderr[-2_000:]
    return seconds


def _queue(site: Site, kind: Kind, readers: int) -> Iterator[Figure]:
    _many(site, kind, readers)
    issue = compose_letter(site)
    before = _memory()
    started = time.perf_counter()
    while (filled := _filled(site, issue)) < readers // 2:
        with site.writing() as session:
            assert queueing.fill_portion(session, issue)
    # Stopped in the middle: whoever goes on does so from there, and nobody is queued twice.
    with site.app.app_context():
        queueing.fill(site.app, issue)
    seconds = time.perf_counter() - started
    assert readers // 2 <= filled < readers
    assert _filled(site, issue) >= readers
    name = f"{kind}: a letter to {readers:,} readers"
    yield Figure(f"{name}, queued, stopped and gone on with", "s", seconds)
    with site.app.app_context():
        outcome = sending.send(site.app, issue, seconds=SENDING)
    assert outcome.sent
    yield Figure(f"{name}, sent for {SENDING:.0f} s", "letters/s", outcome.sent / SENDING)
    yield Figure(f"{name}, memory meanwhile", "MB more", _memory() - before, ceiling=MOST_GROWN)


def _many(site: Site, kind: Kind, readers: int) -> None:
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)"
        if kind == "sqlite"
        else "WITH n(i) AS (SELECT generate_series(1, :many))"
    )
    with site.writing() as session:
        session.execute(
            text(
                f"{numbers} INSERT INTO newsletter_subscriber"  # written here
                " (service_id, address, rhythm, standing, created_at)"
                " SELECT :service, 'many.' || i || '@example.org', 'issue', 'active', created_at"
                " FROM n, (SELECT created_at FROM newsletter_subscriber LIMIT 1) AS one"
            ),
            {"many": readers, "service": site.service.id},
        )


def _filled(site: Site, issue: int) -> int:
    with site.reading() as session:
        return sum(running.counts(session, issue).values())


def _memory() -> float:
    """What this process has in memory, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
