"""Who often misuses the site is warned, then suspended for a time; it is contested, and ends."""

from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from eak_core.clock import now
from eak_core.errors import Conflict, Forbidden, Invalid, Refused
from eak_core.events.core import get_event_core
from eak_core.events.models import EventLog
from eak_core.events.scheduling import begin_all
from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, edit_idea, submit_idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.moderation import appeals, register
from eak_core.moderation.decisions import hide, restore
from eak_core.moderation.measures import decide_measure, lift_measure, record_of
from eak_core.moderation.models import Appeal, Measure, ModerationDecision, Report
from eak_core.moderation.reports import Reporter, decide, open_reports, report
from eak_core.moderation.upkeep import forget_reporters
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.people.models import Person
from eak_core.people.rights.roles import give_role
from eak_core.permissions import Actor, Suspended, may
from eak_core.services.models import Service

WHY = "Twice in a week, against rule 2 of the charter."


def hidden(site: Site, title: str = "An attack") -> Idea:
    """An idea of the citizen that the manager hides."""
    manager = site.people.actor(site.people.manager)
    idea = site.submit(title, author=site.people.actor(site.people.citizen))
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{idea.id}", "An attack on a person.")
    return idea


def unfounded(site: Site) -> None:
    """A report of the citizen that came to nothing."""
    citizen, manager = (site.people.actor(p) for p in (site.people.citizen, site.people.manager))
    subject = f"idea:{site.submit('Bread', author=site.people.actor(site.people.agent)).id}"
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        report(session, citizen, service, subject, ground="spam", explanation="No.")
    with site.writing() as session:
        decide(session, manager, site.service, subject, "kept", "Nothing is wrong with it.")


def measured(
    site: Site, kind: str, about: str = "content", *, by: Actor | None = None, **how: Any
) -> Measure:
    actor, person = by or site.people.actor(site.people.manager), site.people.citizen.id
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        return decide_measure(session, actor, service, person, kind, about, WHY, **how)


def suspended(
    site: Site, about: str = "content", days: int = 30, clock: FrozenClock | None = None
) -> Measure:
    """Warned, again, suspended."""
    again = hidden if about == "content" else unfounded
    for _time in range(2):
        again(site)
    measured(site, "warning", about)
    if clock is not None:
        clock.advance(minutes=1)
    again(site)
    return measured(site, "suspension", about, days=days)


def actor_of(site: Site, person: Person) -> Actor:
    """As the next request makes it of what the account says by then."""
    with site.reading() as session:
        return site.people.actor(session.get_one(Person, person.id))


def proposes(site: Site) -> None:
    citizen = actor_of(site, site.people.citizen)
    with site.writing() as session:
        submit_idea(
            session, citizen, site.service, Proposal(title="Another", problem="p", body="b")
        )


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_is_suspended_without_a_warning_nor_warned_for_one_time(site: Site) -> None:
    hidden(site)
    for kind in ("warning", "suspension"):
        with pytest.raises(Refused):
            measured(site, kind, days=30)
    hidden(site)
    with pytest.raises(Refused):
        measured(site, "suspension", days=30)
    with pytest.raises(Refused):
        measured(site, "warning", "reports")
    measured(site, "warning")
    # A warning is to be heard: nothing has happened since.
    with pytest.raises(Refused):
        measured(site, "suspension", days=30)
    with pytest.raises(Refused):
        measured(site, "warning")
    with site.writing() as session, pytest.raises(IntegrityError), session.begin_nested():
        row = {
            "kind": "suspension",
            "about": "content",
            "reason": "",
            "decided_at": now(),
        }
        session.execute(insert(Measure).values(service_id=site.service.id, **row))
    hidden(site)
    for days in (None, 1, 10_000):
        with pytest.raises(Invalid):
            measured(site, "suspension", days=days)
    measure = measured(site, "suspension", days=7)
    with pytest.raises(Refused):
        measured(site, "suspension", days=30)
    with site.reading() as session:
        assert session.get_one(Measure, measure.warning_id).kind == "warning"


