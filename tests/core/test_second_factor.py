"""The second factor: set up, asked for at each way in, lost, taken off, asked of who decides."""

import html
import re
from typing import Any

import pytest
from passlib.totp import TOTP
from sqlalchemy import select

from eak_core import clock as platform_clock
from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.credentials.second_factor import RECOVERY_CODES, reset
from eak_core.people.models import Person, RecoveryCode
from eak_core.permissions import Actor
from eak_core.services.models import Service
from tests.core.accounts import last_letter, link_in, register, sign_in, site_events, taken_copy

PAGE = "/compte/second-facteur"
CODE = "/compte/code"
RECOVERY = "/compte/code-de-secours"


class Phone:
    """An application for codes, which has read the key of the page."""

    def __init__(self, page: str) -> None:
        found = re.search(r'<code translate="no">([^<]+)</code>', page)
        assert found, page
        self._totp = TOTP(key=found[1])

    def code(self) -> str:
        return str(self._totp.generate(time=platform_clock.now().timestamp()).token)


def set_up(client: Browser, **more: Any) -> tuple[Phone, list[str]]:
    phone = Phone(client.get(PAGE).text)
    answer = client.submit(PAGE, PAGE, code=phone.code(), password=PASSWORD, **more)
    assert answer.status_code == 200, answer.text
    return phone, re.findall(r'<code translate="no">([0-9a-f-]+)</code>', answer.text)


def kept(site: Site, person: Person) -> Person:
    with site.reading() as session:
        found = session.get_one(Person, person.id)
        assert found.tf_totp_secret is None or "enckey" in found.tf_totp_secret
        return found


def signed_in(client: Browser) -> bool:
    return client.get("/compte/").status_code == 200


def test_a_code_is_asked_for_at_each_way_in_and_taken_once(
    site: Site, people: People, client: Browser, clock: FrozenClock
) -> None:
    person, elsewhere = people.citizen, site.browser()
    elsewhere.sign_in(person)
    client.sign_in(person)
    phone = Phone(client.get(PAGE).text)
    for wrong in ({"code": "12345é", "password": PASSWORD}, {"code": "", "password": PASSWORD},
                  {"code": phone.code(), "password": "not the password"}):  # fmt: skip
        assert client.submit(PAGE, PAGE, **wrong).status_code == 422
    assert kept(site, person).secured_at is None
    phone, codes = set_up(client)
    assert len(set(codes)) == RECOVERY_CODES
    assert client.get(CODE).location == "/compte/"
    assert signed_in(client)
    assert not signed_in(elsewhere), "sessions elsewhere end"
    assert last_letter(site).to == person.email
    assert site_events(site)[-1] == ("person.secured", f"person:{person.id}", person.id)

    # The code that set it up opens nothing, nor does one twice.
    answer = sign_in(elsewhere, str(person.email))
    assert answer.location.startswith(CODE)
    assert not signed_in(elsewhere), "the password alone opens nothing"
    assert elsewhere.submit(CODE, CODE, code=phone.code()).status_code == 422
    clock.advance(seconds=60)
    used = phone.code()
    assert elsewhere.submit(CODE, CODE, code=f"{used[:3]} {used[3:]}").status_code == 302
    assert signed_in(elsewhere)
    another = site.browser()
    sign_in(another, str(person.email))
    assert another.submit(CODE, CODE, code=used).status_code == 422
    # Another password, chosen by mail, is no way around it.
    another.submit("/compte/mot-de-passe", "/mot-de-passe", email=person.email)
    path, new = link_in(last_letter(site)), "another long sentence of words"
    another.submit(path, path, password=new, password_confirm=new)
    assert sign_in(another, str(person.email), new).location.startswith(CODE)
    assert not signed_in(another)


def test_a_recovery_code_opens_the_account_once_and_its_owner_takes_the_factor_off(
    site: Site, people: People, client: Browser, clock: FrozenClock
) -> None:
    client.sign_in(people.citizen)
    _phone, codes = set_up(client)
    first = site.browser()
    assert first.get(RECOVERY).status_code == 302, "not before the password"
    sign_in(first, str(people.citizen.email))
    assert first.submit(RECOVERY, RECOVERY, code="0000-0000-0000").status_code == 422
    assert first.submit(RECOVERY, RECOVERY, code=f" {codes[3].upper()} ").status_code == 302
    assert signed_in(first)
    second = site.browser()
    sign_in(second, str(people.citizen.email))
    assert second.submit(RECOVERY, RECOVERY, code=codes[3]).status_code == 422

    renew, end = f"{PAGE}/codes", f"{PAGE}/arreter"
    assert client.submit(renew, renew, password="not the password").status_code == 422
    fresh = client.submit(renew, renew, password=PASSWORD).text
    assert codes[4] not in fresh
    assert second.submit(RECOVERY, RECOVERY, code=codes[4]).status_code == 422
    assert client.submit(end, end, password="not the password").status_code == 422
    assert kept(site, people.citizen).secured_at is not None
    assert client.submit(end, end, password=PASSWORD).status_code == 302
    assert last_letter(site).to == people.citizen.email
    person = kept(site, people.citizen)
    assert (person.secured_at, person.tf_totp_secret, person.tf_primary_method) == (None,) * 3
    assert sign_in(site.browser(), str(person.email)).location == "/"


