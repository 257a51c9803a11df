"""Two people do the same thing in the same instant: one does it, the other is told, nobody meets an
error, and the log says it once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, text

from eak_core.db import Session
from eak_core.errors import EakError, Gone, Invalid, NotFound
from eak_core.events.models import EventLog
from eak_core.ideas.describing import subjects
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing import coauthors
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.people.accounts import closing
from eak_core.people.accounts.account import confirm_person, create_person
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.models import Person, RoleGrant
from eak_core.people.rights import invitations, roles
from eak_core.permissions import Actor
from eak_core.services.models import Service

SYSTEM = Actor.system()
#: How many wait for a lock of this session on PostgreSQL.
_BLOCKED = text(
    "SELECT count(*) FROM pg_locks"
    " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)
Act = Callable[[Session, Callable[[], object]], object]


def together(site: Site, database: Kind, act: Act) -> list[EakError]:
    """What two who ``act`` at once are refused. On PostgreSQL each has read before either writes;
    SQLite lets one writer in at a time, who reads what the other wrote."""
    met = threading.Barrier(2, timeout=20)

    def once(_number: int) -> EakError | None:
        try:
            with site.writing() as session:
                act(session, met.wait if database == "postgresql" else lambda: None)
        except EakError as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(2) as both:
        return [refusal for refusal in both.map(once, range(2)) if refusal is not None]


def one_behind_the_other(
    site: Site, database: Kind, first: Callable[[Session], object], then: Callable[[Session], Any]
) -> EakError | None:
    """What ``then`` is refused, which begins while ``first`` is done and not yet kept. On
    PostgreSQL it has come to where it waits; SQLite lets it begin no sooner than it may write."""

    def second() -> EakError | None:
        try:
            with site.writing() as session:
                then(session)
        except EakError as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(1) as other:
        with site.writing() as session:
            first(session)
            behind = other.submit(second)
            while database == "postgresql" and not behind.done():
                if session.scalar(_BLOCKED):
                    break
        return behind.result(timeout=20)


def told(site: Site, name: str) -> int:
    with site.reading() as session:
        found = select(func.count()).select_from(EventLog).where(EventLog.type == name)
        return session.scalar(found) or 0


def test_one_subject_added_twice_is_in_the_list_once_and_the_second_is_told(
    site: Site, service: Service, database: Kind
) -> None:
    def add(session: Session, meet: Callable[[], object]) -> None:
        place = session.get_one(Service, service.id)
        subjects.subjects_of(session, place.id, archived=True)
        meet()
        subjects.add_subject(session, SYSTEM, place, "Jardins partagés")

    (refusal,) = together(site, database, add)
    assert isinstance(refusal, Invalid)
    assert "name" in refusal.fields
    assert told(site, "subject.changed") == 1


def test_two_subjects_renamed_alike_at_once_do_not_become_one_name(
    site: Site, service: Service, database: Kind
) -> None:
    with site.reading() as session:
        ids = [each.id for each in subjects.subjects_of(session, service.id)][:2]

    def rename(session: Session, meet: Callable[[], object]) -> None:
        place = session.get_one(Service, service.id)
        subjects.subjects_of(session, place.id, archived=True)
        meet()
        with lock:
            number = ids.pop()
        subjects.change_subject(
            session, SYSTEM, place, number, name="Le même", position=1, archived=False
        )

    lock = threading.Lock()
    (refusal,) = together(site, database, rename)
    assert isinstance(refusal, Invalid)


def give(session: Session, person: Person, place: Service) -> None:
    roles.grant_role(session, SYSTEM, person, place, "manager")


def take(session: Session, person: Person, place: Service) -> None:
    roles.revoke_role(session, SYSTEM, person, place, "manager")


#: What is done to a citizen, and to one who runs the service and the site; and what is told of it.
CHANGES: dict[str, tuple[Callable[[Session, Person, Service], Any], str]] = {
    "manager given": (give, "role.granted"),
    "administrator given": (
        lambda s, p, _: roles.grant_administrator(s, SYSTEM, p),
        "role.granted",
    ),
    "closed": (lambda s, p, _: closing.close_account(s, SYSTEM, p), "person.closed"),
    "erased": (lambda s, p, _: erase_person(s, SYSTEM, p.id), "person.erased"),
}
TAKEN: dict[str, tuple[Callable[[Session, Person, Service], Any], str]] = {
    "manager taken": (take, "role.revoked"),
    "administrator taken": (
        lambda s, p, _: roles.revoke_administrator(s, SYSTEM, p),
        "role.revoked",
    ),
}


@pytest.mark.parametrize("change", [*CHANGES, *TAKEN])
def test_what_two_do_to_an_account_at_once_is_told_once(
    site: Site, service: Service, people: People, database: Kind, change: str
) -> None:
    person = people.citizen
    assert people.administrator
    if change in TAKEN:
        with site.writing() as session:
            known = session.get_one(Person, person.id)
            give(session, known, session.get_one(Service, service.id))
            roles.grant_administrator(session, SYSTEM, known)
    act, name = {**CHANGES, **TAKEN}[change]
    before = told(site, name)

    def change_it(session: Session, meet: Callable[[], object]) -> None:
        known = session.get_one(Person, person.id)
        place = session.get_one(Service, service.id)
        session.get(RoleGrant, (person.id, service.id, "manager"))
        meet()
        act(session, known, place)

    assert together(site, database, change_it) == []
    assert told(site, name) == before + 1


def test_an_account_confirmed_twice_at_once_has_joined_once(site: Site, database: Kind) -> None:
    with site.writing() as session:
        number = create_person(session, "w@example.org", "Wanda", None, confirmed=False).id

    def confirm(session: Session, meet: Callable[[], object]) -> None:
        person = session.get_one(Person, number)
        meet()
        confirm_person(session, person)

    assert together(site, database, confirm) == []
    assert told(site, "person.joined") == 1


def test_an_invitation_answered_twice_at_once_is_answered_once(
    site: Site, service: Service, people: People, manager: Actor, database: Kind
) -> None:
    citizen, email = people.citizen.id, str(people.citizen.email)
    with site.writing() as session:
        place = session.get_one(Service, service.id)
        invitations.invite_manager(session, manager, place, email)
    before = told(site, "role.granted")

    def answer(session: Session, meet: Callable[[], object]) -> None:
        person = session.get_one(Person, citizen)
        (offer,) = invitations.offered_to(session, person) or [None]
        meet()
        if offer is None:
            raise NotFound
        invitations.accept(session, person, offer.invitation.id)

    (refusal,) = together(site, database, answer)
    assert isinstance(refusal, NotFound)
    assert told(site, "role.granted") == before + 1


def test_a_link_to_write_an_idea_that_two_hold_lets_one_of_them_write_it(
    site: Site, citizen: Actor, agent: Actor, manager: Actor, database: Kind
) -> None:
    idea = site.submit("Flour", author=citizen)
    with site.writing() as session, site.app.test_request_context():
        held = session.get_one(Idea, idea.id)
        coauthors.invite(session, citizen, site.service, held, "new@example.org")
        name = coauthors.name_of(coauthors.waiting_for(session, held)[0])
    holders = [agent, manager]

    def accept(session: Session, meet: Callable[[], object]) -> None:
        place = session.get_one(Service, site.service.id)
        coauthors.invited(session, place, name)
        meet()
        coauthors.accept(session, holders.pop(), place, name)

    (refusal,) = together(site, database, accept)
    assert isinstance(refusal, Gone)
    assert told(site, "idea.coauthor_joined") == 1