def test_what_was_restored_or_is_old_does_not_count(
    site: Site, manager: Actor, clock: FrozenClock
) -> None:
    first = hidden(site)
    hidden(site)
    with site.writing() as session:
        restore(session, manager, site.service, f"idea:{first.id}", "A mistake.")
    with pytest.raises(Refused):
        measured(site, "warning")
    clock.advance(days=300)
    hidden(site)
    measured(site, "warning")
    clock.advance(days=370)
    hidden(site)
    with pytest.raises(Refused):
        measured(site, "suspension", days=7)


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_is_suspended_is_told_until_when_and_keeps_all_else(
    site: Site, clock: FrozenClock
) -> None:
    own = site.submit("Own", author=site.people.actor(site.people.citizen))
    before = actor_of(site, site.people.citizen)
    assert before.suspensions == ()
    measure = suspended(site, days=30, clock=clock)
    citizen, service = actor_of(site, site.people.citizen), site.service
    with pytest.raises(Suspended, match=r"1 April 2026|1er avril 2026"):
        proposes(site)
    with site.writing() as session, pytest.raises(Suspended):
        held = session.get_one(Idea, own.id)
        edit_idea(session, citizen, service, held, Proposal(title="x", problem="y", body="z"))
    for permission in ("service.read", "service.follow", "content.report"):
        assert may(citizen, permission, service)
    elsewhere = site.add_service("routes")
    assert may(citizen, "idea.submit", elsewhere)
    assert not may(citizen, "idea.submit", service)
    with site.writing() as session:
        held = session.get_one(Idea, own.id)
        withdraw_idea(session, citizen, service, frozenset(), held, "A mistake.")
    # Midnight after the thirtieth day in Paris, where it is summer by then.
    assert measure.until is not None
    clock.set(measure.until)
    clock.advance(seconds=-1)
    with pytest.raises(Suspended):
        proposes(site)
    clock.advance(seconds=1)
    proposes(site)


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_reports_without_ground_is_suspended_from_reports_alone(site: Site) -> None:
    suspended(site, "reports")
    citizen = actor_of(site, site.people.citizen)
    assert not may(citizen, "content.report", site.service)
    proposes(site)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_suspension_from_reports_holds_for_its_address_and_tells_nobody_else(
    site: Site, clock: FrozenClock
) -> None:
    suspended(site, "reports", days=7, clock=clock)
    ids = [site.submit("Bread", author=site.people.actor(site.people.agent)).id for _n in range(2)]
    address = str(site.people.citizen.email)
    service, mail = site.service, len(site.sent)

    def sent(idea_id: int, email: str, ground: str = "spam") -> Report:
        with site.writing() as session:
            place = session.get_one(Service, service.id)
            return report(
                session, Actor.visitor(), place, f"idea:{idea_id}", ground=ground,
                explanation="No.", reporter=Reporter("Zoé", email),
            )  # fmt: skip

    def waiting(idea_id: int) -> list[str | None]:
        with site.reading() as session:
            return [each.email for each in open_reports(session, service.id, f"idea:{idea_id}")]

    aside = sent(ids[0], address.upper())
    assert sent(ids[0], address).id == aside.id, "twice is once"
    other = sent(ids[0], "zoe@example.org")
    assert waiting(ids[0]) == ["zoe@example.org"]
    # Whoever types the address sees what anybody sees; the address alone is told.
    site.drain()
    letters = {each.to: each.text for each in site.sent[mail:]}
    assert "suspendu" in letters[address]
    assert "suspendu" not in letters["zoe@example.org"]
    shown = [
        site.browser()
        .read(f"/culture/signalements/{each.reference}")
        .text.replace(each.reference, "")
        for each in (aside, other)
    ]
    assert shown[0] == shown[1]
    # What cannot wait is looked at, whoever sends it; and so is all once it is over.
    sent(ids[1], address, "threat")
    assert waiting(ids[1]) == [address]
    with site.reading() as session:
        assert record_of(session, service, site.people.citizen.id).unfounded == 3
    clock.advance(days=8)
    sent(ids[0], address)
    assert address in waiting(ids[0])
    clock.advance(days=190)
    with site.writing() as session:
        forget_reporters(session, None, "", clock.now)
        assert session.get_one(Report, aside.id).email is None


@pytest.mark.parametrize("database", ["sqlite"])
def test_they_and_nobody_else_are_sent_the_reasons_and_no_event_names_them(site: Site) -> None:
    suspended(site)
    site.drain()
    letters = [each for each in site.sent if WHY in each.text]
    assert [each.to for each in letters] == [site.people.citizen.email] * 2
    assert all("/culture/moderation/mesures/" in each.text for each in letters)
    with site.reading() as session:
        rows = session.execute(
            select(EventLog.data, EventLog.subject).where(EventLog.type.like("moderation.%"))
        ).all()
        counted = register.year_of(session, site.service.id, 2026)
    assert len(rows) == 2
    assert all("person" not in str(row.data) and "author" not in str(row.data) for row in rows)
    # The tests run in this year, whatever it is.
    assert counted.warned + counted.suspended in {0, 2}


@pytest.mark.parametrize("database", ["sqlite"])
def test_moderators_decide_and_not_about_themselves_or_those_who_run_the_service(
    site: Site, citizen: Actor
) -> None:
    for _time in range(2):
        hidden(site)
    for nobody in (citizen, site.people.actor(site.people.agent), Actor.visitor()):
        with pytest.raises(Forbidden):
            measured(site, "warning", by=nobody)
    with site.writing() as session:
        person = session.get_one(Person, site.people.citizen.id)
        give_role(session, person, site.service, "manager", granted_by=None)
    with pytest.raises(Refused, match=r"role|rôle"):
        measured(site, "warning")
    own = actor_of(site, site.people.citizen)
    with pytest.raises(Refused):
        measured(site, "warning", by=own)


