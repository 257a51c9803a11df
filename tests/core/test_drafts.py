"""What somebody began in a form survives signing in, and nothing else does."""

import pytest
from flask import session

from eak_core.api import draft, drop_draft, keep_draft
from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.web import drafts
from tests.core.accounts import ADDRESS, last_letter, link_in, register, sign_in


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """What stands in a cookie is the same on any database."""
    return str(request.param)


def began(client: Browser) -> object:
    """What the browser of ``client`` holds as the draft ``voting.7``."""
    with client.session_transaction() as kept:
        return kept.get(drafts.KEY, {}).get("voting.7", [None, None])[1]


def begin(site: Site, client: Browser) -> None:
    with site.app.test_request_context():
        keep_draft("voting.7", "[1,2]")
        held = session[drafts.KEY]
    with client.session_transaction() as kept:
        kept[drafts.KEY] = held


def test_a_draft_survives_signing_in(site: Site, people: People, client: Browser) -> None:
    begin(site, client)
    client.sign_in(people.citizen)
    assert began(client) == "[1,2]"


@pytest.mark.parametrize("way", ["confirmed", "forgotten"])
def test_a_newcomer_finds_what_they_began_and_where(site: Site, client: Browser, way: str) -> None:
    begin(site, client)
    asked = client.get("/compte/effacer")
    client.get(asked.location)
    register(client)
    if way == "confirmed":
        path = link_in(last_letter(site))
        arrived = client.submit(path, path, password=PASSWORD)
    else:
        client.submit("/compte/mot-de-passe", "/mot-de-passe", email=ADDRESS)
        path = link_in(last_letter(site))
        client.submit(path, path, password=PASSWORD, password_confirm=PASSWORD)
        arrived = sign_in(client)
    assert arrived.location == "/compte/effacer"
    assert client.get(arrived.location).status_code == 200
    assert began(client) == "[1,2]"
    client.sign_out()
    assert sign_in(client).location == "/", "it led there once"


def test_no_address_of_another_site_is_kept_for_after_the_sign_in(
    site: Site, people: People, client: Browser
) -> None:
    for path in ("/compte/connexion", "/compte/inscription"):
        for target in ("https://evil.example/", "//evil.example", "/" + "x" * 400):
            client.get(path, query_string={"next": target})
    assert sign_in(client, str(people.citizen.email)).location == "/"


def test_signing_out_leaves_nothing_for_the_next_one_at_this_browser(
    site: Site, people: People, client: Browser
) -> None:
    client.sign_in(people.citizen)
    begin(site, client)
    with client.session_transaction() as kept:
        kept["voted"] = "something of a page"
    client.sign_out()
    assert began(client) is None
    with client.session_transaction() as kept:
        assert "voted" not in kept


def test_a_draft_is_read_again_dropped_and_forgotten_after_a_day(
    site: Site, clock: FrozenClock
) -> None:
    with site.app.test_request_context():
        keep_draft("one", [1])
        keep_draft("two", {"a": 2})
        assert (draft("one"), draft("two"), draft("three")) == ([1], {"a": 2}, None)
        drop_draft("one")
        drop_draft("three")
        assert (draft("one"), draft("two")) == (None, {"a": 2})
        clock.advance(seconds=drafts.LIFETIME)
        assert draft("two") is None


def test_the_oldest_drafts_give_way_and_a_cookie_never_overflows(
    site: Site, clock: FrozenClock
) -> None:
    with site.app.test_request_context():
        for number in range(40):
            clock.advance(minutes=1)
            keep_draft(f"many.{number}", [(number * each * 7919) % 104729 for each in range(60)])
        assert draft("many.39") is not None
        assert draft("many.0") is None
        signed = site.app.session_interface.get_signing_serializer(site.app).dumps(dict(session))  # type: ignore[attr-defined]
        assert len(signed) < 3_000
        with pytest.raises(ValueError, match="too large"):
            keep_draft("huge", [each * 104729 for each in range(2_000)])
        assert draft("many.39") is not None


def test_texts_in_any_script_are_measured_as_the_cookie_takes_them(site: Site) -> None:
    script = [chr(code) for code in range(0x4E00, 0x9FFF)]
    with site.app.test_request_context():
        for length in range(1, 2_000):
            text = "".join(script[number * 7919 % len(script)] for number in range(length))
            try:
                keep_draft("long", text)
            except ValueError:
                break
            assert draft("long") == text, "what is not refused is kept"
        signed = site.app.session_interface.get_signing_serializer(site.app).dumps(dict(session))  # type: ignore[attr-defined]
        assert drafts.MOST_BYTES - 20 < len(signed) < drafts.MOST_BYTES + 100
