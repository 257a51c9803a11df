"""``eak newsletter …``, as people script it."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from eak_core.api import soft_commits
from eak_core.cli import cli
from eak_core.clock import now
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_newsletter.deliveries import claiming, queueing, running, senders
from eak_newsletter.deliveries.tables import Sender
from eak_newsletter.models import Consent, Subscriber, Wording
from eak_newsletter.readers import leaving
from tests.core.letters.sink import Sink, serving
from tests.plugins.newsletter.conftest import Readers

Eak = Callable[..., Result]
on_sqlite = pytest.mark.parametrize("database", ["sqlite"])

LIST = """address,subjects,rhythm
ada@example.org,,issue
 Ada@Example.ORG ,,issue
bob@bücher.example,Toits verts|fab labs,weekly
a@b@example.org,,
nobody,,
"x@example.org
Bcc: all@example.org",,
carl@example.org,,hourly
dora@example.org,Astronomy,
eve+lettre@example.org,toits-verts,
"""


@pytest.fixture
def eak(site: Site, instance: Path, monkeypatch: pytest.MonkeyPatch) -> Eak:
    """The command on the database of the site, with mail to whatever ``EAK_MAIL_URL`` says."""
    monkeypatch.setenv("EAK_DATABASE_URL", site.url)
    monkeypatch.setenv("EAK_BASE_URL", "http://localhost")
    assert site.service.slug == "culture"

    def run(*words: str, given: str | None = None) -> Result:
        command = ["--instance", str(instance), "newsletter", *words]
        return CliRunner().invoke(cli, command, input=given)

    return run


@pytest.fixture
def listed(tmp_path: Path) -> str:
    file = tmp_path / "readers.csv"
    file.write_text(LIST, encoding="utf-8")
    return os.fspath(file)


def test_a_letter_from_a_list_to_every_mailbox(
    site: Site, eak: Eak, listed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = eak("import-subscribers", listed, "--service", "culture", "--proof", "Signed in May.")
    assert taken.exit_code == 0, taken.output
    assert "3 taken over, 1 here already, 5 refused" in taken.output
    for line in ("5", "6", "7", "9", "10"):
        assert line in taken.output
    with site.reading() as session:
        readers = session.scalars(select(Subscriber).order_by(Subscriber.id)).all()
        assert [(each.address, each.rhythm, each.standing) for each in readers] == [
            ("ada@example.org", "issue", "active"),
            ("bob@bücher.example", "weekly", "active"),
            ("eve+lettre@example.org", "issue", "active"),
        ]
        kept = select(Consent.act, Wording.text).join(Wording, Wording.digest == Consent.wording)
        assert list(session.execute(kept)) == [("imported", "Signed in May.")] * 3
    again = eak("import-subscribers", listed, "--service", "culture", "--proof", "Signed in May.")
    assert again.exit_code == 0
    assert "0 taken over, 4 here already, 5 refused" in again.output
    composed = eak("compose", "--service", "culture", "--json")
    issue = str(json.loads(composed.stdout)["id"])
    assert eak("freeze", issue).exit_code == 0
    assert eak("freeze", issue).exit_code != 0
    with serving() as sink:
        monkeypatch.setenv("EAK_MAIL_URL", sink.url)
        sent = eak("send", issue, "--rate", "500")
        assert sent.exit_code == 0, sent.output
        assert eak("send", issue).exit_code == 0
        assert sorted(str(mail["To"]) for mail in sink.received) == [
            "ada@example.org", "eve+lettre@example.org",
        ]  # fmt: skip
    told = json.loads(eak("deliveries", issue, "--json").stdout)
    assert [(each["address"], each["state"]) for each in told] == [
        ("ada@example.org", "sent"), ("eve+lettre@example.org", "sent"),
    ]  # fmt: skip
    assert eak("deliveries", issue).stdout == "sent\t2\n"


@on_sqlite
def test_a_letter_that_a_server_would_not_have_is_tried_again_before_the_command_ends(
    site: Site, eak: Eak, listed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eak_newsletter.deliveries.claiming.FIRST_PAUSE", timedelta(0))
    eak("import-subscribers", listed, "--service", "culture", "--proof", "P")
    issue = str(json.loads(eak("compose", "--service", "culture", "--json").stdout)["id"])
    eak("freeze", issue)
    with serving() as sink:
        monkeypatch.setenv("EAK_MAIL_URL", sink.url)
        sink.answers["ada@example.org"] = "450 4.2.0 come back"
        monkeypatch.setattr(sink, "_said", partial(_relent, sink))
        assert eak("send", issue).exit_code == 0
        assert len(sink.received) == 2
    assert eak("deliveries", issue).stdout == "sent\t2\n"


def _relent(sink: Sink, _server: object, said: str) -> str:
    """What is refused once is taken the next time."""
    if said.startswith("450"):
        sink.answers.clear()
    return said


@on_sqlite
def test_what_a_dead_sender_left_is_told_as_unknown(site: Site, eak: Eak, listed: str) -> None:
    eak("import-subscribers", listed, "--service", "culture", "--proof", "P")
    issue = json.loads(eak("compose", "--service", "culture", "--json").stdout)["id"]
    eak("freeze", str(issue))
    with site.app.test_request_context(), site.writing() as session:
        running.begin(session, Actor.system(), site.service, issue)
        queueing.fill_portion(session, issue)
        session.add(Sender(id=77, began_at=now(), epoch=senders.epoch(session)))
        session.flush()
        held = claiming.hold(session, issue, 77)
    with site.app.app_context(), soft_commits(site.app) as run:
        assert claiming.claim(run, issue, 77, held[0]) is not None
    assert eak("deliveries", str(issue)).stdout == "queued\t1\nunknown\t1\n"


@on_sqlite
def test_paused_gone_on_with_and_cancelled(site: Site, eak: Eak) -> None:
    issue = str(json.loads(eak("compose", "--service", "culture", "--json").stdout)["id"])
    assert eak("send", issue).exit_code != 0
    assert eak("pause", issue).exit_code != 0
    assert eak("freeze", issue).exit_code == 0
    assert eak("cancel", issue).exit_code == 0
    assert eak("send", issue).exit_code != 0
    assert eak("freeze", "999").exit_code != 0


@on_sqlite
def test_readers_are_given_out_and_forgotten_by_the_address_on_standard_input(
    site: Site, eak: Eak, readers: Readers
) -> None:
    readers.take("ada@example.org")
    readers.take("=cmd@example.org")
    out = eak("export-subscribers", "--service", "culture")
    lines = out.stdout.splitlines()
    assert lines[0] == "address,subjects,rhythm,standing,since"
    assert lines[1].startswith("ada@example.org,,issue,active,")
    assert lines[2].startswith("'=cmd@example.org,")
    assert eak("erase-subscriber", given="Ada@example.org\n").exit_code == 0
    assert readers.standing("ada@example.org") == "nobody"
    assert eak("erase-subscriber", given="nonsense\n").exit_code != 0


@on_sqlite
def test_who_has_left_is_not_taken_in_again(
    site: Site, eak: Eak, readers: Readers, listed: str
) -> None:
    readers.take("ada@example.org")
    reader = readers.at("ada@example.org")
    assert reader is not None
    with site.writing() as session:
        leaving.stop(session, site.service, reader.id, "link")
    done = eak("import-subscribers", listed, "--service", "culture", "--proof", "P")
    assert "has left" in done.output
    assert readers.standing("ada@example.org") == "stopped"