def test_it_is_contested_once_and_decided_by_somebody_else(site: Site, manager: Actor) -> None:
    measure = suspended(site)
    citizen = actor_of(site, site.people.citizen)

    def contest(by: Actor) -> Appeal:
        with site.writing() as session:
            held = session.get_one(Measure, measure.id)
            return appeals.contest_measure(session, by, site.service, held, "It was a quotation.")

    def judge(by: Actor, appeal: Appeal) -> None:
        with site.writing() as session:
            held = session.get_one(Appeal, appeal.id)
            service = session.get_one(Service, site.service.id)
            appeals.decide_appeal(session, by, service, held, "reversed", "It is a quotation.")

    with pytest.raises(Forbidden):
        contest(site.people.actor(site.people.agent))
    appeal = contest(citizen)
    with pytest.raises(Conflict):
        contest(citizen)
    with pytest.raises(Refused, match=r"took part|partie prenante"):
        judge(manager, appeal)
    judge(site.people.actor(site.people.administrator), appeal)
    proposes(site)
    with site.reading() as session:
        held = session.get_one(Measure, measure.id)
        assert held.lifted_by == site.people.administrator.id
        assert session.get_one(Appeal, appeal.id).outcome == "reversed"


@pytest.mark.parametrize("database", ["sqlite"])
def test_with_a_warning_the_suspension_that_rests_on_it_is_taken_back(
    site: Site, manager: Actor
) -> None:
    measure = suspended(site)
    with site.writing() as session:
        warning = session.get_one(Measure, measure.warning_id)
        lift_measure(session, manager, site.service, warning, "It was somebody else.")
    proposes(site)
    with site.writing() as session, pytest.raises(Refused):
        held = session.get_one(Measure, measure.id)
        lift_measure(session, manager, site.service, held, "Once more.")


def test_they_get_a_copy_and_are_forgotten_with_their_account_or_in_time(
    site: Site, clock: FrozenClock
) -> None:
    suspended(site, clock=clock)
    person = site.people.citizen.id
    with site.reading() as session:
        copy = export_person(session, Actor.system(), person)["moderation"]
    assert WHY in str(copy["measures"])
    assert len(copy["own_hidden"]) == 3
    with site.writing() as session:
        begin_all(session, get_event_core(site.app))

    def named() -> list[int]:
        with site.reading() as session:
            rows = session.execute(select(Measure.person_id, Measure.reason))
            texts = session.scalars(select(ModerationDecision.author_id))
            return [*(bool(who) + bool(why) for who, why in rows), *map(bool, texts)]

    clock.advance(days=360)
    site.drain()
    assert named() == [2, 2, True, True, True]
    clock.advance(days=40)
    site.drain()
    assert named() == [2, 0, False, False, False], "the warning ended a year after it was given"
    with site.writing() as session:
        erase_person(session, Actor.system(), person)
    assert not any(named())


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_moderator_warns_and_suspends_and_they_contest_on_pages(site: Site) -> None:
    desk, own, other = site.browser(), site.browser(), site.browser()
    desk.sign_in(site.people.manager)
    own.sign_in(site.people.citizen)
    other.sign_in(site.people.agent)
    person = f"/culture/gestion/moderation/personnes/{site.people.citizen.id}"
    assert desk.get(person).status_code == 404, "anybody’s name could be asked for"
    for _time in range(2):
        hidden(site)
    assert person in desk.get("/culture/gestion/moderation/personnes").text
    assert other.get(person).status_code == 403
    assert desk.submit(person, person, choice="warning:content", reason=WHY).status_code == 302
    assert own.get("/culture/idees/nouvelle").status_code == 200
    hidden(site)
    assert (
        desk.submit(person, person, choice="suspension:content", reason=WHY, days="30").status_code
        == 302
    )
    refused = own.get("/culture/idees/nouvelle")
    assert refused.status_code == 403
    assert "inclus" in refused.text
    assert "Pourquoi, et comment le contester" in own.get("/culture/").text
    page = own.get("/compte/").text
    assert "Suspension dans « Culture »".replace(" »", "\u202f»").replace("« ", "«\u202f") in page
    statement = "/culture/moderation/mesures/2"
    assert WHY in own.get(statement).text
    for nobody in (other, desk, site.browser()):
        assert nobody.get(statement).status_code in {404, 302}
    contest = f"{statement}/contester"
    assert own.submit(contest, contest, words="C’est une citation.").status_code == 302
    queue = desk.get("/culture/gestion/signalements").text
    assert "/culture/gestion/contestations/1" in queue
    judge = site.browser()
    judge.sign_in(site.people.administrator)
    address = "/culture/gestion/contestations/1"
    assert WHY in judge.get(address).text
    judge.submit(address, address, verdict="reversed", reason="Une citation.")
    assert own.get("/culture/idees/nouvelle").status_code == 200
    registered = site.browser().get("/culture/moderation").text
    assert "Personnes suspendues" in registered
    assert site.people.citizen.name not in registered
