"""What administrators look up about a person is on record, and that person reads it."""

import pytest

from eak_core.events import SITE, read_log
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.people.accounts.consulting import consultations_of, shortened
from eak_core.people.accounts.personal_data import export_person
from tests.core.desk import signed_in


@pytest.fixture
def desk(site: Site, people: People) -> Browser:
    return signed_in(site, people.administrator)


def consulted(site: Site, person_id: int) -> list[str]:
    with site.reading() as session:
        return [each.by for each in consultations_of(session, person_id)]


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_address_is_shown_to_who_asked_for_ten_minutes_and_each_time_is_read(
    site: Site, people: People, desk: Browser, clock: FrozenClock
) -> None:
    citizen, place = people.citizen, f"/admin/personnes/{people.citizen.id}"
    address = str(citizen.email)
    assert address not in desk.get(place).text
    assert consulted(site, citizen.id) == []
    assert desk.submit(place, "/fiche").location == place
    assert address in desk.get(place).text
    other = f"/admin/personnes/{people.agent.id}"
    assert str(people.agent.email) not in desk.get(other).text
    clock.advance(minutes=10, seconds=1)
    assert address not in desk.get(place).text
    desk.submit(place, "/fiche")
    assert consulted(site, citizen.id) == [people.administrator.name] * 2
    own = signed_in(site, citizen)
    assert own.get("/compte/?lang=en").text.count(f"<li>{people.administrator.name}, on ") == 2
    with site.reading() as session:
        copy = export_person(session, people.actor(citizen), citizen.id)
        assert [each["by"] for each in copy["consulted"]] == [people.administrator.name] * 2
        (first, _second) = read_log(session, SITE, types=["person.consulted"])
    assert address not in str(first.data)
    assert "was looked up" in desk.get("/admin/journal?lang=en").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_search_tells_people_apart_without_their_addresses(
    people: People, desk: Browser
) -> None:
    page = desk.submit("/admin/personnes/", text=people.citizen.name).text
    assert shortened(people.citizen.email) in page
    assert str(people.citizen.email) not in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_ones_own_account_is_nobodys_business(site: Site, people: People, desk: Browser) -> None:
    place = f"/admin/personnes/{people.administrator.id}"
    assert str(people.administrator.email) in desk.get(place).text
    assert consulted(site, people.administrator.id) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_else_asks(site: Site, people: People) -> None:
    manager = signed_in(site, people.manager)
    token = manager.read("/").form("/deconnexion").filled({})["csrf_token"]
    answer = manager.post(f"/admin/personnes/{people.citizen.id}/fiche", data={"csrf_token": token})
    assert answer.status_code == 403
    assert consulted(site, people.citizen.id) == []


@pytest.mark.parametrize(
    ("address", "said"),
    [("ada@example.org", "a…@example.org"), ("a@b.example", "a…@b.example"), (None, "")],
)
def test_a_shortened_address(address: str | None, said: str) -> None:
    assert shortened(address) == said
