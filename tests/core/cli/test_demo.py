"""The demonstration: complete in one command, kept by the second one."""

import shutil
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import MetaData, select

from eak_core import clock
from eak_core.app import create_app
from eak_core.config import load
from eak_core.db import db
from eak_core.demo import PASSWORD, content, sign_ins
from eak_core.events.worker import Worker
from eak_core.plugins.loading import candidates
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.models import PluginActivation
from tests.core.cli.conftest import Eak

STAGES = {
    "draft", "submitted", "screening", "accepted", "rejected", "withdrawn",
    "adopted", "under_way", "done", "stopped",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demonstration"


@pytest.fixture
def played(played_once: Path, folder: Path) -> Path:
    """Such a demonstration, for one test to change."""
    shutil.copytree(played_once, folder)
    return folder


def play(eak: Eak, folder: Path, *words: str) -> str:
    ran = eak("demo", "--no-serve", "--data", str(folder), *words)
    assert ran.code == 0, ran.err
    return ran.out


def test_the_content_shows_every_stage_audience_and_role() -> None:
    told = content()
    assert len(told.services) == 4
    assert Counter(service.audience for service in told.services)["internal"] == 1
    assert len(told.ideas) == 50
    reached = {
        "draft"
        if idea.draft
        else "withdrawn"
        if any(step.withdraw for step in idea.steps)
        else next((step.to for step in idea.steps[::-1] if step.to), "submitted")
        for idea in told.ideas
    }
    assert reached == STAGES
    assert [each.role for each in sign_ins()] == ["administrator", "manager", "agent", "citizen"]
    assert len({service.plugins for service in told.services}) > 1


def test_every_person_is_plainly_a_demonstration() -> None:
    for person in content().people:
        assert person.name.startswith("Démo ")
        assert person.email.endswith("demo.example")


@pytest.mark.parametrize("file", ["content.toml", "year.toml"])
def test_french_is_typeset_as_in_print(file: str) -> None:
    text = (Path(__file__).parents[3] / "eak_core/demo" / file).read_text(encoding="utf-8")
    for wrong in (" :", " ;", " ?", " !", " »", "« ", " €"):
        assert wrong not in text, wrong


@pytest.mark.slow
def test_it_is_loaded_with_events_like_real_life(eak: Eak, played: Path, played_once: Path) -> None:
    folder, shown = played, played_once.with_suffix(".said").read_text()
    for _role, email, _password in sign_ins():
        assert email in shown
    assert PASSWORD in shown
    services = eak("service", "list", "--json", on=folder).json
    assert {row["slug"] for row in services} == {each.slug for each in content().services}
    told = [row for each in content().services for row in log(eak, folder, each.slug)]
    kinds = Counter(row["type"] for row in told)
    drafts = sum(idea.draft for idea in content().ideas)
    assert kinds["idea.submitted"] == 50 - drafts
    assert kinds["idea.withdrawn"] == 1
    assert kinds["idea.stage_changed"] > 10
    # One went to another service, and one is offered: each is in the logs of both.
    assert kinds["idea.transferred"] == kinds["idea.received"] == 1
    assert kinds["idea.transfer_offered"] == 2
    assert kinds["idea.transfer_answered"] == 0
    assert eak("event", "verify", on=folder).code == 0
    checks = eak("doctor", "--json", on=folder).json["checks"]
    # All that makes it no site for the public is that it is a demonstration.
    assert {each["about"] for each in checks if not each["ok"]} == {"demo"}


def log(eak: Eak, folder: Path, service: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = eak(
        "event", "list", "--service", service, "--limit", "1000", "--json", on=folder
    ).json
    return rows


def test_its_events_are_in_the_order_of_their_dates(eak: Eak, played: Path) -> None:
    acts = [
        row["occurred_at"]
        for row in log(eak, played, "laboratoire")
        if row["type"].startswith(("idea.submitted", "idea.stage", "idea.withdrawn"))
    ]
    assert acts == sorted(acts)
    assert len(set(acts)) == len(acts)


def test_a_second_run_keeps_what_was_done_and_a_reset_forgets_it(
    eak: Eak, played: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = played
    assert eak("service", "create", "added", "Added", on=folder).code == 0
    play(eak, folder)
    slugs = {row["slug"] for row in eak("service", "list", "--json", on=folder).json}
    assert "added" in slugs
    assert len(slugs) == 5
    # What plugins show was played before; a whole play takes seconds.
    monkeypatch.setenv("EAK_SAFE_MODE", "true")
    play(eak, folder, "--reset", "--yes")
    slugs = {row["slug"] for row in eak("service", "list", "--json", on=folder).json}
    assert "added" not in slugs
    assert len(slugs) == 4


def test_a_reset_asks_first(eak: Eak, played: Path) -> None:
    assert eak("demo", "--no-serve", "--data", str(played), "--reset", given="n\n").code == 1
    assert (played / "eak.sqlite").exists()


def test_a_reset_removes_nothing_that_it_did_not_make(eak: Eak, folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    for words in ((), ("--reset", "--yes")):
        ran = eak("demo", "--no-serve", "--data", str(folder), *words)
        assert ran.code == 2
        assert str(folder) in ran.err
    assert (folder / "thesis.txt").read_text() == "years of work"


def test_a_folder_that_cannot_be_written_is_one_sentence(eak: Eak, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = eak("demo", "--data", str(tmp_path / "file" / "demo"))
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert str(tmp_path / "file" / "demo") in ran.err


@pytest.mark.slow
@pytest.mark.parametrize("database", ["postgresql"])
def test_it_is_played_on_postgresql_too(eak: Eak, site_on_both: Path, folder: Path) -> None:
    play(eak, folder)
    assert len(eak("service", "list", "--json", on=folder).json) == 4
    assert eak("event", "verify", on=folder).code == 0
    erased_without_a_trace(eak, folder)


def test_who_is_erased_from_a_full_site_leaves_no_trace(eak: Eak, played: Path) -> None:
    erased_without_a_trace(eak, played)


def erased_without_a_trace(eak: Eak, folder: Path) -> None:
    """Somebody who took part in everything is erased, with every plugin on: no table, no file and
    no line of a log holds their name, their address, or what they wrote for themselves alone."""
    email = "citoyenne@demo.example"
    needles = ("Démo Citoyenne", email, "remorque partagée")
    app = create_app(load(folder))
    with app.app_context(), db.engine.connect() as connection:
        active = set(connection.scalars(select(PluginActivation.plugin)))
        # An importer is on nowhere.
        assert active == {*get_host().ready} - {"decidim"}
    found = traces(app, folder, needles)
    assert found.keys() == {*needles}, "what is looked for stands there before"
    copy = folder.with_suffix(".zip")
    assert eak("person", "export", email, str(copy), on=folder).code == 0
    with ZipFile(copy) as files:
        assert len(files.namelist()) > 1, "what they have sent is in it"
        assert email in files.read("mes-donnees.json").decode()
    assert eak("person", "export", email, str(copy), on=folder).code != 0, "never over another file"
    assert eak("person", "erase", email, given="n\n", on=folder).code == 1
    assert eak("person", "erase", email, "--yes", on=folder).code == 0
    Worker(app).drain(timeout=120)
    # The last letter has left, and what SQLite keeps of it is emptied a minute later.
    with clock.freeze(clock.now() + timedelta(minutes=2)):
        Worker(app).drain(timeout=120)
    found = traces(app, folder, needles)
    with app.app_context():
        db.engine.dispose()
    assert found == {}


def traces(app: Flask, folder: Path, needles: Collection[str]) -> dict[str, set[str]]:
    """The columns and files in which each of ``needles`` stands, those without any left out."""
    found: dict[str, set[str]] = {}

    def look(content: bytes, where: str) -> None:
        for needle in needles:
            if needle.encode() in content:
                found.setdefault(needle, set()).add(where)

    with app.app_context(), db.engine.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for column, value in row.items():
                    content = value if isinstance(value, bytes) else f"{value}".encode()
                    look(content, f"{table.name}.{column}")
    for file in folder.rglob("*"):
        # In `mail/` lies what has left, as in a mailbox.
        if file.is_file() and "mail" not in file.parts:
            look(file.read_bytes(), str(file.relative_to(folder)))
    return found


def test_an_internal_service_is_for_agents(eak: Eak, played: Path) -> None:
    audiences = {
        row["slug"]: row["audience"] for row in eak("service", "list", "--json", on=played).json
    }
    assert audiences["coulisses"] == "internal"


def test_a_second_start_makes_nothing_again(eak: Eak, played: Path) -> None:
    """No migration, no content, no password hashed: that is why it is quick (`make bench` times
    it)."""
    before = contents(played)
    play(eak, played)
    assert contents(played) == before


def contents(folder: Path) -> dict[str, bytes]:
    """What stands in the files of ``folder``, but for which process wrote last."""
    files = (each for each in folder.iterdir() if each.is_file())
    return {each.name: each.read_bytes() for each in files if not each.name.endswith("-writers")}


APPLAUSE = """
from eak_core.api import Demo, Event, Plugin, Service, Session, event, hookimpl, publish

plugin = Plugin(name="applause", title="Applause", core=">=0.1,<1", requires=REQUIRES)


@event(plugin, "applause.given", version=1, subject="idea:{idea_id}")
class Given(Event):
    '''Somebody applauded an idea.'''

    idea_id: int


@hookimpl
def load_demo(session: Session, service: Service, demo: Demo) -> None:
    by = demo.actor(session, "citoyenne").person_id
    crowd = demo.crowd(session, 3)
    for idea in demo.ideas.values():
        if idea.service_id == service.id:
            assert len({each.person_id for each in crowd}) == 3
            publish(session, Given(idea_id=idea.id), service_id=service.id, actor_id=by)
    TROUBLE
"""


#: What is installed beside a plugin of a test: what it asks for. To play all takes seconds.
BESIDE = frozenset({"voting", "discussion", "cheer", "bow"})


def offer(
    folder: Path,
    patch: pytest.MonkeyPatch,
    name: str,
    requires: str = "()",
    trouble: str = "",
) -> None:
    """Install a plugin of one module beside those of `BESIDE`."""
    text = APPLAUSE.replace("applause", name).replace("REQUIRES", requires)
    (folder / f"offered_{name}.py").write_text(text.replace("TROUBLE", trouble))
    patch.syspath_prepend(folder)
    installed = candidates.entry_points(group=candidates.GROUP)  # type: ignore[attr-defined]
    others = [each for each in installed if each.name in BESIDE]
    mine = EntryPoint(name, f"offered_{name}", candidates.GROUP)
    patch.setattr(candidates, "entry_points", lambda group: [*others, mine])


def given(eak: Eak, folder: Path, name: str) -> Counter[str]:
    """How often the plugin added something, by service."""
    only = ("--type", f"{name}.given", "--json")
    return Counter(
        each.slug
        for each in content().services
        for _row in eak("event", "list", "--service", each.slug, *only, on=folder).json
    )


def test_any_installed_plugin_shows_its_content_on_request_once(
    eak: Eak, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a new demonstration and on one that is there; what it requires comes with it."""
    told = Counter(idea.stands_in for idea in content().ideas)
    offer(tmp_path, monkeypatch, "cheer", "('voting',)")
    play(eak, folder, "--with", "cheer")
    assert given(eak, folder, "cheer") == told
    offer(tmp_path, monkeypatch, "bow")
    play(eak, folder, "--with", "bow", "--with", "discussion")
    assert given(eak, folder, "bow") == told
    play(eak, folder, "--with", "cheer", "--with", "bow")
    assert given(eak, folder, "cheer") == given(eak, folder, "bow") == told
    rows = {row["name"]: row for row in eak("plugin", "list", "--json", on=folder).json}
    for name in ("bow", "discussion"):
        assert all(place["active"] for place in rows[name]["services"]), name
    assert eak("event", "verify", on=folder).code == 0


def test_a_plugin_that_is_not_installed_is_refused_and_one_that_fails_adds_nothing(
    eak: Eak, played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = played
    ran = eak("demo", "--no-serve", "--data", str(folder), "--with", "nothing")
    assert ran.code == 1
    assert "nothing" in ran.err
    assert ran.err.count("\n") == 1
    offer(tmp_path, monkeypatch, "fall", trouble="raise RuntimeError('not today')")
    with pytest.raises(RuntimeError, match="not today"):
        eak("demo", "--no-serve", "--data", str(folder), "--with", "fall")
    rows = {row["name"]: row for row in eak("plugin", "list", "--json", on=folder).json}
    assert not any(place["active"] for place in rows["fall"]["services"])
    assert given(eak, folder, "fall") == Counter()
