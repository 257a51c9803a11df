"""What plugins share, each beside the least that could do the same: signed links, keys, a log that
is read by its subject, a list that is taken in."""

import csv
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from itsdangerous import URLSafeSerializer
from sqlalchemy import insert, text

from eak_core.db import write_session
from eak_core.events import CORE
from eak_core.events.extracts import read_log
from eak_core.ideas.events import IdeaEdited
from eak_core.imports.commands import ImportOptions, take_file
from eak_core.imports.running import ImportRun
from eak_core.keys.signing import signer
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import SECRET, Site
from eak_core.kit.testing.sites import Sites
from eak_core.transparency.checkpoint import signed_note
from eak_core.web.signed_links import SignedLink
from eak_matchmaking.commands.organisations import OrganisationRow, take_in
from eak_matchmaking.models import Organisation, Presence
from tests.bench.report import Figure

ROUNDS = 300
EVENTS = 20_000
ROWS = 2_000


def measure(databases: Databases, kind: Kind, folder: Path) -> Iterator[Figure]:
    """The figures of what plugins share on one kind of database."""
    with Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        site = sites.make(plugins=["eak_matchmaking.plugin"])
        site.enable("matchmaking")
        if kind == "sqlite":
            yield _links(site)
        yield _keys(site, kind)
        yield _log(site, kind)
        yield _list(site, kind, folder)


def _median(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """In microseconds."""
    took = []
    for _round in range(rounds):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e6


def _links(site: Site) -> Figure:
    link = SignedLink(CORE, "bench", lifetime=timedelta(days=1))
    bare = URLSafeSerializer(SECRET, salt="bench")
    with site.app.test_request_context():
        ours = _median(lambda: link.read(link.token("12")))
    limit = _median(lambda: bare.loads(bare.dumps(["12", 1, "123456789012"])))
    return Figure("a signed link made and read, beside itsdangerous alone", "µs", ours, limit)


def _keys(site: Site, kind: Kind) -> Figure:
    alone = Ed25519PrivateKey.generate()
    with site.app.app_context(), write_session(site.app) as session:
        signer(session, "bench", "notes", site.service.id, "example.org/bench")
    with site.app.app_context(), write_session(site.app) as session:

        def signed() -> str:
            key = signer(session, "bench", "notes", site.service.id, "example.org/bench")
            return signed_note("example.org/bench\n", key.verifier_key.name, key.seed)

        ours = _median(signed)
    limit = _median(lambda: alone.sign(b"example.org/bench\n"))
    return Figure(
        f"a note signed with the key asked for, {kind}, beside Ed25519", "µs", ours, limit
    )


def _log(site: Site, kind: Kind) -> Figure:
    """The last twenty events of one idea among many."""
    service_id = site.service.id
    for part in range(0, EVENTS, 500):
        site.publish(*(IdeaEdited(idea_id=part + each) for each in range(500)))
    site.publish(*(IdeaEdited(idea_id=7) for _each in range(20)))
    statement = text(
        "SELECT * FROM event_log WHERE service_id = :service AND subject = 'idea:7'"
        " ORDER BY position DESC LIMIT 20"
    )
    with site.reading() as session:
        limit = _median(lambda: session.execute(statement, {"service": service_id}).all())
        ours = _median(
            lambda: read_log(session, service_id, subject="idea:7", newest_first=True, limit=20)
        )
    name = f"twenty events of one idea among {EVENTS:,}, {kind}, beside the bare statement"
    return Figure(name, "µs", ours, limit)


def _list(site: Site, kind: Kind, folder: Path) -> Figure:
    """A list of organisations taken in, each row checked, told in the log, and refused by itself;
    its limit is reading the file and inserting the rows."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"list-{kind}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(msgspec.structs.asdict(OrganisationRow(name="")).keys())
        writer.writerows([f"Club {n}", "association", "", "", "", "Sport."] for n in range(ROWS))
    began = time.perf_counter()
    with site.app.app_context(), write_session(site.app) as session:
        run, system = ImportRun(session), site.people.actor(site.people.manager)
        options = ImportOptions(file)
        take_file(
            run, "organisations", options, OrganisationRow,
            lambda row: take_in(session, system, site.service, {}, row),
        )  # fmt: skip
    ours = ROWS / (time.perf_counter() - began)
    began = time.perf_counter()
    with site.writing() as session, file.open(encoding="utf-8", newline="") as source:
        now = site.service.created_at
        for number, row in enumerate(csv.DictReader(source), start=10_000):
            session.execute(
                insert(Organisation).values(
                    id=number, name=row["name"], folded=row["name"], kind=row["kind"],
                    about=row["about"], registered_at=now,
                )
            )  # fmt: skip
            session.execute(
                insert(Presence).values(
                    service_id=site.service.id, organisation_id=number, joined_at=now
                )
            )
    limit = ROWS / (time.perf_counter() - began)
    name = f"a list of {ROWS:,} organisations taken in, {kind}, beside its rows inserted"
    return Figure(name, "rows/s", ours, limit)
