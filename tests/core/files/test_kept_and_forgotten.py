"""Rows and storage agree: after a refusal, a kill, an erasure, and once a day."""

import errno
import os
import signal
import sqlite3
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import OperationalError

from eak_core import clock as platform_clock
from eak_core.api import attach_files, remove_files, stage_file
from eak_core.db import Session
from eak_core.db.afterwards import afterwards
from eak_core.errors import Invalid
from eak_core.events.core import get_event_core
from eak_core.events.scheduling import begin_all
from eak_core.files import upkeep
from eak_core.files.inspection import compare
from eak_core.files.room import room_of
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.kit.testing.uploads import a_document, a_picture, picture
from eak_core.people.accounts.account import hold_account
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.permissions import Actor
from eak_core.services.models import Service
from eak_core.web import errors
from tests import forked
from tests.core.files.sending import events, files, kept
from tests.proposing import begin


def attach(site: Site, actor: Actor, *contents: bytes) -> list[int]:
    """Attach files to the first idea of the site."""
    with site.writing() as session:
        staged = [stage_file(content, "plan.pdf", alt="A plan") for content in contents]
        return attach_files(session, actor, site.service, "ideas", "idea:1", staged)


def agree(site: Site) -> bool:
    with site.reading() as session:
        found = compare(session, room_of().storage)
    return not found.lacking and not found.forgotten


def test_a_file_that_is_removed_is_gone_from_the_storage_with_its_row(
    site: Site, idea: Any, citizen: Actor
) -> None:
    first, _second = attach(site, citizen, picture(600, 400), a_document().content)
    assert agree(site)
    with site.writing() as session:
        remove_files(session, citizen, site.service, [first])
    assert len(kept(site)) == 1
    assert agree(site)
    assert events(site)[1:] == ["file.added", "file.added", "file.removed"]


def test_a_removal_that_is_rolled_back_removes_nothing(
    site: Site, idea: Any, citizen: Actor
) -> None:
    ids = attach(site, citizen, a_document().content)
    with pytest.raises(RuntimeError), site.writing() as session:
        remove_files(session, citizen, site.service, ids)
        raise RuntimeError("something else went wrong")
    assert len(kept(site)) == len(files(site)) == 1


def test_the_same_file_on_the_same_thing_is_one_and_on_another_thing_its_own(
    site: Site, idea: Any, citizen: Actor
) -> None:
    site.submit("Another")
    content = a_document().content
    assert len(attach(site, citizen, content, content)) == 1
    assert attach(site, citizen, content) == []
    with site.writing() as session:
        again = [stage_file(content)]
        assert attach_files(session, citizen, site.service, "ideas", "idea:2", again)


def test_files_go_with_the_account_of_who_sent_them_and_the_idea_stays(
    site: Site, idea: Any, citizen: Actor
) -> None:
    attach(site, citizen, picture(600, 400), a_document().content)
    assert citizen.person_id is not None
    with site.writing() as session:
        erase_person(session, Actor.system(), citizen.person_id)
    assert (files(site), kept(site)) == ([], [])
    assert events(site)[-2:] == ["file.removed", "file.removed"]


def test_the_copy_of_a_persons_data_has_their_files_with_addresses_that_hold_for_them(
    site: Site, idea: Any, citizen: Actor, people: Any
) -> None:
    attach(site, citizen, picture(600, 400), a_document().content)
    assert citizen.person_id is not None
    with site.reading() as session:
        copy = export_person(session, Actor.system(), citizen.person_id)["files"]["files"]
    browser = site.browser()
    browser.sign_in(people.citizen)
    assert [each["name"] for each in copy] == ["plan", "plan.pdf"]
    assert copy[0]["description"] == "A plan"
    for address in (one for each in copy for one in each["addresses"]):
        assert browser.get(address.removeprefix("http://localhost")).status_code == 200


