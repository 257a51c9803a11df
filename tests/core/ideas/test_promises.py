"""The public clock: a service promises an answer, everybody reads it, managers are reminded."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from eak_core.errors import Forbidden, Invalid
from eak_core.ideas.deciding.moving import move_ideas
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing import promises
from eak_core.ideas.proposing.promises import change_promise, promised_by, reminder_before
from eak_core.ideas.proposing.proposals import (
    Origin,
    Proposal,
    import_idea,
    save_draft,
    submit_idea,
)
from eak_core.ideas.reading import listing
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.notices import inbox
from eak_core.notices.models import Notice
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_core.services.models import Service

NONE: frozenset[str] = frozenset()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("submitted", "days", "before", "reminder"),
    [
        ("2027-03-01T14:00", 10, "2027-03-11T23:00", "2027-03-09T07:00"),
        # The last minute of a day in Paris, and the first one of the next.
        ("2027-03-01T22:59", 1, "2027-03-02T23:00", "2027-03-02T07:00"),
        ("2027-03-01T23:00", 1, "2027-03-03T23:00", "2027-03-03T07:00"),
        # Summer time begins on the 28th of March, and ends on the 31st of October.
        ("2027-03-20T12:00", 10, "2027-03-30T22:00", "2027-03-28T06:00"),
        ("2027-10-25T12:00", 7, "2027-11-01T23:00", "2027-10-30T06:00"),
        ("2027-10-25T12:00", 4, "2027-10-29T22:00", "2027-10-28T06:00"),
    ],
)
def test_whole_days_of_paris_are_promised_whatever_summer_time_does(
    submitted: str, days: int, before: str, reminder: str
) -> None:
    answer_by = promised_by(at(submitted), days)
    assert answer_by == at(before)
    assert reminder_before(answer_by, days) == at(reminder)


def promise(site: Site, days: int | None, actor: Actor | None = None) -> None:
    actor = actor or site.people.actor(site.people.manager)
    with site.writing() as session:
        change_promise(session, actor, session.get_one(Service, site.service.id), days)


def submit(site: Site, title: str = "An idea") -> Idea:
    citizen = site.people.actor(site.people.citizen)
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        saved = submit_idea(session, citizen, service, Proposal(title=title, problem="p", body="b"))
        return session.get_one(Idea, saved.id)


def move(site: Site, idea: Idea, to: str) -> None:
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        held = session.get_one(Idea, idea.id)
        change_stage(session, manager, site.service, NONE, held, to, "Because.")


def told(site: Site, person: Person) -> list[str]:
    with site.app.test_request_context("/?lang=en"), site.reading() as session:
        page = inbox.page_of(session, site.people.actor(person), None)
    return [each.text for each in page.items if "promised" in each.text]


def test_only_those_who_run_the_service_promise_and_no_more_than_a_year(site: Site) -> None:
    with pytest.raises(Forbidden):
        promise(site, 10, site.people.actor(site.people.citizen))
    for days in (0, -1, 366, 2**40):
        with pytest.raises(Invalid):
            promise(site, days)
    assert submit(site).answer_by is None


def test_what_was_promised_stays_promised_and_drafts_and_imports_get_none(
    site: Site, clock: FrozenClock
) -> None:
    promise(site, 10)
    first, citizen = submit(site), site.people.actor(site.people.citizen)
    promise(site, 30)
    proposal = Proposal(title="Another", problem="p", body="b")
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        draft = save_draft(session, citizen, service, proposal)
        origin = Origin("elsewhere", "1", "https://example.org/1")
        other = import_idea(session, Actor.system(), service, proposal, origin, clock.now)
        assert other is not None
        kept = [session.get_one(Idea, each.id).answer_by for each in (draft, other)]
        assert kept == [None, None]
    clock.advance(days=2)
    with site.writing() as session:
        service, held = session.get_one(Service, site.service.id), session.get_one(Idea, draft.id)
        submit_idea(session, citizen, service, proposal, idea=held)
    with site.reading() as session:
        assert session.get_one(Idea, first.id).answer_by == first.answer_by
        by = session.get_one(Idea, draft.id).answer_by
        assert by == promised_by(clock.now, 30)
        assert promises.first_promised(session, site.service.id) == {"submitted": first.answer_by}


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_decision_ends_it_and_the_screening_does_not(
    site: Site, citizen: Actor, manager: Actor
) -> None:
    promise(site, 10)
    answered, moved, gone, waits = (submit(site, title) for title in ("a", "b", "c", "d"))
    for idea in (answered, waits):
        move(site, idea, "screening")
    move(site, answered, "accepted")
    with site.writing() as session:
        move_ideas(
            session, manager, site.service, ["submitted"], "rejected", "All of it.", active=NONE
        )
    with site.writing() as session:
        held = session.get_one(Idea, waits.id)
        assert promises.is_open(held)
        withdraw_idea(session, citizen, site.service, NONE, held, "A mistake.")
    move(site, moved, "screening")
    with site.reading() as session:
        ideas = session.scalars(select(Idea).order_by(Idea.id)).all()
        assert [promises.is_open(each) for each in ideas] == [False] * 4
        assert promises.first_promised(session, site.service.id) == {}
    assert gone.answer_by is not None


def test_managers_are_reminded_once_before_and_once_after_and_nobody_of_what_is_answered(
    site: Site, clock: FrozenClock
) -> None:
    promise(site, 10)
    answered, waits, people = submit(site, "Answered"), submit(site, "Waits"), site.people
    site.drain()
    assert told(site, people.manager) == []
    move(site, answered, "screening")
    move(site, answered, "rejected")
    clock.advance(days=9)
    for _again in range(2):
        site.drain()
        assert [text[:23] for text in told(site, people.manager)] == ["An answer to “Waits” is"]
    clock.advance(days=3)
    for _again in range(2):
        site.drain()
        assert [text[:10] for text in told(site, people.manager)] == ["The answer", "An answer "]
    clock.advance(days=30)
    site.drain()
    assert len(told(site, people.manager)) == 2
    for nobody in (people.citizen, people.agent, people.administrator):
        assert told(site, nobody) == []
    assert promises.is_open(waits)
    with site.reading() as session:
        kinds = session.scalar(select(func.count()).select_from(Notice))
    assert kinds == 2 + 2, "and the author of the two decisions"


def test_a_worker_that_comes_late_says_once_that_it_is_past(site: Site, clock: FrozenClock) -> None:
    promise(site, 10)
    submit(site)
    clock.advance(days=40)
    site.drain()
    site.drain()
    assert [text[:10] for text in told(site, site.people.manager)] == ["The answer"]


def test_the_list_of_managers_puts_first_what_is_promised_first(
    site: Site, clock: FrozenClock
) -> None:
    none = submit(site, "None")
    promise(site, 30)
    late = submit(site, "Late")
    promise(site, 2)
    clock.advance(days=1)
    soon, service_id = submit(site, "Soon"), site.service.id
    with site.reading() as session:
        listed = [
            [
                row.id
                for row in session.execute(listing.managed(service_id, "submitted", by_promise=by))
            ]
            for by in (False, True)
        ]
    assert listed == [[none.id, late.id, soon.id], [soon.id, late.id, none.id]]


@pytest.mark.parametrize("database", ["sqlite"])
def test_everybody_reads_it_on_the_idea_and_managers_on_their_desk(
    site: Site, clock: FrozenClock
) -> None:
    desk, reader = site.browser(), site.browser()
    desk.sign_in(site.people.manager)
    address = "/culture/gestion/idees/delai"
    assert desk.submit(address, address, days="400").status_code == 422
    assert desk.submit(address, address, days="10").status_code == 302
    idea = submit(site)
    page = f"/culture/idees/{idea.id}-{idea.slug}"
    before = reader.get(page)
    day = "13 mars 2026"
    assert f"Réponse promise avant le {day}" in before.text
    assert f"réponse promise avant le {day}" in desk.get("/culture/gestion/").text
    listed = desk.get("/culture/gestion/idees?etape=submitted&tri=promesse").text
    assert day in listed
    assert desk.get("/culture/gestion/idees?tri=hasard").status_code == 200
    clock.advance(days=12)
    kept = {"If-None-Match": before.headers["ETag"]}
    after = reader.get(page, headers=kept)
    assert "En retard" in after.text
    assert "En retard" in desk.get("/culture/gestion/").text
    move(site, idea, "screening")
    move(site, idea, "accepted")
    assert "promise avant" not in reader.get(page).text
    for person in (None, site.people.citizen):
        other = site.browser()
        if person:
            other.sign_in(person)
        assert other.get(address).status_code in {302, 403}
