"""An internal service, for whoever may not read it, next to a site where it was never made."""

import re
from collections.abc import Iterator

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.conformance.acts import give_away
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.models import Person
from eak_core.services.models import Audience
from tests.core.links import links_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

METHODS = ("GET", "POST", "DELETE")
#: What the site tells of all its services: to whomever, of the public ones alone.
OF_THE_SITE = (
    "/donnees", "/catalogue.jsonld", "/statistiques",
    *(f"/statistiques/{key}.csv" for key in ("idees", "personnes", "delais", "services", "etapes")),
)  # fmt: skip
HIDDEN = "coulisses"
_TOKENS = re.compile(r'name="csrf_token"[^>]*value="[^"]*"|"csrf[^"]*": "[^"]*"')


@pytest.fixture(params=["internal", "preparing"])
def audience(request: pytest.FixtureRequest) -> Audience:
    """Whom the hidden service is for."""
    found: Audience = request.param
    return found


@pytest.fixture
def with_it(sites: Sites, clock: FrozenClock, audience: Audience) -> Site:
    site = sites.make()
    hidden = site.add_service(HIDDEN, "Les coulisses", audience=audience, theme="contraste")
    assert site.service
    for name in sorted(site.app.extensions["eak_plugins"].ready_names):
        site.enable(name)
        site.enable(name, service=hidden)
    # While it is prepared, it is not for agents yet.
    agent = site.people.actor(insider(site, audience))
    # The first one has gone: its address there is nobody's who may not read where it led from.
    give_away(site, site.submit("A lamp", service=hidden, author=agent).id, hidden, site.service)
    site.submit("A secret matter", service=hidden, author=agent)
    site.drain()
    return site


def insider(site: Site, audience: Audience) -> Person:
    return site.people.agent if audience == "internal" else site.people.administrator


@pytest.fixture
def without(sites: Sites, clock: FrozenClock, audience: Audience) -> Site:
    site = sites.make()
    assert site.service
    for name in sorted(site.app.extensions["eak_plugins"].ready_names):
        site.enable(name)
    site.submit("A lamp", author=site.people.actor(insider(site, audience)))
    site.drain()
    return site


def addresses(site: Site) -> list[str]:
    """Every address inside the hidden service, and some that no rule knows."""
    values = {"service_slug": HIDDEN, "slug": "x", "plugin": "voting"}
    found = {f"/{HIDDEN}", f"/{HIDDEN}/nothing-here", f"/{HIDDEN}/gestion/votes/x"}
    for rule in site.app.url_map.iter_rules():
        if "service_slug" in rule.arguments:
            built = rule.build({name: values.get(name, 1) for name in rule.arguments})
            found.add(built[1] if built else "")
    return sorted(found - {""})


def seen(client: Browser, path: str, method: str) -> tuple[object, ...]:
    """All that an answer says, without what is drawn anew for each."""
    answer = client.open(path, method=method, data={"title": "x"} if method == "POST" else None)
    headers = {
        name: value for name, value in answer.headers.items() if name not in {"Set-Cookie", "Date"}
    }
    headers.pop("Content-Length", None)
    return answer.status_code, headers, _TOKENS.sub("", answer.text)


def readers(site: Site, audience: Audience) -> Iterator[Browser]:
    yield site.browser()
    outsider = site.browser()
    outsider.sign_in(site.people.citizen if audience == "internal" else site.people.agent)
    yield outsider


def test_whatever_is_asked_of_it_is_answered_as_if_it_had_never_been_made(
    with_it: Site, without: Site, audience: Audience
) -> None:
    asked = addresses(with_it)
    assert len(asked) > 40
    both = zip(readers(with_it, audience), readers(without, audience), strict=True)
    for first, (one, other) in enumerate(both):
        for number, path in enumerate(asked, first):
            # One of them reads each address, and the other one tries what else can be tried there:
            # all of them lie behind one gate.
            for method in METHODS[1:] if number % 2 else METHODS[:1]:
                assert seen(one, path, method) == seen(other, path, method), (method, path)
        for path in OF_THE_SITE:
            told = seen(one, path, "GET")
            assert told == seen(other, path, "GET"), path
            assert told[0] == 200


def test_whom_it_is_for_is_led_back_after_signing_in(with_it: Site, audience: Audience) -> None:
    client = with_it.browser()
    page = client.get(f"/{HIDDEN}/idees/?tri=title")
    assert page.status_code == 404
    [way] = [link for link in links_of(page.text) if "next=" in link]
    assert way == f"/compte/connexion?next=/{HIDDEN}/idees/?tri%3Dtitle"
    client.sign_in(insider(with_it, audience))
    assert "A secret matter" in client.get(f"/{HIDDEN}/idees/?tri=title").text