def test_nobody_has_more_than_their_share_nor_a_service_more_than_its_own(
    sites: Sites,
) -> None:
    site = sites.make((), files_per_person=3_000, files_per_service=5_000)
    idea = site.submit()
    assert idea
    one, other = (site.people.actor(each) for each in (site.people.citizen, site.people.manager))
    attach(site, one, a_document(words=bytes(2_000)).content)
    with pytest.raises(Invalid) as refused:
        attach(site, one, a_document(words=bytes(1_500)).content)
    assert "3" in str(refused.value.fields["files"])
    attach(site, other, a_document(words=bytes(2_500)).content)
    with pytest.raises(Invalid):
        attach(site, other, a_document(words=b"1" * 900).content)
    assert len(files(site)) == 2


def test_what_no_row_tells_of_is_swept_a_day_later_and_nothing_else(
    site: Site, idea: Any, citizen: Actor, clock: FrozenClock
) -> None:
    attach(site, citizen, picture(600, 400))
    with site.writing() as session:
        begin_all(session, get_event_core(site.app))
    with site.app.app_context():
        left = stage_file(a_document().content).keys[0]
        half = Path(room_of().storage.place, left).with_name(".x.part")
        half.write_bytes(b"half")
    age(site, hours=23, now=clock)
    assert left in kept(site)
    assert len(kept(site)) == 5
    age(site, hours=25, now=clock)
    assert agree(site)
    assert len(kept(site)) == 3


def age(site: Site, *, hours: int, now: FrozenClock) -> None:
    """Let a day begin on which all that is in the storage is so old."""
    now.advance(days=1, seconds=1)
    with site.app.app_context():
        storage = room_of().storage
        at = (now.now - timedelta(hours=hours)).timestamp()
        for entry in storage.listed():
            os.utime(Path(storage.place, entry.key), (at, at))
    site.drain()


