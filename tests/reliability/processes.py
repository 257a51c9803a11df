"""Processes that tests start and kill: ``python -m tests.reliability.processes ROLE URL …``."""

import os
import random
import sys
import threading
import time
from pathlib import Path

from flask import Flask

from eak_core.db import init_db, read_session, write_session
from eak_core.events import CORE, Context, EventRegistry, publish, subscriber, subscriptions
from eak_core.events.core import EventCore
from eak_core.events.worker import Worker
from eak_core.letters.mail import mail_transport
from eak_core.letters.sending import Outbox
from tests.core.events.probe import SERVICE, Happened, Listener, note

#: An event with this number ends the process that handles it, as running out of memory would.
LETHAL = 666


def application(url: str) -> Flask:
    """An application on ``url`` whose one plugin writes down what it is told, a little slowly."""
    plugin = Listener()

    @subscriber(plugin, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        note(ctx, event.number)
        ctx.session.flush()
        if event.number == LETHAL:
            os._exit(9)
        time.sleep(random.uniform(0, 0.002))

    app = Flask(__name__)
    init_db(app, url)
    app.config["SECRET_KEY"] = "a secret that every test knows"
    app.extensions["eak_transports"] = {}
    declared = Listener()
    declared.events.append(Happened.__event__)
    app.extensions["eak_events"] = EventCore(
        EventRegistry([CORE, declared]), {plugin.name: tuple(plugin.subscribers)}
    )
    return app


def work(url: str) -> None:
    """A worker that goes on until it is killed."""
    Worker(application(url)).run(threading.Event())


def write(url: str, writer: str, count: str) -> None:
    """Publish ``count`` events of one thing; every tenth transaction is rolled back."""
    app = application(url)
    for number in range(int(count)):
        with write_session(app) as session:
            publish(session, Happened(thing=int(writer), number=number), service_id=SERVICE)
            session.flush()
            time.sleep(random.uniform(0, 0.002))
            if number % 10 == 9:
                session.rollback()


def send(url: str, mail: str) -> None:
    """A sender of mail to the server at ``mail`` that goes on until it is killed."""
    app = application(url)
    app.extensions["eak_transports"] = {
        "mail": mail_transport(mail, folder=Path(), sender="a@b.example", domain="b.example")
    }
    outbox = Outbox(app)
    while True:
        if not outbox.send_due():
            time.sleep(0.05)


def lag(app: Flask) -> int:
    """How many events the plugin has still to read."""
    with read_session(app) as session:
        return sum(health.lag for health in subscriptions.health(session))


if __name__ == "__main__":
    {"work": work, "write": write, "send": send}[sys.argv[1]](*sys.argv[2:])
