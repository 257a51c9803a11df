"""How often mail goes to one address, names change and copies are made; and that what these answer
and cost says nothing about who has an account."""

from collections.abc import Callable
from typing import Any

import argon2.low_level
import pytest

from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.accounts.account import create_person
from tests.core.accounts import register, sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
ASKING = ("/compte/mot-de-passe", "/compte/confirmation")


def ask(client: Browser, path: str, email: str) -> int:
    return client.submit(path, path.removeprefix("/compte"), email=email).status_code


@pytest.mark.parametrize("email", ["camille.citizen@example.org", "nobody@example.org"])
def test_one_mailbox_gets_so_many_mails_whoever_asks_and_for_whatever(
    sites: Sites, database: str, email: str
) -> None:
    site = sites.make((), rate_limits=True)
    assert site.people.citizen.email == "camille.citizen@example.org"

    def from_another_computer(number: int) -> int:
        client = site.browser()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        if number % 3 == 2:
            return register(client, email=email.upper()).status_code
        return ask(client, ASKING[number % 3], email)

    codes = [from_another_computer(number) for number in range(8)]
    assert [code == 429 for code in codes] == [False] * 6 + [True] * 2
    client = site.browser()
    assert ask(client, ASKING[0], "somebody.else@example.org") == 200


def test_what_is_no_address_is_counted_for_nobody(sites: Sites, database: str) -> None:
    site = sites.make((), rate_limits=True)
    for number in range(35):
        client = site.browser()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        assert sign_in(client, "no address").status_code == 422


def test_names_and_copies_have_their_limits(sites: Sites, database: str) -> None:
    site = sites.make((), rate_limits=True)
    client = site.browser()
    client.sign_in(site.people.citizen)
    renamed = [
        client.submit("/compte/", "/profil", name=f"Camille {number}").status_code
        for number in range(11)
    ]
    assert renamed == [302] * 10 + [429]
    page = "/compte/mes-donnees"
    copied = [client.submit(page, page, password=PASSWORD).status_code for _ in range(11)]
    assert copied == [200] * 10 + [429]


@pytest.mark.parametrize("path", ["/compte/connexion", "/compte/inscription", *ASKING])
def test_every_form_costs_the_same_hashing_for_any_address(
    site: Site, people: People, database: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    for name in ("hash_secret", "verify_secret"):
        original = getattr(argon2.low_level, name)

        def counting(*args: Any, of: Callable[..., Any] = original, **kwargs: Any) -> Any:
            hashed.append(of.__name__)
            return of(*args, **kwargs)

        monkeypatch.setattr(argon2.low_level, name, counting)
    with site.writing() as session:
        create_person(session, "waiting@example.org", "W", "a long enough sentence", False, False)
        closed = create_person(session, "closed@example.org", "C", "a long enough sentence")
        closed.active = False
        create_person(session, "no.password@example.org", "N", None)
    names = ("camille.citizen", "waiting", "closed", "no.password", "nobody")
    assert str(people.citizen.email).startswith(names[0])
    counts = {}
    for email in (f"{name}@example.org" for name in names):
        client = site.browser()
        hashed.clear()
        if path.endswith("connexion"):
            sign_in(client, email, "not the password")
        elif path.endswith("inscription"):
            register(client, email=email)
        else:
            ask(client, path, email)
        counts[email] = len(hashed)
    assert len(set(counts.values())) == 1, counts
