"""What an erasure takes: words that nobody may read, and every trace in the files of SQLite."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from eak_core.db import read_session
from eak_core.ideas.describing.criteria import criteria_of
from eak_core.ideas.models import Idea, IdeaCriterion
from eak_core.ideas.proposing.proposals import Proposal, save_draft, submit_idea
from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.moderation import decisions
from eak_core.people.accounts.account import create_person
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.models import Person
from eak_core.permissions import Actor, SignInRequired
from eak_core.services.models import Service
from tests.core.accounts import account

PROPOSAL = Proposal(title="Zebras", problem="The xylophone.", body="A quince.")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_hidden_idea_loses_its_words_and_its_author_and_never_comes_back(
    site: Site, people: People, citizen: Actor, manager: Actor, client: Browser
) -> None:
    with site.writing() as session:
        place = session.get_one(Service, site.service.id)
        (criterion, *_rest) = criteria_of(session, place.id)
        stated = replace(PROPOSAL, statements={criterion.id: "Wombats."})
        hidden = submit_idea(session, citizen, place, stated)
        public = submit_idea(session, citizen, place, PROPOSAL)
        decisions.hide(session, manager, place, f"idea:{hidden.id}", "It insults somebody.")
    with site.writing() as session:
        erase_person(session, Actor.system(), people.citizen.id)
    with site.writing() as session:
        kept = session.get_one(Idea, hidden.id)
        assert {kept.title, kept.problem, kept.body} == {""}
        assert kept.author_id is None
        assert not session.scalars(
            select(IdeaCriterion).where(IdeaCriterion.idea_id == hidden.id)
        ).all()
        assert session.get_one(Idea, public.id).title == "Zebras"
        place = session.get_one(Service, site.service.id)
        decisions.restore(session, manager, place, f"idea:{hidden.id}", "A mistake.")
    site.drain()
    assert client.get(f"/culture/idees/{hidden.id}").status_code == 410
    assert client.get("/culture/idees/").status_code == 200


def files_of(site: Site) -> bytes:
    database = Path(site.url.partition("///")[2])
    return b"".join(
        file.read_bytes()
        for file in (database, database.with_name(f"{database.name}-wal"))
        if file.exists()
    )


@pytest.mark.parametrize("database", ["sqlite"])
def test_name_and_address_are_in_no_file_of_the_database_after_an_erasure(
    site: Site, clock: FrozenClock
) -> None:
    with site.writing() as session:
        person = create_person(session, "xenia.quux@example.org", "Xenia Quux", PASSWORD)
    with site.writing() as session:
        for number in range(3):
            session.get_one(Person, person.id).name = f"Xenia Quux {number}"
            session.flush()
    assert b"Xenia Quux" in files_of(site)
    with site.writing() as session:
        erase_person(session, Actor.system(), person.id)
    assert b"Xenia Quux" not in files_of(site), "at once"
    site.drain()
    assert site.sent[-1].to == "xenia.quux@example.org"
    clock.advance(minutes=1)
    site.drain()
    assert b"xenia.quux" not in files_of(site), "once the last letter has left"


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_reads_meanwhile_delays_the_files_and_not_the_erasure(
    site: Site, people: People, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eak_core.db.sqlite.CHECKPOINT_TIMEOUT_MS", 20)
    citizen = people.citizen
    with site.app.app_context(), read_session(site.app) as reading:
        reading.execute(text("SELECT count(*) FROM person")).scalar_one()
        with site.writing() as session:
            erase_person(session, Actor.system(), citizen.id)
        assert str(citizen.name).encode() in files_of(site)
    clock.advance(minutes=1)
    site.drain()
    clock.set(clock.now + timedelta(minutes=1))
    site.drain()
    assert str(citizen.name).encode() not in files_of(site)


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_erasure_that_is_taken_back_empties_nothing(
    site: Site, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied: list[object] = []
    monkeypatch.setattr("eak_core.people.accounts.forgetting.empty_wal", emptied.append)
    citizen = people.citizen
    with pytest.raises(RuntimeError), site.writing() as session:
        erase_person(session, Actor.system(), citizen.id)
        raise RuntimeError("no")
    assert emptied == []
    assert account(site, str(citizen.email)).erased_at is None


def test_nothing_is_written_for_an_account_that_was_erased_since_its_request_was_read(
    site: Site, citizen: Actor
) -> None:
    assert citizen.person_id is not None
    with site.writing() as session:
        erase_person(session, Actor.system(), citizen.person_id)
    for act in (submit_idea, save_draft):
        with pytest.raises(SignInRequired), site.writing() as session:
            act(session, citizen, site.service, PROPOSAL)
    with site.reading() as session:
        assert session.scalars(select(Idea)).all() == []
