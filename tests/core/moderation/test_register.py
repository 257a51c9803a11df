"""The charter of a service, and the public register of its moderation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eak_core.errors import Conflict, Forbidden, Invalid
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.moderation import appeals
from eak_core.moderation.charter import change_charter, charter_text
from eak_core.moderation.decisions import hide
from eak_core.moderation.register import Counted, median_delay, year_of
from eak_core.moderation.reports import Reporter, decide, report
from eak_core.permissions import Actor

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "half"), [([], None), ([5], 5), ([1, 9], 5), ([1, 2, 90], 2), ([0, 0, 0, 4], 0)]
)
def test_the_median_is_the_one_in_the_middle(hours: list[int], half: Any) -> None:
    spans = [(BEGIN, BEGIN + timedelta(hours=each)) for each in hours]
    assert median_delay(spans) == (None if half is None else timedelta(hours=half))


def test_the_register_counts_a_year_and_names_nobody(
    site: Site, citizen: Actor, manager: Actor, clock: FrozenClock
) -> None:
    clock.set(datetime(2026, 12, 30, 12, tzinfo=UTC))
    with site.writing() as session:
        session.get_one(type(site.service), site.service.id).created_at = clock.now
    ideas = [site.submit(f"Flour {number}", author=citizen) for number in range(4)]
    made = []
    for idea in ideas:
        clock.advance(hours=10)  # the last one is of the next year, in Paris
        with site.writing() as session:
            made.append(
                report(
                    session, Actor.visitor(), site.service, f"idea:{idea.id}", ground="insult",
                    explanation="A thief, it says.", reporter=Reporter("Renée", "r@example.org"),
                )
            )  # fmt: skip
    for number, outcome in ((0, "hidden"), (1, "kept")):
        clock.advance(hours=10)
        with site.writing() as session:
            decide(session, manager, site.service, f"idea:{ideas[number].id}", outcome, "Rule 2.")
    with site.writing() as session:
        held = session.get_one(type(made[1]), made[1].id)
        appeals.contest_report(session, Actor.visitor(), site.service, held, "Read it again.")
    with site.reading() as session:
        year, following = (year_of(session, site.service.id, each) for each in (2026, 2027))
    assert year.grounds["insult"] == Counted(received=3, hidden=1, kept=1)
    assert year.total == Counted(received=3, hidden=1, kept=1)
    assert year.median == timedelta(hours=40)
    assert (year.appeals, following.appeals) == (0, 1)
    assert following.total == Counted(received=1)
    visitor = site.browser()
    assert "Rule 2." not in visitor.get("/culture/moderation?annee=2026").text
    page = visitor.get("/culture/moderation?annee=2027").text
    assert "Rule 2." in page
    assert "Renée" not in page
    assert "Flour" not in page
    assert "thief" not in page
    table = visitor.get("/culture/moderation.csv?annee=2026").text
    assert "3,1,1,0" in table
    assert "Personnes averties,0,,," in table.replace(";", ",")
    for typed in ("2025", "2028", "x", "9" * 30):
        assert visitor.get(f"/culture/moderation?annee={typed}").status_code == 404


def test_a_service_has_a_charter_from_the_beginning_and_its_own_once_it_is_written(
    site: Site, citizen: Actor, manager: Actor
) -> None:
    visitor = site.browser()
    for path in ("/culture/", "/culture/nothing", "/culture/charte"):
        assert 'href="/culture/charte"' in visitor.get(path).text, path
    usual = visitor.get("/culture/charte")
    assert "Ce qui est masqué" in usual.text
    form = "/culture/gestion/charte"
    browser = site.browser()
    browser.sign_in(site.people.manager)
    browser.submit(form, form, text="Soyez **brefs**.")
    page = visitor.get("/culture/charte")
    assert "<strong>brefs</strong>" in page.text
    assert page.headers["ETag"] != usual.headers["ETag"]

    def change(actor: Actor, text: str, seen: str | None = None) -> None:
        with site.writing() as session:
            change_charter(session, actor, site.service, text, seen=seen)

    for actor, text, error in (
        (citizen, "Mine.", Forbidden),
        (manager, "x" * 20_001, Invalid),
    ):
        with pytest.raises(error):
            change(actor, text)
    with pytest.raises(Conflict):
        change(manager, "Longs.", seen="text:000000000000")
    change(manager, " ")
    with site.reading() as session:
        assert "Ce qui est masqué" in charter_text(session, site.service)


def test_what_is_hidden_in_one_service_is_in_no_other_register(site: Site, manager: Actor) -> None:
    idea = site.submit("Flour")
    site.add_service("routes")
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{idea.id}", "Rule 2.")
    visitor = site.browser()
    assert "Rule 2." in visitor.get("/culture/moderation").text
    assert "Rule 2." not in visitor.get("/routes/moderation").text
    assert visitor.get(f"/routes/moderation/decisions/idea:{idea.id}").status_code == 404
