"""The journal: who decided what and when, from the log, in sentences."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import eak_core.app  # noqa: F401  # every room's events are declared when it is imported
from eak_core.admin.journal import Asked, all_lines, lines
from eak_core.admin.journal_sentences import KINDS, SAYERS, Words
from eak_core.events import CORE
from eak_core.ideas.deciding.transitions import change_stage, stage_graph
from eak_core.ideas.models import Idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor

GOLDEN = Path(__file__).parents[1] / "golden"
#: Facts that nobody decides about a service, or that are told of people to nobody else.
NO_DECISIONS = {
    "idea.submitted", "idea.edited", "idea.withdrawn", "content.reported", "content.appealed",
    "file.added", "file.described", "file.removed", "person.joined", "person.erased",
    "person.renamed", "event.retried", "event.skipped", "key.published", "key.ended",
    "idea.promise_near", "idea.promise_passed", "idea.coauthor_joined", "idea.coauthor_left",
}  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"])
def test_every_event_of_the_core_is_a_decision_with_a_sentence_or_is_none(site: Site) -> None:
    told = {name for _title, names in KINDS.values() for name in names}
    assert told == set(SAYERS)
    assert told | NO_DECISIONS == {each.name for each in CORE.events}
    assert told & NO_DECISIONS == set()
    with site.app.test_request_context():
        words = Words({}, {}, stage_graph(frozenset()), {})
        for name in told:
            written = json.loads((GOLDEN / f"{name}.v1.json").read_text("utf-8"))
            assert SAYERS[name](written["data"], words).strip(), name


def screened(site: Site, title: str) -> Idea:
    """An idea that the manager takes into screening."""
    idea, manager = site.submit(title), site.people.actor(site.people.manager)
    with site.writing() as session:
        held = session.get_one(Idea, idea.id)
        change_stage(session, manager, site.service, frozenset(), held, "screening", "It begins.")
    return idea


def test_it_says_who_decided_what_by_kind_and_day_and_names_nobody_who_was_erased(
    site: Site, manager: Actor, clock: FrozenClock
) -> None:
    clock.set(datetime(2026, 3, 1, 12, tzinfo=UTC))
    idea = screened(site, "Flour")
    clock.set(datetime(2026, 3, 8, 12, tzinfo=UTC))
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{idea.id}", "Rule 2.")

    def said(**asked: object) -> list[str]:
        with site.reading() as session:
            found, _more = lines(session, site.service, Asked(**asked))  # type: ignore[arg-type]
            return [f"{each.who} – {each.what}" for each in found]

    hidden = f"{manager.name} – Texte masqué – Flour"
    moved = f"{manager.name} – « Flour » passe de « Déposée » à « À l’examen »".replace(
        "« ", "«\u202f"
    ).replace(" »", "\u202f»")
    everything = said()
    assert everything[:2] == [hidden, moved]
    assert said(kind="moderation") == [hidden]
    assert said(kind="ideas") == [moved]
    assert said(kind="ideas", since=date(2026, 3, 2)) == []
    assert said(until=date(2026, 3, 7))[0] == moved
    assert said(until=date(2020, 1, 1)) == []
    with site.writing() as session:
        erase_person(session, Actor.system(), site.people.manager.id)
    assert manager.name not in str(said())


def test_it_goes_on_page_by_page_and_as_a_file(site: Site, manager: Actor) -> None:
    for number in range(5):
        screened(site, f"Flour {number}")
    with site.reading() as session:
        asked, seen = Asked("ideas"), []
        while True:
            found, beyond = lines(session, site.service, asked, 2)
            seen += [each.what for each in found]
            if beyond is None:
                break
            asked = Asked("ideas", beyond=beyond)
        assert len(seen) == 5
        assert [each.what for each in all_lines(session, site.service, Asked("ideas"))] == seen
        with Queries(site.app) as few:
            lines(session, site.service, Asked(), 1)
        with Queries(site.app) as many:
            lines(session, site.service, Asked())
        assert few.count == many.count


@pytest.mark.parametrize("database", ["sqlite"])
def test_managers_read_that_of_their_service_and_administrators_that_of_the_site(
    site: Site, citizen: Actor
) -> None:
    screened(site, "Flour")
    answers = {}
    for person in (site.people.citizen, site.people.manager, site.people.administrator):
        browser = site.browser()
        browser.sign_in(person)
        answers[person.id] = [
            browser.get(path).status_code
            for path in ("/culture/gestion/journal", "/culture/gestion/journal.csv",
                         "/admin/journal", "/admin/journal.csv")
        ]  # fmt: skip
    assert list(answers.values()) == [[403] * 4, [200, 200, 403, 403], [200] * 4]
    browser = site.browser()
    browser.sign_in(site.people.manager)
    page = browser.get("/culture/gestion/journal?quoi=ideas&depuis=2020-01-01").text
    assert "Flour" in page
    assert "Flour" in browser.get("/culture/gestion/journal.csv?quoi=ideas").text
    for wrong in ("quoi=x", "depuis=x", "avant=x", "avant=" + "9" * 40):
        assert browser.get(f"/culture/gestion/journal?{wrong}").status_code in {200, 422}, wrong
