"""Who can be nominated by whom; and nobody sees that somebody declined."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from eak_ambassadors.models import Nomination
from eak_ambassadors.nominations import answering, nominating
from eak_core.db import Session
from eak_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from eak_core.events.models import EventLog, ScheduledWork
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.people.models import Person
from eak_core.permissions import Actor


def nominate(site: Site, by: Person, address: str | None = None, **said: Any) -> int:
    values: dict[str, Any] = {
        "name": "Agathe Agent",
        "address": (site.people.agent.email or "") if address is None else address,
        "examples": "She opened the workshop to all services.",
        **said,
    }
    with site.writing() as session:
        return nominating.nominate(session, site.people.actor(by), site.service, **values)


def row(site: Site, nomination_id: int) -> Nomination:
    with site.reading() as session:
        return session.get_one(Nomination, nomination_id)


def act(site: Site, person: Person, what: Any, nomination_id: int) -> None:
    with site.writing() as session:
        what(session, site.people.actor(person), site.service, nomination_id)


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_agent_is_nominated_and_asked_by_a_letter(site: Site) -> None:
    nomination_id = nominate(site, site.people.citizen)
    site.drain()
    [letter] = [mail for mail in site.sent if "ambassad" in mail.subject]
    assert letter.to == site.people.agent.email
    assert f"/culture/ambassadeurs/nominations/{nomination_id}" in letter.text
    assert "Agathe" not in letter.text


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "somebody"),
        ("address", "citizen@elsewhere.example"),
        ("address", "12"),
        ("name", " "),
        ("examples", "\n"),
        ("examples", "x" * 4_001),
    ],
)
def test_what_names_no_agent_is_refused(site: Site, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        nominate(site, site.people.citizen, **{field: value})
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_nominates_themselves(site: Site) -> None:
    with pytest.raises(Refused, match="themselves"):
        nominate(site, site.people.agent)
    with pytest.raises(Refused, match="themselves"):
        nominate(site, site.people.agent, f" {(site.people.agent.email or '').upper()} ")


def test_two_people_do_not_nominate_each_other_within_ninety_days(
    site: Site, clock: FrozenClock
) -> None:
    second = agent_of(site, "second")
    nominate(site, second)
    with pytest.raises(Refused, match="ninety days"):
        nominate(site, site.people.agent, second.email)
    clock.advance(days=89)
    with pytest.raises(Refused, match="ninety days"):
        nominate(site, site.people.agent, second.email)
    clock.advance(days=2)
    assert nominate(site, site.people.agent, second.email)


def test_nobody_nominates_more_than_so_many_within_a_year(site: Site, clock: FrozenClock) -> None:
    others = [agent_of(site, f"other{number}") for number in range(4)]
    for other in others[:3]:
        nominate(site, site.people.citizen, other.email)
        clock.advance(days=100)
    with pytest.raises(Refused, match="possibles en un an"):
        nominate(site, site.people.citizen, others[3].email)
    clock.advance(days=66)
    assert nominate(site, site.people.citizen, others[3].email)


def test_the_same_form_nominates_once(site: Site) -> None:
    key = "00000000-0000-4000-8000-000000000001"
    first = nominate(site, site.people.citizen, form_key=key)
    assert nominate(site, site.people.citizen, form_key=key) == first
    with pytest.raises(Refused, match="already"):
        nominate(site, site.people.citizen)


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_the_person_who_was_nominated_answers(site: Site, clock: FrozenClock) -> None:
    nomination_id = nominate(site, site.people.citizen)
    for other in (site.people.citizen, site.people.manager, site.people.administrator):
        for what in (answering.agree, answering.refuse):
            with pytest.raises(NotFound):
                act(site, other, what, nomination_id)
    act(site, site.people.agent, answering.agree, nomination_id)
    found = row(site, nomination_id)
    assert (found.nominee_id, found.agreed_at) == (site.people.agent.id, clock.now)
    with pytest.raises(Conflict):
        act(site, site.people.agent, answering.refuse, nomination_id)


def test_a_refusal_can_be_taken_back_until_the_time_is_over(site: Site, clock: FrozenClock) -> None:
    nomination_id = nominate(site, site.people.citizen)
    act(site, site.people.agent, answering.refuse, nomination_id)
    clock.advance(days=89)
    act(site, site.people.agent, answering.agree, nomination_id)
    assert row(site, nomination_id).refused_at is None
    late = nominate(site, site.people.manager)
    clock.advance(days=90)
    with pytest.raises(NotFound):
        act(site, site.people.agent, answering.agree, late)


@pytest.mark.parametrize("database", ["sqlite"])
def test_somebody_who_is_no_agent_any_more_does_not_agree(site: Site) -> None:
    nomination_id = nominate(site, site.people.citizen)
    with site.writing() as session:
        actor = site.people.actor(site.people.agent)
        citizen = Actor(person_id=actor.person_id, confirmed=True)
        with pytest.raises(Forbidden):
            answering.agree(session, citizen, site.service, nomination_id)


#: What everybody else may look at.
PLACES = (
    "/culture/", "/culture/ambassadeurs/", "/culture/ambassadeurs/nominations",
    "/culture/gestion/", "/culture/gestion/ambassadeurs/", "/culture/recherche?q=Agathe",
    "/culture/idees.atom", "/compte/", "/admin/", "/admin/evenements/journal/culture",
    "/admin/evenements/a-venir", "/admin/courriels/", "/admin/courriels/boite",
)  # fmt: skip


def seen_by_others(site: Site) -> Iterator[object]:
    """All that is shown, logged, sent, scheduled and copied to anybody but the nominee."""
    people = (None, site.people.citizen, site.people.manager, site.people.administrator)
    for person in people:
        browser = site.browser()
        if person is not None:
            browser.sign_in(person)
        for place in PLACES:
            answer = browser.get(place)
            yield person and person.id, place, answer.status_code, _words(answer.text)
    with site.reading() as session:
        yield from (
            (each.type, each.subject, each.actor_id, each.occurred_at)
            for each in session.scalars(select(EventLog).order_by(EventLog.position))
        )
        due = select(ScheduledWork).order_by(ScheduledWork.name)
        yield from ((each.name, each.due_at) for each in session.scalars(due))
        nominator = site.people.actor(site.people.citizen)
        copy = export_person(session, nominator, site.people.citizen.id)
        yield {name: value for name, value in copy.items() if name != "sessions"}
    yield from ((mail.to, mail.subject, mail.text) for mail in site.sent)


def _words(page: str) -> list[str]:
    """A page without what differs each time it is made."""
    return re.sub(r'(csrf_token|nonce|form_key)[^>]*value="[^"]*"', "", page).split()


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("days", [0, 100])
def test_a_refusal_looks_like_no_answer_to_everybody_else(
    sites: Sites, clock: FrozenClock, days: int
) -> None:
    """Two histories that differ in it alone: the same pages, events, letters and instants."""
    began, histories = clock.now, []
    for refused in (False, True):
        clock.set(began)
        site = sites.make(plugins=["eak_ambassadors.plugin"])
        site.enable("ambassadors")
        nomination_id = nominate(site, site.people.citizen)
        site.drain()
        clock.advance(days=3)
        if refused:
            act(site, site.people.agent, answering.refuse, nomination_id)
        site.drain()
        clock.advance(days=days)
        site.drain()
        histories.append(list(seen_by_others(site)))
    assert histories[0] == histories[1]
    assert any("Transmise" in str(each) for each in histories[0])


@pytest.mark.parametrize("database", ["sqlite"])
def test_after_the_time_to_answer_both_are_the_same_rows(site: Site, clock: FrozenClock) -> None:
    first, second = nominate(site, site.people.citizen), nominate(site, site.people.manager)
    act(site, site.people.agent, answering.refuse, first)
    clock.advance(days=92)
    site.drain()
    with site.reading() as session:
        rows = [_kept(session, each) for each in (first, second)]
    assert rows[0] == rows[1]
    assert rows[0]["address"] is None
    assert rows[0]["refused_at"] is None


def _kept(session: Session, nomination_id: int) -> dict[str, object]:
    found = session.get_one(Nomination, nomination_id)
    apart = ("id", "nominator_id")
    return {
        column.name: getattr(found, column.name)
        for column in Nomination.__table__.columns
        if column.name not in apart
    }


def test_an_erasure_forgets_both_sides(site: Site) -> None:
    kept, gone = nominate(site, site.people.citizen), nominate(site, site.people.manager)
    act(site, site.people.agent, answering.agree, kept)
    with site.writing() as session:
        erase_person(session, Actor.system(), site.people.manager.id)
    with site.reading() as session:
        assert session.get(Nomination, gone) is None
    with site.writing() as session:
        erase_person(session, Actor.system(), site.people.agent.id)
    found = row(site, kept)
    assert (found.name, found.address, found.examples, found.nominee_id) == ("", None, "", None)


def agent_of(site: Site, name: str) -> Person:
    """Another agent of the administration."""
    domain = (site.people.agent.email or "").rpartition("@")[2]
    return site.people.add(name.title(), domain=domain)
