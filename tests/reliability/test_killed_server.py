"""The web process killed with SIGKILL while people submit: what was confirmed is there, once."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pages import Page
from tests.reliability.test_killed_workers import until
from tests.served import Instance, migrated
from tests.visitor import Visitor

pytestmark = pytest.mark.reliability

PEOPLE = 3
IDEAS_EACH = 8


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
    fields["action"] = ["submit"]
    _until_answered(lambda: visitor.post(path, fields))


def _until_answered(ask: Callable[[], tuple[int, str]]) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            status, html = ask()
        except OSError:
            assert time.monotonic() < deadline, "the server never came back"
            time.sleep(0.05)
            continue
        assert status == 200, html
        return html


def test_ideas_sent_while_the_server_is_killed_are_there_once(instance: Instance) -> None:
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
    kills = 0
    while any(person.is_alive() for person in people) and kills < 5:
        time.sleep(0.4)
        for pid in instance.processes():
            os.kill(pid, signal.SIGKILL)
        kills += 1
        until(lambda: instance.answers() or bool(failures), "the server did not come back")
    for person in people:
        person.join()
    assert failures == []
    assert kills, "everything was sent before the first kill"
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
