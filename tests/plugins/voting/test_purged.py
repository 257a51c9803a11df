"""Voting, purged and switched on again: nothing old is counted, and no number comes back."""

import pytest
from sqlalchemy import delete, select, text

from eak_core.db import db, migrations
from eak_core.errors import Refused
from eak_core.events.core import get_event_core
from eak_core.events.models import PurgeMark
from eak_core.events.reading import verify
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.models import PluginCounter
from eak_core.plugins.per_service.purge import purge
from eak_voting.models import Ballot
from tests.plugins.voting.conftest import Polls


def purged(site: Site) -> None:
    site.disable("voting")
    with site.app.app_context(), site.writing() as session:
        purge(session, Actor.system(), "voting")


def made_anew(site: Site) -> None:
    with site.app.app_context():
        found = get_host().installed["voting"].migrations
        assert found is not None
        migrations.upgrade(db.engine, found)
        get_host().check_migrations(db.engine)


def faults(site: Site) -> list[str]:
    with site.app.app_context(), site.reading() as session:
        return list(verify(session, get_event_core().registry))


def test_behind_a_purge_only_new_votes_count_and_no_ballot_has_an_old_number(
    polls: Polls, clock: FrozenClock
) -> None:
    first, second = polls.open(), polls.open()
    for number in range(3):
        polls.vote(first, [1], polls.voter(number))
    polls.site.drain()
    purged(polls.site)
    made_anew(polls.site)
    polls.site.enable("voting")
    polls.site.drain()
    again = polls.open()
    assert again.id == second.id + 1
    polls.vote(again, [1], polls.voter(7))
    polls.site.drain()
    assert polls.site.browser().get(f"/culture/votes/{first.id}").status_code == 404
    with polls.site.reading() as session:
        rows = session.execute(select(PluginCounter.subject, PluginCounter.value))
        assert [tuple(row) for row in rows] == [(f"voting.ballot:{again.id}", 1)]
    polls.close(again)
    with polls.site.reading() as session:
        assert session.scalars(select(Ballot.state)).all() == ["counted"]
    assert faults(polls.site) == []


def test_a_purge_without_its_mark_and_numbers_that_begin_again_are_noticed(
    polls: Polls, clock: FrozenClock
) -> None:
    polls.vote(polls.open(), [1], polls.voter(1))
    clock.advance(hours=1)
    purged(polls.site)
    made_anew(polls.site)
    assert faults(polls.site) == []
    with polls.site.writing() as session:
        session.execute(delete(PurgeMark))
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("DELETE FROM sqlite_sequence WHERE name = 'voting_ballot'"))
        else:
            session.execute(text("ALTER SEQUENCE voting_ballot_id_seq RESTART"))
    found = faults(polls.site)
    assert [each for each in found if "voting" in each and "no mark" in each]
    assert [each for each in found if each.startswith("voting_ballot:")]


def test_no_copy_lacks_and_no_erasure_leaves_what_waits_for_a_migration(polls: Polls) -> None:
    voter = polls.voter(1)
    polls.vote(polls.open(), [1], voter)
    with polls.site.writing() as session:
        session.execute(text("UPDATE voting_alembic_version SET version_num = '0003'"))
    with polls.site.app.app_context():
        get_host().check_migrations(db.engine)
        with (
            polls.site.reading() as session,
            pytest.raises(Refused, match="mise à jour de la base"),
        ):
            export_person(session, Actor.system(), voter.person_id)  # type: ignore[arg-type]
        with (
            polls.site.writing() as session,
            pytest.raises(Refused, match="mise à jour de la base"),
        ):
            erase_person(session, Actor.system(), voter.person_id)  # type: ignore[arg-type]