@pytest.mark.parametrize("database", ["sqlite"])
def test_confirming_an_address_is_no_way_around_the_code(site: Site, client: Browser) -> None:
    # An account that asks for a code, and whose address waits for its confirmation again.
    register(client)
    path = link_in(last_letter(site))
    with site.writing() as session:
        person = session.scalars(select(Person)).one()
        person.secured_at, person.tf_primary_method = platform_clock.now(), "authenticator"
        person.tf_totp_secret = site.app.extensions["security"].totp_factory.generate_totp_secret()
    assert client.submit(path, path, password=PASSWORD).location.startswith(CODE)
    assert not signed_in(client)


@pytest.mark.parametrize("database", ["sqlite"])
def test_codes_are_counted_for_the_account_whoever_tries(
    sites: Sites, database: str, clock: FrozenClock
) -> None:
    site = sites.make((), rate_limits=True)
    owner = site.browser()
    owner.sign_in(site.people.citizen)
    set_up(owner)
    answers = []
    for number in range(11):
        client = site.browser()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        sign_in(client, str(site.people.citizen.email))
        page = (CODE, RECOVERY)[number % 2]
        answers.append(client.submit(page, page, code="123456").status_code)
    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize("database", ["sqlite"])
def test_roles_wait_for_a_second_factor_where_the_instance_asks_for_it(
    sites: Sites, database: str, clock: FrozenClock
) -> None:
    site = sites.make((), second_factor_required=True)
    manager, client = site.people.manager, site.browser()
    desk = "/culture/gestion/"
    client.sign_in(manager)
    led = client.get(desk)
    assert led.status_code == 302
    assert led.location.startswith(PAGE)
    page = client.get(led.location)
    assert "mot de passe ne doit pas décider" in html.unescape(page.text)
    form = client.read(led.location).form(PAGE)
    token = form.filled({})["csrf_token"]
    # What was open before the instance asked for it, or is sent without its page, is refused.
    invitation = {"csrf_token": token, "email": "friend@example.org"}
    refused = client.post(f"{desk}equipe/invitations", data=invitation)
    assert refused.status_code == 403
    assert "double authentification" in refused.text
    # So too where the service is no other reader's, and of a service that is none.
    with site.writing() as session:
        session.get_one(Service, site.service.id).audience = "internal"
    internal, none = (
        client.post(f"/{slug}/gestion/equipe/invitations", data=invitation)
        for slug in ("culture", "nowhere")
    )
    assert (internal.status_code, none.status_code) == (403, 403)
    # But for the token, which tells the second in which it was made.
    said = [re.sub(r'value="[^"]+"', "", each.text) for each in (internal, none)]
    assert said[0] == said[1].replace("nowhere", "culture")
    assert "double authentification" in none.text
    assert client.get(desk).location.startswith(PAGE)
    answer = client.post(
        form.action, data=form.filled({"code": Phone(page.text).code(), "password": PASSWORD})
    )
    assert f'href="{desk}"' in answer.text
    assert client.get(desk).status_code == 200
    # Who holds no role is asked for nothing, and learns of no such service.
    citizen = site.browser()
    citizen.sign_in(site.people.citizen)
    assert citizen.get("/culture/").status_code == 404
    with site.writing() as session:
        session.get_one(Service, site.service.id).audience = "public"
    assert citizen.get("/culture/").status_code == 200
    # An operator takes it off, and the rights wait again.
    with site.writing() as session:
        reset(session, Actor.system(), session.get_one(Person, manager.id))
    assert client.get(desk).location.startswith(PAGE)


def test_an_erasure_leaves_nothing_of_it(
    site: Site, people: People, client: Browser, clock: FrozenClock
) -> None:
    client.sign_in(people.citizen)
    set_up(client)
    copy = taken_copy(client)[0]
    assert copy["account"]["recovery_codes_left"] == RECOVERY_CODES
    assert "enckey" not in str(copy)
    with site.writing() as session:
        erase_person(session, Actor.system(), people.citizen.id)
    person = kept(site, people.citizen)
    assert (person.secured_at, person.tf_totp_secret, person.totp_counter) == (None,) * 3
    with site.reading() as session:
        assert session.scalars(select(RecoveryCode)).all() == []
