"""The library: what is found, what is shown, and that it costs the same however much there is."""

import pytest
from sqlalchemy import insert

from eak_core.api import subjects_of
from eak_core.kit.testing.site import Site
from eak_experiments.drafting import preparing
from eak_experiments.drafting.saving import today
from eak_experiments.library.finding import Filters, by_commune, by_outcome, listed
from eak_experiments.models import Experiment, TrialPlace
from eak_experiments.protocol import closing as closings
from eak_experiments.protocol import document
from eak_experiments.replicating.importing import take_in
from tests.plugins.experiments.content import accepted, experiment, protocol, record, started
from tests.plugins.experiments.outcome_acts import STOPPED

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
HERE = "/culture/experimentations/"


@pytest.fixture
def here(site: Site, clock) -> Site:
    site.enable("experiments")
    return site


def _many(here: Site, number: int) -> None:
    text, taught = document.written(protocol()), closings.written(STOPPED)
    with here.writing() as session:
        made = session.scalars(
            insert(Experiment).returning(Experiment.id),
            [
                {"service_id": here.service.id, "stage": "closed", "title": f"Trial {n}",
                 "communes": " 92050 ", "draft": text, "closing": taught, "outcome": "stopped",
                 "evidence": n % 5 + 1, "cost": n, "created_at": here.service.created_at}
                for n in range(number)
            ],
        ).all()  # fmt: skip
        session.execute(
            insert(TrialPlace),
            [{"experiment_id": each, "commune": "92050", "service_id": here.service.id}
             for each in made],
        )  # fmt: skip


def test_filters_keep_what_they_say(here: Site) -> None:
    manager = here.people.actor(here.people.manager)
    with here.reading() as session:
        subject = subjects_of(session, here.service.id)[0].code
    ours = started(here, protocol(today(), subjects=(subject,)))
    with here.writing() as session:
        theirs = take_in(session, manager, here.service, record())
    here.drain()
    browser = here.browser()

    def found(query: str) -> tuple[bool, bool]:
        page = browser.read(f"{HERE}?{query}").text
        return f'href="{HERE}{ours}"' in page, f'href="{HERE}{theirs}"' in page

    assert found("") == (True, True)
    assert found("etat=sustained") == (False, True)
    assert found("etat=under_way") == (True, False)
    assert found("preuve=2") == (False, True)
    assert found("cout=11000") == (False, True)
    assert found("commune=92050") == (True, True)
    assert found("commune=92012") == (False, False)
    assert found(f"sujet={subject}") == (True, False)
    assert found("q=ombre") == (False, False)
    assert found("q=afternoons") == (True, True)
    assert browser.get(f"{HERE}?cout=x").status_code == 422


def test_lists_cost_the_same_however_long(here: Site, query_count) -> None:
    _many(here, 30)
    pages = (HERE, f"{HERE}arrets", f"{HERE}chiffres", f"{HERE}?commune=92050&etat=stopped")
    browser = here.browser()
    counted = []
    for _round in range(2):
        for page in pages:
            browser.get(page)
            with query_count() as queries:
                assert browser.get(page, headers={"Cache-Control": "no-cache"}).status_code == 200
            counted.append(queries.count)
        _many(here, 120)
    assert counted[:4] == counted[4:]


def test_feeds_calendar_and_table_tell_the_same(here: Site) -> None:
    number, browser = started(here), here.browser()
    assert "Shade in" in browser.get(f"{HERE}experimentations.atom").text
    events = browser.get(f"{HERE}experimentations.ics").text
    assert events.count("BEGIN:VEVENT") == 3
    table = browser.get(f"{HERE}experimentations.csv").text
    assert f"/culture/experimentations/{number}" in table
    assert "92050" in table


def test_what_is_hidden_leaves_every_page_and_file_and_comes_back(here: Site) -> None:
    agent = here.people.actor(here.people.agent)
    idea_id = accepted(here)
    number = started(here, idea_id=idea_id)
    with here.writing() as session:
        made = experiment(session, number)
        preparing.enter(session, agent, made, agent.person_id or 0, "referent")
    here.drain()
    lists = (
        HERE, f"{HERE}?q=afternoons", f"{HERE}experimentations.atom", f"{HERE}experimentations.ics",
        f"{HERE}experimentations.csv", f"/culture/idees/{idea_id}",
    )  # fmt: skip
    own = (
        f"{HERE}{number}", f"{HERE}{number}/journal", f"{HERE}{number}/mesures.csv",
        f"{HERE}{number}/rapport", f"/api/v1{HERE}{number}.json",
    )  # fmt: skip
    visitor, staff, team = here.browser(), here.browser(), here.browser()
    staff.sign_in(here.people.manager)
    team.sign_in(here.people.agent)

    def seen() -> set[str]:
        return {each for each in lists if f"/experimentations/{number}" in visitor.read(each).text}

    def counted() -> tuple[int, int, int]:
        with here.reading() as session:
            hidden = listed(session, here.service, agent, Filters(state="hidden"))
            sums = (by_outcome(session, here.service.id), by_commune(session, here.service.id))
            first, second = (sum(each.values()) for each in sums)
            return first, second, len(session.scalars(hidden).all())

    shown = seen()
    assert counted() == (1, 1, 1)
    assert shown == set(lists)
    place = f"{HERE}{number}/masquer"
    assert team.get(place).status_code == 403
    assert staff.submit(place, "masquer", reason="").status_code == 422
    assert staff.submit(place, "masquer", reason="It *names* a child.").status_code == 302
    here.drain()
    assert seen() == set()
    assert counted() == (0, 0, 0)
    for each in own:
        answer = visitor.get(each)
        assert answer.status_code == 410
        assert "Shade in" not in answer.text
        assert "names" in answer.text
    assert staff.get(f"/api/v1{HERE}{number}.json").status_code == 410
    assert staff.submit(f"{HERE}{number}/refaire", "refaire", title="Again").status_code == 410
    for reader in (staff, team):
        assert "<em>names</em> a child" in reader.read(f"{HERE}{number}").text
        link = f'href="{HERE}{number}"'
        assert link not in reader.read(HERE).text
        assert (link in reader.get(f"{HERE}?etat=hidden").text) == (reader is staff)
    assert staff.submit(place, "masquer", reason="It did not.").status_code == 302
    here.drain()
    assert seen() == shown
    assert counted() == (1, 1, 1)


def test_how_one_experiments_says_what_the_forms_say(here: Site) -> None:
    page = here.browser().read(f"{HERE}comment-on-experimente").text
    client = here.browser()
    client.sign_in(here.people.manager)
    number = started(here)
    form = client.read(f"{HERE}{number}/protocole/hypotheses/h1").text
    said = "Une phrase qui pourrait se révéler fausse"
    assert said in page
    assert said in form
