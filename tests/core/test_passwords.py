"""What a password may be, and that it is the same one wherever it is typed."""

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest
from flask import Flask

from eak_core.errors import Invalid
from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.people.accounts.account import create_person
from eak_core.people.credentials.passwords import (
    LONGEST,
    MOST_TYPED,
    check_password,
    normal_password,
)
from eak_core.people.models import Person
from tests.core.accounts import ADDRESS, NAME, account, last_letter, link_in, register, sign_in

ACCENTED = "l’été à la plage, déjà"


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """A password is the same on any database."""
    return str(request.param)


@pytest.mark.parametrize(
    "password",
    [
        "a" * 12,
        "é" * 20,
        "abcabcabcabc",
        "123456789012",
        "azertyuiop12",
        "motdepasse123",
        "password1234",
        "P@ssw0rd2024",
        "administrator",
        "zoe@example.org",
        "ZOE@EXAMPLE.ORG",
        "zoe martin 1990",
        "é" * 6 + "à" * 5,
    ],
)
def test_what_is_tried_first_or_known_of_its_owner_is_no_password(
    site: Site, client: Browser, password: str
) -> None:
    answer = register(client, password=password, password_confirm=password)
    assert answer.status_code == 422
    with site.writing() as session, pytest.raises(Invalid) as refusal:
        create_person(session, ADDRESS, NAME, password)
    assert "password" in refusal.value.fields


@pytest.mark.parametrize(
    "password",
    ["correct horse battery staple", "trois petits cochons", ACCENTED, "é" + "x7_k" * 31 + "ô"],
)
def test_a_sentence_is_a_password_whatever_its_letters(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert check_password(password, ADDRESS, NAME) == normal_password(password)


def test_a_new_password_is_judged_where_it_replaces_another(
    site: Site, people: People, client: Browser
) -> None:
    client.sign_in(people.citizen)
    path = "/compte/changer-de-mot-de-passe"
    weak = "camille citizen"
    new = {"new_password": weak, "new_password_confirm": weak}
    assert client.submit(path, path, password=PASSWORD, **new).status_code == 422
    client.sign_out()
    client.submit("/compte/mot-de-passe", "/mot-de-passe", email=people.citizen.email)
    path = link_in(last_letter(site))
    assert client.submit(path, path, password=weak, password_confirm=weak).status_code == 422


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accented_password_opens_confirms_and_erases_however_it_is_typed(
    site: Site, client: Browser, form: str
) -> None:
    register(client, password=ACCENTED, password_confirm=ACCENTED)
    typed = unicodedata.normalize(form, ACCENTED)  # type: ignore[arg-type]
    path = link_in(last_letter(site))
    assert client.submit(path, path, password=typed).status_code == 302
    client.sign_out()
    assert sign_in(client, password=typed).status_code == 302
    number = account(site).id
    assert client.submit("/compte/effacer", "/effacer", password=typed).status_code == 302
    with site.reading() as session:
        assert session.get_one(Person, number).erased_at is not None


@pytest.mark.parametrize(
    "typed",
    [
        "\u0301" * 1_000_000,
        "e\u0301\u0316" * 300_000,
        "\ufdfa" * 500_000,
        "4@8({[<369!1|0$5+7%2" * 25_000,
        "0123456789" * 50_000,
        "ab" * 500_000,
        "(.+)" * 100_000,
    ],
)
def test_a_hostile_password_makes_no_work_that_grows_with_it(app: Flask, typed: str) -> None:
    """Of it, and of what is known of its owner, a beginning is looked at."""
    with app.test_request_context(), suppress(Invalid):
        check_password("")  # what is read once, is read by now
    for password, email, name in (
        (typed, "x" * 254, "y" * 80),
        (typed[:LONGEST], typed, typed),
        ("trois petits cochons", typed, typed[:80]),
    ):
        with app.test_request_context(), counted_work() as work, suppress(Invalid):
            check_password(password, email, name)
        assert work.normalised <= MOST_OUT_OF_ONE * MOST_TYPED
        assert work.calls <= MOST_CALLS


#: Characters that one becomes at most where compatible ones are taken apart: U+FDFA (UAX #15).
MOST_OUT_OF_ONE = 18
#: A sentence takes some ten thousand.
MOST_CALLS = 80_000


@dataclass
class Work:
    """What was done: the longest text that was normalised, and how many functions were called."""

    normalised: int = 0
    calls: int = 0


@contextmanager
def counted_work() -> Iterator[Work]:
    """The same on any machine, as time is not."""
    work = Work()

    def count(_frame: object, event: str, function: object) -> None:
        work.calls += event in {"call", "c_call"}

    def measured(form: str, text: str) -> str:
        work.normalised = max(work.normalised, len(text))
        return normalize(form, text)  # type: ignore[arg-type]

    normalize = unicodedata.normalize
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unicodedata, "normalize", measured)
        sys.setprofile(count)
        try:
            yield work
        finally:
            sys.setprofile(None)
