"""A letter to ten thousand readers: composing and queueing; and sending it, against one prepared
message sent again and again by ``smtplib`` over one connection to the same server."""

import smtplib
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import insert, select

from eak_core import clock
from eak_core.api import Actor
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.letters.composing import compose as compose_mail
from eak_core.letters.mail import mail_transport
from eak_core.wsgi import settle
from eak_newsletter.deliveries import queueing, running, sending
from eak_newsletter.deliveries.claiming import Claim
from eak_newsletter.deliveries.message import Envelopes
from eak_newsletter.issues import composing, editing, freezing
from eak_newsletter.issues.rendering import write
from eak_newsletter.issues.tables import Issue
from eak_newsletter.models import Subscriber
from tests.bench.letters import SENDER, mail_server
from tests.bench.report import Figure
from tests.bench.submitting import keep_promises

READERS = 10_000
STORIES = 12
FLOOR, LONGEST_QUEUEING = 0.5, 10.0
#: Seconds of one after seconds of the other: whatever else the machine does falls on both alike.
TURN = 3.0


def measure(databases: Databases, kind: Kind, folder: Path, readers: int) -> Iterator[Figure]:
    """The figures of one kind of database."""
    with mail_server() as port, Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        site = sites.make(plugins=["eak_newsletter.plugin"])
        site.enable("newsletter")
        keep_promises(site.app)
        site.app.extensions["eak_transports"]["mail"] = mail_transport(
            f"smtp://127.0.0.1:{port}?tls=none", folder=folder, sender=SENDER, domain="example.org"
        )
        _subscribe(site, readers)
        settle()
        started = time.perf_counter()
        issue = compose_letter(site)
        queueing.fill(site.app, issue)
        seconds = time.perf_counter() - started
        name = f"{kind}: a letter to {readers:,} readers"
        yield Figure(f"{name}, composed and queued", "s", seconds, ceiling=LONGEST_QUEUEING)
        limit, ours = _rates(site, issue, port, readers)
        yield Figure(name, "letters/s", ours, limit, floor=FLOOR)


def _subscribe(site: Site, readers: int) -> None:
    row = {"service_id": site.service.id, "rhythm": "issue", "standing": "active"}
    with site.writing() as session:
        session.execute(
            insert(Subscriber),
            [
                {**row, "address": f"reader.{number}@example.org", "created_at": clock.now()}
                for number in range(readers)
            ],
        )


def compose_letter(site: Site) -> int:
    """A letter of some length that is being sent; answers its number."""
    actor, here = Actor.system(), site.service
    with site.app.test_request_context(), site.writing() as session:
        issue = composing.compose(session, actor, here)
        for number in range(STORIES):
            text = f"L’idée n° {number} a été essayée dans trois communes. " * 6
            title = f"« Des toits végétalisés, n° {number} » : ce que l’essai nous apprend"
            editing.rewrite(session, actor, here, issue.id, None, title=title, text=text)
        session.expire(issue)
        freezing.freeze(session, actor, here, issue.id)
        running.begin(session, actor, here, issue.id)
        return issue.id


def _rates(site: Site, issue: int, port: int, readers: int) -> tuple[float, float]:
    """Letters a second: of ``smtplib`` alone, and ours."""
    content = _prepared(site, issue)
    sent = 0
    alone = together = 0.0
    with site.app.app_context():
        while sent < readers:
            started = time.perf_counter()
            some = sending.send(site.app, issue, seconds=TURN).sent
            together += time.perf_counter() - started
            assert some, "nothing leaves"
            sent += some
            alone += _smtplib(port, content, some)
    return readers / alone, readers / together


def _prepared(site: Site, issue_id: int) -> bytes:
    """The same letter as bytes, as ours leave."""
    with site.app.test_request_context(), site.reading() as session:
        issue = session.get_one(Issue, issue_id)
        reader = session.scalars(select(Subscriber.id).limit(1)).one()
        content = freezing.content_of(session, site.service, issue)
        written = write(site.service, content, archive="http://localhost/culture/lettre/1")
        letter = Envelopes(site.service, issue_id, written).letter(
            Claim(1, reader, 1, "reader.1@example.org")
        )
        return compose_mail(letter, SENDER, "example.org").content


def _smtplib(port: int, content: bytes, count: int) -> float:
    with smtplib.SMTP("127.0.0.1", port) as server:
        started = time.perf_counter()
        for _ in range(count):
            server.sendmail("eak@example.org", ["reader.1@example.org"], content)
        return time.perf_counter() - started
