"""Reporting what people wrote, deciding about it, and contesting what was decided."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from eak_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from eak_core.events.core import get_event_core
from eak_core.events.models import EventLog
from eak_core.events.scheduling import begin_all
from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation import appeals, reports
from eak_core.moderation.decisions import hidden_reason, hide, restore
from eak_core.moderation.models import Appeal, Report
from eak_core.moderation.reports import Reporter, decide, report
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.people.models import Person
from eak_core.people.rights.roles import give_role
from eak_core.permissions import Actor
from eak_core.services.models import Service

INSULT = "It calls the baker a thief."
READER = Reporter("Renée Témoin", "renee@example.org")
VISITOR = Actor.visitor()


def told(site: Site, actor: Actor, idea: Idea, **values: Any) -> Report:
    values = {"ground": "insult", "explanation": INSULT, **values}
    with site.writing() as session:
        place = session.get_one(Service, site.service.id)
        return report(session, actor, place, f"idea:{idea.id}", **values)


def decided(
    site: Site, actor: Actor, idea: Idea, outcome: str, reason: str = "Rule 2 of the charter."
) -> None:
    with site.writing() as session:
        decide(session, actor, site.service, f"idea:{idea.id}", outcome, reason)


def somebody(site: Site, name: str) -> Actor:
    """A further manager of the service."""
    person = site.people.add(name)
    with site.writing() as session:
        held = session.get_one(Person, person.id)
        give_role(session, held, site.service, "manager", granted_by=None)
    return site.people.actor(person)


def contested(site: Site, actor: Actor, idea: Idea, words: str = "It is a quotation.") -> Appeal:
    with site.writing() as session:
        decision = reports.decision_about(session, site.service, f"idea:{idea.id}")
        return appeals.contest_hiding(session, actor, site.service, decision, words)


def judged(site: Site, actor: Actor, appeal: Appeal, verdict: str) -> None:
    with site.writing() as session:
        held = session.get_one(Appeal, appeal.id)
        appeals.decide_appeal(session, actor, site.service, held, verdict, "Read once more.")


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_may_not_read_the_service_any_more_is_told_where_they_write_instead(
    site: Site, citizen: Actor, manager: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    told(site, VISITOR, idea, reporter=READER)
    site.drain()
    with site.writing() as session:
        held = session.get_one(Service, site.service.id)
        held.audience = "internal"
    site.service = held
    before = len(site.sent)
    decided(site, manager, idea, "hidden")
    site.drain()
    letters = {mail.to: mail.text for mail in site.sent[before:]}
    assert letters.keys() == {site.people.citizen.email, READER.email}
    for text in letters.values():
        assert "http://localhost/contact" in text
        assert "http://localhost/culture" not in text


def test_a_report_is_hidden_or_kept_once_for_all_and_everybody_concerned_is_told(
    site: Site, citizen: Actor, agent: Actor, manager: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    first = told(site, VISITOR, idea, reporter=READER)
    told(site, agent, idea, ground="charter")
    assert told(site, VISITOR, idea, reporter=READER).id == first.id, "twice is once"
    with site.reading() as session:
        (waiting,) = reports.queue(session, site.service.id, 10)
        assert (waiting.reports, set(waiting.grounds)) == (2, {"insult", "charter"})
        assert reports.waiting_since(session, site.service.id)[0] == 1
    decided(site, manager, idea, "hidden")
    with pytest.raises(Conflict):
        decided(site, manager, idea, "kept")
    with site.reading() as session:
        assert hidden_reason(session, site.service.id, f"idea:{idea.id}")
        outcomes = session.scalars(select(Report.outcome)).all()
        assert outcomes == ["hidden", "hidden"]
    site.drain()
    letters = [(each.to, each.text) for each in site.sent if "Rule 2" in each.text]
    author, reader = site.people.citizen.email, site.people.agent.email
    assert {to for to, _text in letters} >= {author, reader, READER.email}
    for to, text in letters:
        assert "moderation/decisions" in text if to == author else "moderation" not in text
        assert INSULT not in text
        assert READER.name not in text


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_event_says_who_reports_or_contests_nor_in_which_words(
    site: Site, citizen: Actor, agent: Actor, manager: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    told(site, agent, idea)
    decided(site, manager, idea, "hidden")
    contested(site, citizen, idea)
    with site.reading() as session:
        rows = session.execute(
            select(EventLog.type, EventLog.actor_id, EventLog.data, EventLog.subject).where(
                EventLog.type.in_(("content.reported", "content.appealed"))
            )
        ).all()
    assert [row.type for row in rows] == ["content.reported", "content.appealed"]
    for row in rows:
        assert (row.actor_id, row.subject) == (None, f"idea:{idea.id}")
        assert "author" not in row.data
        assert "baker" not in row.data


@pytest.mark.parametrize("database", ["sqlite"])
def test_hiding_without_the_queue_answers_the_reports_too(
    site: Site, citizen: Actor, manager: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    made = told(site, VISITOR, idea, reporter=READER)
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{idea.id}", "An attack.")
    with site.reading() as session:
        held = session.get_one(Report, made.id)
        assert (held.outcome, held.answer, held.decided_by) == (
            "hidden", "An attack.", manager.person_id,
        )  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_report_that_lacks_something_is_refused_and_nothing_is_written(
    site: Site, idea: Idea
) -> None:
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"ground": "ugly"}, {"ground"}),
        ({"explanation": " \u200b "}, {"explanation"}),
        ({"explanation": "x" * 2_001}, {"explanation"}),
        ({"reporter": Reporter("", "nobody")}, {"name", "email"}),
        ({"reporter": Reporter()}, {"name", "email"}),
    ]
    for values, wrong in cases:
        with pytest.raises(Invalid) as refusal:
            told(site, VISITOR, idea, **{"reporter": READER, **values})
        assert set(refusal.value.fields) == wrong
    with site.reading() as session:
        assert session.scalars(select(Report)).all() == []


def test_a_danger_to_minors_is_reported_without_a_name_and_managers_hear_of_it_at_once(
    site: Site, idea: Idea
) -> None:
    manager = site.people.manager
    assert told(site, VISITOR, idea, ground="minors").email is None
    told(site, VISITOR, idea, ground="threat", reporter=READER)
    with site.reading() as session:
        (waiting,) = reports.queue(session, site.service.id, 10)
    assert waiting.urgent
    site.drain()
    alerts = [each for each in site.sent if each.to == manager.email]
    assert len(alerts) == 1, "once for each thing"
    assert INSULT not in alerts[0].text


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_nobody_can_read_cannot_be_reported(
    site: Site, citizen: Actor, manager: Actor
) -> None:
    hidden, gone = site.submit("Hidden"), site.submit("Gone", author=citizen)
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{hidden.id}", "An attack.")
        held = session.get_one(Idea, gone.id)
        withdraw_idea(session, citizen, site.service, frozenset(), held, "A mistake.")
    for subject, error in (
        (f"idea:{hidden.id}", Refused),
        (f"idea:{gone.id}", NotFound),
        ("idea:9999999999999999999", NotFound),
        ("idea:\0", NotFound),
        ("nothing", NotFound),
    ):
        with site.writing() as session, pytest.raises(error):
            report(
                session, VISITOR, site.service, subject,
                ground="spam", explanation="Again.", reporter=READER,
            )  # fmt: skip


def test_what_its_author_takes_back_is_closed_as_gone_and_nothing_else(
    site: Site, citizen: Actor, manager: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    told(site, VISITOR, idea, reporter=READER)
    with pytest.raises(Invalid):
        decided(site, manager, idea, "gone")
    with site.writing() as session:
        held = session.get_one(Idea, idea.id)
        withdraw_idea(session, citizen, site.service, frozenset(), held, "A mistake.")
    with pytest.raises(Invalid):
        decided(site, manager, idea, "hidden")
    decided(site, manager, idea, "gone")


@pytest.mark.parametrize("database", ["sqlite"])
def test_those_who_run_the_service_decide_and_not_about_their_own(
    site: Site, citizen: Actor, manager: Actor
) -> None:
    other, own = site.submit("Flour", author=citizen), site.submit("Own", author=manager)
    told(site, VISITOR, other, reporter=READER)
    told(site, VISITOR, own, reporter=READER)
    with pytest.raises(Forbidden):
        decided(site, citizen, other, "kept")
    with pytest.raises(Refused, match=r"yourself|l’auteur"):
        decided(site, manager, own, "kept")
    decided(site, somebody(site, "second"), own, "kept")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_decision_is_offered_to_be_contested_to_its_author_alone(
    site: Site, citizen: Actor, agent: Actor, manager: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    told(site, agent, idea)
    decided(site, manager, idea, "hidden")
    page = f"/culture/moderation/decisions/idea:{idea.id}"
    for person in (site.people.citizen, site.people.agent):
        browser = site.browser()
        browser.sign_in(person)
        own = person is site.people.citizen
        assert (f"{page}/contester" in browser.get(page).text) == own
        assert browser.get(f"{page}/contester").status_code == (200 if own else 302)


def test_an_appeal_is_decided_by_somebody_else_and_gives_the_text_back(
    site: Site, citizen: Actor, agent: Actor, manager: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    told(site, agent, idea)
    decided(site, manager, idea, "hidden")
    with pytest.raises(Forbidden):
        contested(site, agent, idea)
    appeal = contested(site, citizen, idea)
    with pytest.raises(Conflict):
        contested(site, citizen, idea)
    with pytest.raises(Refused, match=r"took part|partie prenante"):
        judged(site, manager, appeal, "upheld")
    with site.writing() as session, pytest.raises(Refused, match=r"took part|partie prenante"):
        held = session.get_one(Appeal, appeal.id)
        appeals.decide_appeal(
            session, Actor.system(), site.service, held, "upheld", "By a machine."
        )
    second = somebody(site, "second")
    judged(site, second, appeal, "reversed")
    with pytest.raises(Conflict):
        judged(site, second, appeal, "upheld")
    with site.reading() as session:
        assert hidden_reason(session, site.service.id, f"idea:{idea.id}") is None
        held = session.get_one(Appeal, appeal.id)
        assert (held.outcome, held.decided_by) == ("reversed", second.person_id)
    site.drain()
    assert any(
        each.to == site.people.citizen.email and "Read once more." in each.text
        for each in site.sent
    )


@pytest.mark.parametrize("database", ["sqlite"])
def test_taking_a_decision_back_ends_the_appeal_against_it(
    site: Site, citizen: Actor, manager: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{idea.id}", "An attack.")
    appeal = contested(site, citizen, idea)
    with site.writing() as session:
        restore(session, manager, site.service, f"idea:{idea.id}", "A mistake.")
    with site.reading() as session:
        assert session.get_one(Appeal, appeal.id).outcome == "reversed"
    with pytest.raises(Refused):
        contested(site, citizen, idea)


def test_who_reported_contests_with_the_reference_for_six_months(
    site: Site, citizen: Actor, manager: Actor, clock: FrozenClock
) -> None:
    idea = site.submit("Flour", author=citizen)
    made = told(site, VISITOR, idea, reporter=READER)

    def contest() -> Appeal:
        with site.writing() as session:
            held = reports.report_of(session, site.service, made.reference)
            return appeals.contest_report(session, VISITOR, site.service, held, "Read it again.")

    with pytest.raises(Refused):
        contest()
    decided(site, manager, idea, "kept")
    clock.advance(days=185)
    with pytest.raises(Refused, match=r"six mois|six months"):
        contest()
    clock.advance(days=-10)
    appeal = contest()
    with pytest.raises(Refused, match=r"took part|partie prenante"):
        judged(site, manager, appeal, "reversed")
    with pytest.raises(Refused, match=r"took part|partie prenante"):
        judged(site, _run_by(site, citizen), appeal, "upheld")
    judged(site, somebody(site, "second"), appeal, "reversed")
    with site.reading() as session:
        assert hidden_reason(session, site.service.id, f"idea:{idea.id}") == "Read once more."
        with pytest.raises(NotFound):
            reports.report_of(session, site.service, made.reference[:-1])


def _run_by(site: Site, actor: Actor) -> Actor:
    """The author, who runs the service by now."""
    return replace(actor, managed=frozenset({site.service.id}))


def test_a_person_gets_a_copy_and_is_gone_from_it_after_the_erasure(
    site: Site, citizen: Actor, agent: Actor, manager: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    other = site.submit("Bread", author=citizen)
    made = told(site, agent, idea)
    told(site, agent, other)
    decided(site, manager, idea, "kept")
    with site.writing() as session:
        held = session.get_one(Report, made.id)
        appeals.contest_report(session, agent, site.service, held, "Read it again.")
    with site.reading() as session:
        copy = str(export_person(session, Actor.system(), site.people.agent.id)["moderation"])
        assert INSULT in copy
        assert "Read it again." in copy
    with site.writing() as session:
        erase_person(session, Actor.system(), site.people.agent.id)
    with site.reading() as session:
        assert session.scalars(select(Appeal)).all() == []
        kept = session.scalars(select(Report).order_by(Report.id)).all()
        assert [(each.reporter_id, each.explanation) for each in kept] == [(None, "")] * 2
    decided(site, manager, other, "kept")


def test_the_queue_costs_the_same_however_much_was_reported(
    site: Site,
    manager: Actor,
    query_count: Callable[[], AbstractContextManager[Queries]],
) -> None:
    browser = site.browser()
    browser.sign_in(site.people.manager)

    def cost() -> int:
        with query_count() as queries:
            assert browser.get("/culture/gestion/signalements").status_code == 200
        return queries.count

    cost()
    told(site, VISITOR, site.submit(), reporter=READER)
    few = cost()
    for _time in range(3):
        told(site, VISITOR, site.submit(), reporter=READER)
    assert cost() == few


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_reader_reports_a_manager_decides_and_the_author_contests_on_pages(
    site: Site, citizen: Actor
) -> None:
    idea = site.submit("Flour", author=citizen)
    reader, manager, author = site.browser(), site.browser(), site.browser()
    manager.sign_in(site.people.manager)
    author.sign_in(site.people.citizen)
    page = reader.get(f"/culture/idees/{idea.id}", follow_redirects=True).text
    address = f"/culture/signaler/idea:{idea.id}"
    assert address in page
    values = {"ground": "insult", "explanation": INSULT, "email": "nobody", "name": "Renée"}
    refused = reader.submit(address, address, **values, good_faith="y")
    assert refused.status_code == 422
    assert INSULT in refused.text
    sent = reader.submit(
        address, address, **{**values, "email": "renee@example.org"}, good_faith="y"
    )
    state = reader.get(sent.location)
    assert state.headers["Cache-Control"] == "no-store, private"
    desk = manager.get("/culture/gestion/").text
    assert "/culture/gestion/signalements" in desk
    form = f"/culture/gestion/signalements/idea:{idea.id}"
    assert INSULT in manager.get(form).text
    assert "Renée" in manager.get(form).text
    assert reader.get(form).status_code == 302
    manager.submit(form, form, outcome="hidden", reason="Règle 2.")
    assert "Règle 2." in reader.get(sent.location).text
    gone = reader.get(f"/culture/idees/{idea.id}")
    assert gone.status_code == 410
    statement = f"/culture/moderation/decisions/idea:{idea.id}"
    assert statement in gone.text
    assert "contester" in author.get(statement).text
    contest = f"{statement}/contester"
    author.submit(contest, contest, words="C’est une citation.")
    queue = manager.get("/culture/gestion/signalements").text
    assert "/culture/gestion/contestations/1" in queue
    own = manager.get("/culture/gestion/contestations/1").text
    assert "C’est une citation." in own
    assert 'name="verdict"' not in own
    other = site.browser()
    other.sign_in(site.people.administrator)
    judge = "/culture/gestion/contestations/1"
    other.submit(judge, judge, verdict="reversed", reason="Une citation, en effet.")
    assert reader.get(f"/culture/idees/{idea.id}", follow_redirects=True).status_code == 200


def test_who_reported_is_forgotten_six_months_after_the_decision_but_while_an_appeal_waits(
    site: Site, citizen: Actor, manager: Actor, clock: FrozenClock
) -> None:
    done, held = site.submit("Flour", author=citizen), site.submit("Bread", author=citizen)
    for idea in (done, held):
        told(site, VISITOR, idea, reporter=READER)
        decided(site, manager, idea, "kept")
    with site.writing() as session:
        (second,) = session.scalars(select(Report).where(Report.subject == f"idea:{held.id}"))
        appeals.contest_report(session, VISITOR, site.service, second, "Read it again.")
        begin_all(session, get_event_core(site.app))
    clock.advance(days=170)
    site.drain()
    assert len(_reporters(site)) == 2
    clock.advance(days=20)
    site.drain()
    assert _reporters(site) == [(f"idea:{held.id}", READER.name, READER.email)]


def _reporters(site: Site) -> list[tuple[str, str, str]]:
    with site.reading() as session:
        rows = session.execute(
            select(Report.subject, Report.name, Report.email).where(Report.explanation != "")
        )
        return [tuple(row) for row in rows]
