"""Passkeys: added with the password, shown in its place or after it, and taken away."""

import re

import pytest
from sqlalchemy import select

from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.people.models import Passkey
from tests.core.accounts import last_letter, sign_in
from tests.core.authenticator import Authenticator
from tests.core.test_second_factor import PAGE, RECOVERY, signed_in

ADD, SHOW = "/compte/cles/ajouter", "/compte/cle"


def add(client: Browser, key: Authenticator, name: str = "My phone", **other: str) -> str:
    page = client.get(ADD).text
    form = client.read(ADD).form(ADD)
    page = client.get(ADD).text
    values = {"name": name, "password": PASSWORD, "credential": key.make(page), **other}
    return client.post(form.action, data=form.filled(values)).text


def show(client: Browser, key: Authenticator, **other: str) -> int:
    form = client.read(SHOW).form(SHOW)
    page = client.get(SHOW).text
    answer = client.post(form.action, data=form.filled({"credential": key.show(page, **other)}))
    return answer.status_code


def passkeys(site: Site) -> list[str]:
    with site.reading() as session:
        return list(session.scalars(select(Passkey.name).order_by(Passkey.id)))


def test_a_passkey_opens_the_account_and_is_asked_for_after_the_password(
    site: Site, people: People, client: Browser
) -> None:
    email, phone, stick = str(people.citizen.email), Authenticator(1), Authenticator(2)
    client.sign_in(people.citizen)
    elsewhere = site.browser()
    elsewhere.sign_in(people.citizen)
    assert "erroné" in add(client, phone, password="not the password")
    assert passkeys(site) == []
    codes = re.findall(r'<code translate="no">([0-9a-f-]+)</code>', add(client, phone))
    assert codes, "the first second factor comes with recovery codes"
    assert not signed_in(elsewhere)
    assert last_letter(site).to == email
    add(client, stick, "My stick")
    assert passkeys(site) == ["My phone", "My stick"]

    # In the place of the password; a stranger's key, another site's or an old answer is none.
    assert show(elsewhere, Authenticator(3)) == 422
    assert show(elsewhere, phone, origin="http://elsewhere.example") == 422
    form, page = elsewhere.read(SHOW).form(SHOW), elsewhere.get(SHOW).text
    answer = form.filled({"credential": phone.show(page)})
    assert elsewhere.post(SHOW, data=answer).status_code == 302
    assert signed_in(elsewhere)
    elsewhere.sign_out()
    assert elsewhere.post(SHOW, data=answer).status_code in {400, 422}, "an answer holds once"

    # After it: the password alone opens nothing, and another person's passkey neither.
    third = site.browser()
    assert sign_in(third, email).location.startswith(SHOW)
    assert not signed_in(third)
    other = site.browser()
    other.sign_in(people.agent)
    strangers = Authenticator(4)
    add(other, strangers)
    assert show(third, strangers) == 422
    assert third.submit(RECOVERY, RECOVERY, code=codes[0]).status_code == 302

    # The last one that goes leaves the password alone.
    for name in ("My phone", "My stick"):
        links = re.findall(r'href="(/compte/cles/\d+/retirer)"', client.get(PAGE).text)
        assert client.submit(links[0], links[0], password="not the password").status_code == 422
        assert client.submit(links[0], links[0], password=PASSWORD).status_code == 302, name
    assert sign_in(site.browser(), email).location == "/"


@pytest.mark.parametrize("database", ["sqlite"])
def test_without_javascript_the_page_says_what_to_do(people: People, client: Browser) -> None:
    client.sign_in(people.citizen)
    answer = client.submit(ADD, ADD, name="My phone", password=PASSWORD)
    assert answer.status_code == 422
    assert "application fonctionne partout" in answer.text