@pytest.mark.parametrize(
    ("database", "after"),
    [("sqlite", "staging"), ("sqlite", "attaching"), ("postgresql", "attaching")],
    indirect=["database"],
)
def test_a_process_that_is_killed_in_the_middle_leaves_no_row_without_its_file(
    site: Site, idea: Any, citizen: Actor, after: str
) -> None:
    """What it leaves in the storage is what the daily sweep deletes."""
    config = site.app.extensions["eak_config"]
    process = forked.run(
        "tests.core.files.killed_sender",
        config.database_url,
        str(config.instance),
        str(citizen.person_id),
        after,
    )
    assert process.wait(timeout=60) == -signal.SIGKILL
    with site.reading() as session:
        found = compare(session, room_of().storage)
    assert (found.files, found.lacking, found.forgotten) == (0, (), 3)
    with site.app.app_context():
        storage = room_of().storage
        assert upkeep.sweep(storage, set(), platform_clock.now() + timedelta(minutes=1)) == 3
        assert list(storage.listed()) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_where_nobody_knows_whether_it_was_committed_no_row_is_left_without_its_file(
    site: Site, author: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit(session: Session) -> None:
        real(session)
        if session.writes and not session.info.get("lost"):
            session.info["lost"] = True
            raise OperationalError("COMMIT", {}, Exception("server closed the connection"))

    place = f"{begin(author)}/ecrire/lieu"
    form = author.read(place).form("/lieu")
    sent = form.filled({"files": [a_picture()]})
    real = Session.commit
    monkeypatch.setattr(Session, "commit", commit)
    monkeypatch.setattr(errors, "is_away", lambda _error: True)
    assert author.post(place, data=sent).status_code == 503
    monkeypatch.undo()
    assert len(files(site)) == 1
    assert agree(site)


@pytest.mark.parametrize("database", ["postgresql"])
def test_of_two_who_send_at_once_neither_doubles_a_file_nor_fills_more_than_there_is(
    sites: Sites,
) -> None:
    """On SQLite there is one writer anyway."""
    site = sites.make((), files_per_service=5_000)
    idea, author = site.submit(), site.people.actor(site.people.citizen)
    outcomes: list[str] = []

    def send(content: bytes, began: threading.Barrier) -> None:
        with site.writing() as session:
            staged = [stage_file(content)]
            began.wait()
            try:
                subject = f"idea:{idea.id}"
                added = attach_files(session, author, site.service, "ideas", subject, staged)
                outcomes.append(f"{len(added)} added")
            except Invalid:
                outcomes.append("no room")

    def at_once(*contents: bytes) -> list[str]:
        outcomes.clear()
        began = threading.Barrier(2)
        both = [threading.Thread(target=send, args=(each, began)) for each in contents]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        return sorted(outcomes)

    same, large = a_document().content, a_document(words=bytes(3_000)).content
    assert at_once(same, same) == ["0 added", "1 added"]
    assert at_once(large, large + b"%%EOF") == ["1 added", "no room"]
    assert len(files(site)) == 2


@pytest.mark.parametrize("database", ["postgresql"])
def test_whoever_sends_to_several_services_at_once_has_their_share_once(sites: Sites) -> None:
    site = sites.make((), files_per_person=5_000)
    author = site.people.actor(site.people.citizen)
    services = [site.service, site.add_service("autre", "Autre")]
    subjects = [f"idea:{site.submit(service=service).id}" for service in services]
    counted = threading.Barrier(2)

    def send(service: Service, subject: str, content: bytes) -> None:
        with site.writing() as session, suppress(Invalid):
            staged = [stage_file(content)]
            counted.wait()
            attach_files(session, author, service, "ideas", subject, staged)
            # The other one counts now, unless it waits for this one.
            with suppress(threading.BrokenBarrierError):
                counted.wait(timeout=1)

    contents = [a_document(words=bytes(3_000) + each).content for each in (b"1", b"2")]
    both = [
        threading.Thread(target=send, args=each)
        for each in zip(services, subjects, contents, strict=True)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(files(site)) == 1


def test_what_the_database_refused_to_commit_leaves_no_file_behind(
    site: Site, author: Browser, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    error: Exception = psycopg.errors.DiskFull("could not extend file")
    if database == "sqlite":
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL  # type: ignore[attr-defined]  # as it sets it

    def commit(_dialect: Any, connection: Any) -> None:
        if connection.cursor().execute("SELECT 1 FROM stored_file").fetchone():
            raise error
        connection.commit()

    place = f"{begin(author)}/ecrire/lieu"
    form = author.read(place).form("/lieu")
    sent = form.filled({"files": [a_document(), a_picture()]})
    monkeypatch.setattr(DefaultDialect, "do_commit", commit)
    assert author.post(place, data=sent).status_code == 503
    monkeypatch.undo()
    assert (files(site), kept(site), events(site)) == ([], [], [])


@pytest.mark.parametrize("database", ["postgresql"])
def test_where_the_answer_to_a_commit_is_lost_its_files_stay(
    site: Site, author: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit(_dialect: Any, connection: Any) -> None:
        written = connection.cursor().execute("SELECT 1 FROM stored_file").fetchone()
        connection.commit()
        if written:
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    place = f"{begin(author)}/ecrire/lieu"
    form = author.read(place).form("/lieu")
    sent = form.filled({"files": [a_picture()]})
    monkeypatch.setattr(DefaultDialect, "do_commit", commit)
    assert author.post(place, data=sent).status_code == 503
    monkeypatch.undo()
    assert len(files(site)) == 1
    assert agree(site)


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_fails_once_all_was_committed_costs_nobody_their_file(
    site: Site, author: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(session: Session, actor: Actor) -> None:
        afterwards(session, note)
        hold_account(session, actor)

    def note() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    place = f"{begin(author)}/ecrire/lieu"
    form = author.read(place).form("/lieu")
    sent = form.filled({"files": [a_picture()]})
    monkeypatch.setattr("eak_core.files.attaching.hold_account", hold)
    assert author.post(place, data=sent).status_code == 503
    monkeypatch.undo()
    assert len(files(site)) == 1
    assert agree(site)
