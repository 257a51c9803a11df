"""A vote that ends with SIGKILL before its Nth statement: ``python -m … URL FOLDER``.

Reads lines of ``ballot person secrecy number`` and forks one process for each, so that the
application is loaded once; answers ``killed`` or ``voted`` for each. Number 0, before them, is a
vote of the process itself: those that it forks afterwards find their statements compiled.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from eak_core.db import db, write_session
from eak_core.kit.testing.site import open_app
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_core.services.models import Service
from eak_voting.casting.votes import cast
from eak_voting.models import Ballot

FORM_KEY = "00112233445566778899aabbccddeeff"


def vote(app: Any, ballot_id: int, person_id: int, last: int) -> None:
    """Cast a vote; die before statement ``last``, counted with BEGIN and COMMIT."""
    seen = 0

    def step(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    with app.app_context():
        event.listen(db.engine, "begin", step)
        event.listen(db.engine, "before_cursor_execute", step)
        event.listen(db.engine, "after_cursor_execute", step)
        event.listen(db.engine, "commit", step)
        with write_session(app) as session:
            ballot = session.get_one(Ballot, ballot_id)
            person = session.get_one(Person, person_id)
            service = session.get_one(Service, ballot.service_id)
            actor = Actor(person_id=person.id, name=person.name, confirmed=True)
            cast(session, actor, service, ballot, "[1]", form_key=FORM_KEY)


def forked(app: Any, ballot_id: int, person_id: int, last: int) -> str:
    """How `vote` ends in a process of its own."""
    with app.app_context():
        db.engine.dispose()  # what is forked has connections of its own
    child = os.fork()
    if child == 0:
        vote(app, ballot_id, person_id, last)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return "killed"
    return "voted" if status == 0 else f"failed {status}"


def main(url: str, folder: str) -> None:
    app = open_app(url, Path(folder), ["eak_voting.plugin"])
    for line in sys.stdin:
        ballot_id, person_id, last = map(int, line.split())
        if last == 0:
            vote(app, ballot_id, person_id, last)
            answer = "voted"
        else:
            answer = forked(app, ballot_id, person_id, last)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
