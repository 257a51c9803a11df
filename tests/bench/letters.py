"""Letters to a mail server: ours, against one prepared message sent again and again; and how long a
new password waits that is asked for while ten thousand letters of a list leave."""

import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from eak_core.db import read_session, write_session
from eak_core.events.worker import Worker
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.sites import Sites
from eak_core.letters.composing import compose
from eak_core.letters.mail import mail_transport
from eak_core.letters.message import Claimed
from eak_core.letters.models import Lane, OutboxMessage
from eak_core.letters.outbox import Message, enqueue_mail, enqueue_many
from eak_core.letters.sending import Outbox
from eak_core.wsgi import settle
from tests.bench.report import Figure
from tests.bench.submitting import keep_promises

LETTERS = 10_000
SENDER = "EAK <eak@example.org>"
#: How often a new password is asked for amid the list.
ASKED = 5
FLOOR, LONGEST_WAIT = 0.5, 1.0
TEXT = (
    "Bonjour,\n\nVous avez demandé qu’on vous rappelle ce scrutin. Vous pouvez voter jusqu’au"
    " 12 mars 2026 à 18:00 :\n\nLe budget participatif des écoles\n"
    "https://participer.example.fr/ecoles/votes/12-budget\n\nCeci est le seul rappel.\n"
)


def measure(databases: Databases, kind: Kind, folder: Path, letters: int) -> Iterator[Figure]:
    """The figures of one kind of database."""
    with (
        mail_server() as port,
        Pool(databases) as pool,
        Sites(pool, kind, folder) as sites,
    ):
        app = sites.make(plugins=()).app
        keep_promises(app)
        app.extensions["eak_transports"]["mail"] = mail_transport(
            f"smtp://127.0.0.1:{port}?tls=none", folder=folder, sender=SENDER, domain="example.org"
        )
        settle()
        limit, ours = _rates(app, port, letters)
        name = f"{kind}: {letters:,} letters"
        yield Figure(name, "letters/s", ours, limit, floor=FLOOR)
        yield Figure(
            f"{kind}: a new password amid them", "s", _longest_wait(app), ceiling=LONGEST_WAIT
        )


@contextmanager
def mail_server() -> Iterator[int]:
    """The port of a mail server in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.mail_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _queue(app: Flask, name: str, count: int) -> None:
    messages = [
        Message(
            f"{name}:{number}",
            {
                "to": f"reader.{number}@example.org",
                "subject": "Avant la clôture : le budget participatif des écoles",
                "text": TEXT,
                "list": "voting.reminders",
                "stop": f"https://participer.example.fr/compte/courriels/arreter/{number:0200d}",
            },
        )
        for number in range(count)
    ]
    with write_session(app) as session:
        assert enqueue_many(session, kind="mail", messages=messages) == count


def _rates(app: Flask, port: int, letters: int) -> tuple[float, float]:
    """Letters a second: of ``smtplib`` alone and ours, some of one after some of the other, so that
    whatever else the machine does falls on both alike."""
    _queue(app, "rate", letters)
    with read_session(app) as session:
        sample = session.scalars(select(OutboxMessage).limit(1)).one()
    payload = {"to": "reader.1@example.org", "subject": "S", "text": TEXT}
    content = compose(Claimed(sample.id, "k", "mail", payload), SENDER, "example.org").content
    outbox, sent = Outbox(app), 0
    alone = together = 0.0
    while sent < letters:
        started = time.perf_counter()
        some = outbox.send_due()
        together += time.perf_counter() - started
        assert some, "nothing leaves"
        sent += some
        alone += _smtplib(port, content, some)
    return letters / alone, letters / together


def _smtplib(port: int, content: bytes, count: int) -> float:
    with smtplib.SMTP("127.0.0.1", port) as server:
        started = time.perf_counter()
        for _ in range(count):
            server.sendmail("eak@example.org", ["reader.1@example.org"], content)
        return time.perf_counter() - started


def _longest_wait(app: Flask) -> float:
    """The longest that a new password waited, in seconds, of `ASKED` that were asked for one after
    the other while a worker sends a list."""
    _queue(app, "list", LETTERS)
    stop = threading.Event()
    worker = threading.Thread(target=Worker(app).run, args=(stop,))
    worker.start()
    try:
        waits = [_wait(app, number) for number in range(ASKED)]
        with read_session(app) as session:
            waiting = OutboxMessage.next_attempt_at.is_not(None)
            left = session.scalar(select(func.count()).select_from(OutboxMessage).where(waiting))
        assert left, "the list was over before the last was asked for"
        return max(waits)
    finally:
        stop.set()
        worker.join()


def _wait(app: Flask, number: int) -> float:
    time.sleep(0.3)
    key = f"reset:{number}"
    with write_session(app) as session:
        enqueue_mail(
            session,
            to="hurried@example.org",
            subject="Votre mot de passe",
            text=TEXT,
            dedupe_key=key,
            lane=Lane.AWAITED,
        )
    started = time.perf_counter()
    done = select(OutboxMessage.done_at).where(OutboxMessage.dedupe_key == key)
    while True:
        with read_session(app) as session:
            if session.scalar(done) is not None:
                return time.perf_counter() - started
        time.sleep(0.005)
