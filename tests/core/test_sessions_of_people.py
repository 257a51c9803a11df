"""Sessions: how long they last, and what their owner sees and ends."""

import re

import pytest
from sqlalchemy import func, select

from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.people.credentials.sessions import browser_name
from eak_core.people.models import PersonSession
from eak_core.permissions import Actor
from eak_core.services.models import Service
from tests.core.accounts import sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile"
    " Safari/537.36"
)


@pytest.fixture
def site(sites: Sites) -> Site:
    """A site whose sessions end as they do by default."""
    return sites.make((), session_idle=12 * 3600, session_lifetime=7 * 24 * 3600)


def with_agent(site: Site, agent: str) -> Browser:
    client = site.browser()
    client.environ_base["HTTP_USER_AGENT"] = agent
    return client


def is_signed_in(client: Browser) -> bool:
    return client.get("/compte/").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_session_ends_when_nobody_uses_it_and_not_while_somebody_does(
    people: People, client: Browser, clock: FrozenClock
) -> None:
    client.sign_in(people.citizen)
    for _hour in range(3):
        clock.advance(hours=11, minutes=50)
        assert is_signed_in(client)
    clock.advance(hours=12)
    assert not is_signed_in(client)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_page_that_asks_by_itself_keeps_no_session_open(
    service: Service, people: People, client: Browser, clock: FrozenClock
) -> None:
    client.sign_in(people.citizen)
    clock.advance(hours=11)
    assert client.get("/culture/idees.json").status_code == 200
    clock.advance(hours=1)
    assert not is_signed_in(client)


def test_a_session_in_use_ends_after_a_week_on_the_server_as_well(
    site: Site, people: People, client: Browser, clock: FrozenClock
) -> None:
    client.sign_in(people.citizen)
    for _half_day in range(15):
        clock.advance(hours=11)
        assert is_signed_in(client)
    clock.advance(hours=4)
    assert not is_signed_in(client)


@pytest.mark.parametrize("database", ["sqlite"])
def test_how_long_sessions_last_is_for_the_operator_to_say(
    site: Site, people: People, client: Browser, clock: FrozenClock
) -> None:
    config = site.app.extensions["eak_config"]
    site.app.extensions["eak_config"] = type(config)(
        **{name: getattr(config, name) for name in config.__struct_fields__}
        | {"session_idle": 600, "session_lifetime": 900}
    )
    client.sign_in(people.citizen)
    clock.advance(seconds=590)
    assert is_signed_in(client)
    clock.advance(seconds=310)
    assert not is_signed_in(client)


def test_a_copy_of_a_cookie_is_worth_no_more_for_being_used(
    site: Site, people: People, client: Browser, clock: FrozenClock
) -> None:
    """The copy is renewed in the thief's browser; what was copied then is not."""
    client.sign_in(people.citizen)
    copied = client.get_cookie("eak")
    assert copied is not None
    clock.advance(hours=11)
    assert is_signed_in(client)
    clock.advance(hours=2)
    thief = site.browser()
    thief.set_cookie("eak", copied.value)
    assert not is_signed_in(thief)
    assert is_signed_in(client)


@pytest.mark.parametrize("database", ["sqlite"])
def test_people_see_where_they_are_signed_in_and_end_it_there(
    site: Site, people: People, clock: FrozenClock
) -> None:
    desk, phone, stranger = (
        with_agent(site, FIREFOX),
        with_agent(site, PHONE),
        with_agent(site, FIREFOX),
    )
    for client in (desk, phone):
        client.sign_in(people.citizen)
    stranger.sign_in(people.agent)
    page = desk.get("/compte/").text
    section = page.partition('id="sessions"')[2].partition("</section>")[0]
    assert re.findall(r"<strong>(.*?)</strong>", section) == ["Chrome, Android", "Firefox, Linux"]
    (number,) = re.findall(r"/compte/sessions/(\d+)/terminer", section)
    answer = stranger.submit("/compte/", "/compte/profil")
    assert answer.status_code == 302
    token = stranger.read("/compte/").form("/compte/profil").filled({})["csrf_token"]
    stranger.post(f"/compte/sessions/{number}/terminer", data={"csrf_token": token})
    assert is_signed_in(phone), "nobody ends the session of another person"
    assert desk.submit("/compte/", f"/sessions/{number}/terminer").status_code == 302
    assert not is_signed_in(phone)
    assert is_signed_in(desk)


def test_people_sign_out_everywhere_else_at_once(site: Site, people: People) -> None:
    browsers = [site.browser() for _ in range(3)]
    for client in browsers:
        client.sign_in(people.citizen)
    assert browsers[1].submit("/compte/", "/terminer-les-autres").status_code == 302
    assert [is_signed_in(each) for each in browsers] == [False, True, False]


def test_a_new_password_an_erasure_and_a_sign_out_leave_no_row(
    site: Site, people: People, client: Browser
) -> None:
    def rows() -> int:
        with site.reading() as session:
            return session.scalar(select(func.count()).select_from(PersonSession)) or 0

    elsewhere = site.browser()
    for browser in (client, elsewhere):
        browser.sign_in(people.citizen)
    assert rows() == 2
    path, new = "/compte/changer-de-mot-de-passe", "another good sentence"
    client.submit(path, path, password=PASSWORD, new_password=new, new_password_confirm=new)
    assert rows() == 1
    client.sign_out()
    assert rows() == 0
    sign_in(client, str(people.citizen.email), new)
    with site.writing() as session:
        data = export_person(session, Actor.system(), people.citizen.id)
        assert [sorted(each) for each in data["sessions"]] == [["begun_at", "browser", "used_at"]]
        erase_person(session, Actor.system(), people.citizen.id)
    assert rows() == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_use_of_a_session_is_noted_by_changes_and_never_by_reading(
    site: Site, people: People, client: Browser, clock: FrozenClock
) -> None:
    client.sign_in(people.citizen)
    clock.advance(hours=2)
    with Queries(site.app) as queries:
        assert is_signed_in(client)
    assert not [each for each in queries.statements if not each.lstrip().startswith("SELECT")]
    client.submit("/compte/", "/compte/profil", name="Camille")
    with site.reading() as session:
        assert session.scalars(select(PersonSession.used_at)).one() == clock.now


@pytest.mark.parametrize("database", ["sqlite"])
def test_signing_out_leaves_nothing_in_the_store_of_the_browser(
    people: People, client: Browser
) -> None:
    client.sign_in(people.citizen)
    answer = client.submit("/", "/compte/deconnexion")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/").headers


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        (PHONE, "Chrome, Android"),
        ("curl/8", ""),
        ("", ""),
        ("<script>" * 10_000 + "Firefox/", ""),
    ],
)
def test_a_browser_is_told_by_two_words_at_most(agent: str, name: str) -> None:
    assert browser_name(agent) == name
