"""Questions are passed on without an address; the yearly report is about nobody."""

import pytest

from eak_ambassadors.meeting import asking, reported, reporting
from eak_ambassadors.models import Request
from eak_ambassadors.recognition import terms
from eak_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.models import Person
from eak_core.permissions import Actor
from tests.plugins.ambassadors.process import Process

#: What these steps write is proved on both databases in the tests of the process.
pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def process(site: Site, clock: FrozenClock) -> Process:
    made = Process(site)
    made.recognised()
    clock.advance(hours=4)
    return made


def let_ask(process: Process) -> None:
    actor = process.actor(process.site.people.agent)
    with process.site.writing() as session:
        terms.present(
            session, actor, process.site.service, shown=False, words="",
            knows="How one *stops* a trial.",
        )  # fmt: skip


def ask(process: Process, by: Person | None = None, question: str = "How does it *end*?") -> int:
    actor = process.actor(by or process.colleagues[0])
    with process.site.writing() as session:
        found = asking.who_answers(session, process.site.service, 1)
        return asking.ask(session, actor, process.site.service, found, question)


def answer(process: Process, number: int, by: Person, words: str = "In *good* order.") -> None:
    actor = process.actor(by)
    with process.site.writing() as session:
        asking.answer(session, actor, process.site.service, number, words)


def test_nobody_is_in_the_directory_who_has_not_said_so(process: Process) -> None:
    with pytest.raises(NotFound):
        ask(process)
    browser = process.site.browser()
    browser.sign_in(process.colleagues[0])
    name = process.site.people.agent.name
    assert name not in browser.get("/culture/ambassadeurs/annuaire").text
    let_ask(process)
    assert name in browser.get("/culture/ambassadeurs/annuaire").text
    assert name not in process.site.browser().get("/culture/ambassadeurs/").text
    visitor = process.site.browser().get("/culture/ambassadeurs/annuaire")
    assert visitor.status_code in (302, 403)


def test_a_question_is_passed_on_without_an_address(process: Process) -> None:
    site, colleague = process.site, process.colleagues[0]
    let_ask(process)
    number = ask(process, colleague)
    answer(process, number, site.people.agent)
    site.drain()
    letters = [mail for mail in site.sent if "demande" in mail.text]
    asked, answered = letters[-2:]
    assert (asked.to, answered.to) == (site.people.agent.email, colleague.email)
    assert "How does it *end*?" in asked.text
    assert "In *good* order." in answered.text
    assert (colleague.email or "") not in asked.text
    assert (site.people.agent.email or "") not in answered.text
    with pytest.raises(Conflict):
        answer(process, number, site.people.agent)


def test_a_question_is_between_the_two_of_them(process: Process) -> None:
    site = process.site
    let_ask(process)
    number = ask(process)
    for person in (process.colleagues[1], site.people.manager, site.people.administrator):
        with pytest.raises(NotFound):
            answer(process, number, person)
        browser = site.browser()
        browser.sign_in(person)
        assert browser.get(f"/culture/ambassadeurs/demandes/{number}").status_code == 404
    with pytest.raises(NotFound):
        answer(process, number, process.colleagues[0])
    with pytest.raises(Forbidden):
        ask(process, site.people.citizen)
    with pytest.raises(Refused):
        ask(process, site.people.agent)
    with pytest.raises(Invalid):
        ask(process, question=" ")


def test_so_many_questions_wait_and_no_more(process: Process) -> None:
    let_ask(process)
    for _each in range(asking.MOST_WAITING):
        ask(process)
    with pytest.raises(Refused):
        ask(process)
    assert ask(process, process.colleagues[1])


def test_questions_go_with_their_author_and_nobody_answers_who_has_left(process: Process) -> None:
    let_ask(process)
    first, second = ask(process), ask(process, process.colleagues[1])
    with process.site.writing() as session:
        erase_person(session, Actor.system(), process.colleagues[0].id)
    with process.site.reading() as session:
        assert session.get(Request, first) is None
    process.leave()
    with pytest.raises(NotFound):
        answer(process, second, process.site.people.agent)
    with pytest.raises(NotFound):
        ask(process)


def test_the_year_is_counted_from_the_log_and_no_erasure_changes_it(
    process: Process, clock: FrozenClock
) -> None:
    site, year = process.site, clock.now.year

    def figures(of: int) -> dict[str, int]:
        with site.reading() as session:
            return dict(reporting.report(session, site.service.id, of).facts)

    expected = dict.fromkeys(reporting.FACTS, 0) | {
        "nominated": 1, "consented": 1, "endorsed": 2, "jury_drawn": 1, "recognised": 1,
    }  # fmt: skip
    assert figures(year) == expected
    assert figures(year - 1) == dict.fromkeys(reporting.FACTS, 0)
    with site.writing() as session:
        erase_person(session, Actor.system(), site.people.citizen.id)
        erase_person(session, Actor.system(), site.people.agent.id)
    assert figures(year) == expected | {"left": 1}
    browser = site.browser()
    browser.sign_in(site.people.manager)
    page = "/culture/gestion/ambassadeurs/bilan"
    assert browser.get(page).status_code == 200
    assert browser.get(f"{page}?annee=1999").status_code == 404
    assert browser.get(f"{page}?annee={year + 1}").status_code == 404


def test_what_an_ambassador_says_is_reported_and_hidden_like_any_text(process: Process) -> None:
    site, subject = process.site, "ambassadors.ambassador:1"
    actor, browser = process.actor(site.people.agent), site.browser()
    with site.writing() as session:
        terms.present(
            session, actor, site.service, shown=True, words="My *own* words.", knows="Trials."
        )  # fmt: skip
    page = browser.get("/culture/ambassadeurs/1")
    assert f"/culture/signaler/{subject}" in page.text
    with site.reading() as session:
        (thing,) = reported.things(session, site.service, [subject, "idea:1"]).values()
    assert (thing.text, thing.author_id) == ("My *own* words.\n\nTrials.", actor.person_id)
    with site.writing() as session:
        hide(session, process.actor(site.people.manager), site.service, subject, "It names others.")
    gone = browser.get("/culture/ambassadeurs/1")
    assert gone.status_code == 410
    assert "It names others." in gone.text
    assert "own" not in browser.get("/culture/ambassadeurs/").text
    with pytest.raises(NotFound):
        ask(process)
    own = site.browser()
    own.sign_in(site.people.agent)
    assert "My *own* words." in own.get("/culture/ambassadeurs/moi").text
