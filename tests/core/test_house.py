"""The map of the house: who says which events, and who listens to them."""

import pytest

from eak_core.admin.house import arrows, house_map
from eak_core.events import CORE, Event, EventRegistry, event
from eak_core.events.subscribers import Subscriber
from eak_core.events.subscriptions import Health
from eak_core.kit.testing.site import Site
from tests.core.events.probe import Listener


def handler(*claims: str) -> Subscriber:
    return Subscriber("hear", lambda *_given: None, frozenset(claims), False)


def state(plugin: str, head: int, parked: int, error: str | None, enabled: bool = True) -> Health:
    return Health(plugin, 1, 5, head, 0, enabled, parked, 0, 0, error)


def test_an_arrow_leads_from_who_says_it_to_each_who_listens() -> None:
    gate, bell = Listener("gate"), Listener("bell")
    for owner, name in ((gate, "gate.opened"), (gate, "gate.shut"), (bell, "bell.rung")):
        body = {"__annotations__": {"gate_id": int}, "__doc__": "It was.", "__module__": __name__}
        event(owner, name, version=1, subject="gate:1")(type(Event)("Happened", (Event,), body))
    found = arrows(
        EventRegistry([gate, bell]),
        {
            "bell": (handler("gate.opened"), handler("gate.opened", "bell.rung")),
            "post": (handler("gate."),),
            "deaf": (handler("nobody.said"),),
        },
        [state("bell", 7, 1, None), state("bell", 9, 2, "locked"), state("post", 99, 9, "", False)],
    )
    told = [(a.says, a.hears, a.events, a.lag, a.parked, a.error) for a in found]
    assert told == [
        ("bell", "bell", ("bell.rung",), 6, 3, "locked"),
        ("gate", "bell", ("gate.opened",), 6, 3, "locked"),
        ("gate", "post", ("gate.opened", "gate.shut"), 0, 0, None),
    ]


@pytest.mark.parametrize("database", ["sqlite"])
def test_administrators_see_it_as_a_drawing_and_as_a_table(site: Site) -> None:
    browser = site.browser()
    browser.sign_in(site.people.administrator)
    page = browser.get("/admin/evenements/carte").text
    assert "<svg" in page
    assert "idea.submitted" in page
    assert browser.get("/admin/evenements/carte.svg").text.startswith("<svg")
    with site.app.test_request_context():
        drawn = house_map([], [CORE.name])
    assert [each.name for each in drawn.nodes] == [CORE.name]
