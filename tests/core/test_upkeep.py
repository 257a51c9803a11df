"""What the site tidies up by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eak_core.db import Session
from eak_core.events import SITE
from eak_core.events.core import get_event_core
from eak_core.events.models import EventLog, ScheduledWork
from eak_core.events.scheduling import begin_all
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.letters.models import OutboxMessage
from eak_core.letters.outbox import enqueue_mail
from eak_core.people.accounts import upkeep
from eak_core.people.accounts.account import create_person
from eak_core.people.models import Person, PersonSession, RoleGrant, RoleInvitation
from eak_core.services.models import Service

PASSWORD = "a long enough sentence"


@pytest.fixture
def site(sites: Sites) -> Site:
    """A site whose sessions last a week, as they do by default."""
    return sites.make((), session_lifetime=7 * 24 * 3600)


@pytest.fixture
def tidied(site: Site, clock: FrozenClock) -> Site:
    """A site whose workers have started."""
    with site.writing() as session:
        begin_all(session, get_event_core(site.app))
    return site


def add(site: Site, name: str, *, confirmed: bool = False, administrator: bool = False) -> int:
    with site.writing() as session:
        person = create_person(
            session, f"{name}@example.org", name, PASSWORD, administrator, confirmed
        )
        return person.id


def names(site: Site) -> set[str]:
    with site.reading() as session:
        return set(session.scalars(select(Person.name)))


def test_accounts_that_nobody_confirmed_are_deleted_after_thirty_days(
    tidied: Site, clock: FrozenClock, service: Service
) -> None:
    add(tidied, "waiting")
    add(tidied, "confirmed", confirmed=True)
    add(tidied, "chief", administrator=True)
    helper = add(tidied, "helper")
    with tidied.writing() as session:
        session.add(RoleGrant(person_id=helper, service_id=service.id, role="manager"))
    clock.advance(days=29)
    add(tidied, "recent")
    tidied.drain()
    assert "waiting" in names(tidied)
    clock.advance(days=1, seconds=1)
    tidied.drain()
    assert names(tidied) == {"confirmed", "chief", "helper", "recent"}


def test_it_comes_again_every_day_and_is_planned_once(tidied: Site, clock: FrozenClock) -> None:
    for _day in range(3):
        tidied.drain()
        with tidied.writing() as session:
            begin_all(session, get_event_core(tidied.app))
            (planned,) = session.scalars(
                select(ScheduledWork).where(ScheduledWork.name == "upkeep")
            ).all()
            assert (planned.plugin, planned.service_id) == ("core", SITE)
            assert planned.due_at == clock.now + timedelta(days=1)
        clock.advance(days=1)


def test_where_there_are_many_it_goes_on_in_parts(
    tidied: Site, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "AT_ONCE", 2)
    for number in range(3):
        add(tidied, f"waiting{number}")
    clock.advance(days=31)
    left, delete = [], upkeep.delete_unconfirmed

    def noted(session: Session) -> int:
        deleted = delete(session)
        left.append(session.scalar(select(func.count()).select_from(Person)))
        return deleted

    monkeypatch.setattr(upkeep, "delete_unconfirmed", noted)
    tidied.drain()
    assert names(tidied) == set()
    assert [each - left[-1] for each in left] == [1, 0]


def test_invitations_and_sessions_go_when_they_are_over(
    tidied: Site, clock: FrozenClock, service: Service, people: People
) -> None:
    with tidied.writing() as session:
        session.add(
            RoleInvitation(
                service_id=service.id,
                email="x@example.org",
                role="manager",
                invited_by=people.manager.id,
            )
        )
        session.add(PersonSession(number="a" * 32, person_id=people.manager.id))
    for days, left in ((6, (1, 1)), (2, (1, 0)), (23, (0, 0))):
        clock.advance(days=days)
        tidied.drain()
        with tidied.reading() as session:
            count = tuple(
                session.scalar(select(func.count()).select_from(model))
                for model in (RoleInvitation, PersonSession)
            )
        assert count == left


def test_letters_that_left_are_forgotten_after_ninety_days(
    tidied: Site, clock: FrozenClock
) -> None:
    with tidied.writing() as session:
        enqueue_mail(session, to="a@b.example", subject="s", text="t", dedupe_key="k")
    tidied.drain()
    for days, left in ((90, 1), (1, 0)):
        clock.advance(days=days)
        tidied.drain()
        with tidied.reading() as session:
            assert session.scalar(select(func.count()).select_from(OutboxMessage)) == left


def test_an_account_that_never_was_leaves_no_event(tidied: Site, clock: FrozenClock) -> None:
    add(tidied, "waiting")
    clock.advance(days=31)
    tidied.drain()
    with tidied.reading() as session:
        assert session.scalar(select(func.count()).select_from(EventLog)) == 0
