"""What a reader types behind the question mark is looked at, and steers nothing."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.routing import Rule

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.web.pagination import PER_PAGE
from tests.core.links import links_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

#: The arguments of `url_for` and of what calls it, and the words that Python and Flask reserve.
RESERVED = (
    "_anchor", "_external", "_host", "_method", "_port", "_query", "_scheme", "app", "args",
    "blueprint", "cls", "endpoint", "filename", "g", "idea_id", "kwargs", "method", "name",
    "number", "path", "plugin", "query", "query_args", "request", "self", "service", "service_id",
    "service_slug", "session", "slug", "subdomain", "url", "url_scheme", "values", "__class__",
)  # fmt: skip
HOSTILE = ("x", "https", "evil.example", "//evil.example", "routes", "a b&c=d#e", "")


@pytest.fixture
def site(sites: Sites) -> Site:
    """A site with everything switched on, and lists of more than one page."""
    site = sites.make()
    for number in range(PER_PAGE + 1):
        site.submit(f"A tool library {number}")
    for name in sorted(site.app.extensions["eak_plugins"].ready_names):
        site.enable(name)
    site.drain()
    return site


def addresses(site: Site) -> list[str]:
    """Every address that can be asked for without knowing a secret."""
    known = {"service_slug": "culture", "idea_id": 1, "slug": "x", "plugin": "voting"}

    def filled(rule: Rule) -> str | None:
        if "GET" not in (rule.methods or ()) or "static" in rule.endpoint:
            return None
        values = {name: known.get(name, 1) for name in rule.arguments}
        built = rule.build(values)
        return built[1] if built else None

    return sorted({path for rule in site.app.url_map.iter_rules() if (path := filled(rule))})


def test_no_reserved_name_breaks_any_page(site: Site) -> None:
    client = site.browser()
    client.sign_in(site.people.administrator)
    query = urlencode([(name, value) for name in RESERVED for value in HOSTILE])
    answers = {path: client.get(f"{path}?{query}").status_code for path in addresses(site)}
    assert {path: status for path, status in answers.items() if status >= 500} == {}
    assert sum(status == 200 for status in answers.values()) > 30


def test_links_of_a_list_stay_on_it_whatever_the_address_holds(site: Site) -> None:
    """The next page, a filter taken off, another language: each keeps what was typed, as typed."""
    client: Browser = site.browser()
    client.sign_in(site.people.manager)
    for number, name in enumerate(RESERVED):
        for path in ("/culture/idees/", "/culture/gestion/idees"):
            value = HOSTILE[number % len(HOSTILE)]
            page = client.get(f"{path}?{urlencode({name: value, 'tri': 'oldest'})}")
            assert page.status_code == 200, (name, value)
            own = [url for url in links_of(page.text) if "page=2" in url or "lang=en" in url]
            assert own, "the page has no link to itself"
            for url in own:
                parts = urlsplit(url)
                assert (parts.scheme, parts.netloc, parts.path) == ("", "", path)
                assert parse_qs(parts.query, keep_blank_values=True)[name] == [value]
    page = client.get("/culture/idees/?q=tool&_scheme=x&endpoint=y&service_slug=routes")
    without = [url for url in links_of(page.text) if "_scheme=x" in url and "q=" not in url]
    assert "/culture/idees/" in [urlsplit(url).path for url in without]


def test_a_stage_in_which_no_idea_stands_can_be_asked_for(client: Browser, site: Site) -> None:
    assert site.service
    for stage in ("accepted", "rejected", "submitted", "screening", "nowhere"):
        expected = {422} if stage == "nowhere" else {200}
        for tail in ("/", ".json", ".csv", ".atom"):
            answer = client.get(f"/culture/idees{tail}?etape={stage}")
            assert answer.status_code in expected, (stage, tail)
