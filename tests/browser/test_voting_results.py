"""Results in a browser: by day and by night, on a phone, within another page, on paper."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import Random
from threading import Thread
from typing import Any
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from eak_core import clock
from eak_core.db import write_session
from eak_core.kit.testing.site import open_app
from eak_core.services.models import Service
from eak_voting.counting.outcome import outcome
from eak_voting.models import Ballot
from eak_voting.settings import (
    ApprovalRules,
    BudgetRules,
    Criterion,
    MajorityRules,
    Option,
    Settings,
    Terms,
    canonical,
    digest,
    instant,
)
from tests.browser.conftest import MakeReader
from tests.served import Instance

pytestmark = pytest.mark.browser

SEED = "5e" * 32
CRITERIA = tuple(
    Criterion(code=code, name=name, question=f"{name} : que vaut cette idée ?")
    for code, name in (
        ("economic", "Économique"),
        ("social", "Social"),
        ("experimental", "Expérimental"),
        ("aesthetic", "Esthétique et écologique"),
    )
)
METHODS: dict[str, dict[str, Any]] = {
    "majority": {"majority": MajorityRules(criteria=CRITERIA)},
    "approval": {"approval": ApprovalRules()},
    "budget": {"budget": BudgetRules(amount=60_000)},
}
#: How many ideas: more than the page of a budget shows at once. A browser takes seconds to look at
#: the colours of four profiles for each of more ideas than a few.
OPTIONS = {"majority": 8, "approval": 24, "budget": 24}
VOTERS = 200

Count = Callable[[str], str]


@pytest.fixture
def counted(site: Instance, service: str) -> Count:
    """Brings a counted ballot by its method; answers the address of its result."""
    site.eak("plugin", "enable", "voting", "--service", service)
    app = open_app(site.environment["EAK_DATABASE_URL"], site.folder, base_url=site.base)

    def make(method: str) -> str:
        with app.app_context(), write_session(app) as session:
            place = session.scalars(select(Service).where(Service.slug == service)).one()
            ballot = _ballot(place, method)
            session.add(ballot)
            session.flush()
            return f"/{service}/votes/{ballot.id}/resultats"

    return make


def _ballot(service: Service, method: str) -> Ballot:
    closed = clock.now() - timedelta(days=1)
    opened = closed - timedelta(days=14)
    settings = Settings(method=method, **METHODS[method])  # type: ignore[arg-type]
    terms = Terms(
        ballot=1, service=service.slug, title="Quelles idées essayer l’an prochain ?", text="",
        opens_at=instant(opened), closes_at=instant(closed), settings=settings,
        options=tuple(
            Option(
                number=number,
                code=str(number),
                title=f"Idée {number} : des bancs à l’ombre, des outils en partage et un fab lab",
                cost=1_000 * number,
            )
            for number in range(1, OPTIONS[method] + 1)
        ),
    )  # fmt: skip
    result = canonical(
        outcome(terms, _votes(method), seed=SEED, voters=VOTERS, excluded=0)
    ).decode()
    return Ballot(
        service_id=service.id, title=terms.title, slug="quelles-idees", method=method,
        secrecy=settings.secrecy, settings=canonical(settings).decode(), state="counted",
        opens_at=opened, closes_at=closed, key="00" * 32, created_at=opened, opened_at=opened,
        closed_at=closed, counted_at=closed, terms=canonical(terms).decode(),
        terms_hash=digest(canonical(terms)), seed=SEED, result=result,
        result_hash=digest(result.encode()), ballots_hash="ab" * 32,
    )  # fmt: skip


def _votes(method: str) -> list[str]:
    draw = Random(7)
    options = range(1, OPTIONS[method] + 1)
    if method == "majority":
        said: list[Any] = [
            [[option, [draw.randint(1, 7) for _each in CRITERIA]] for option in options]
            for _voter in range(VOTERS)
        ]
    else:
        said = [sorted(draw.sample(options, draw.randint(0, 5))) for _voter in range(VOTERS)]
    return [canonical(each).decode() for each in said]


@pytest.mark.parametrize("method", METHODS)
def test_everybody_can_read_a_result(reader: MakeReader, counted: Count, method: str) -> None:
    address = counted(method)
    window = reader()
    window.open(address)
    window.check()
    for summary in window.page.locator("main summary").all():
        summary.click()
    window.check()
    window.open(f"{address}/integrer")
    window.check()


def test_no_bar_and_no_letter_leaves_its_chart(reader: MakeReader, counted: Count) -> None:
    address = counted("majority")
    for width in (360, 820, 1280):
        window = reader(width=width)
        window.open(address)
        outside = window.page.evaluate(
            """() => [...document.querySelectorAll('svg.eak-chart__bar')].flatMap(bar => {
                const frame = bar.getBoundingClientRect();
                return [...bar.querySelectorAll('g')].filter(part => {
                    const letters = part.querySelector('text');
                    if (!letters) return false;
                    const [a, b] = [part.querySelector('rect'), letters]
                        .map(each => each.getBoundingClientRect());
                    const within = b.left >= a.left - 1 && b.right <= a.right + 1;
                    return !within || a.right > frame.right + 1;
                }).map(part => part.textContent);
            })"""
        )
        assert outside == [], width


def test_what_is_folded_is_printed(reader: MakeReader, counted: Count) -> None:
    window = reader()
    window.open(counted("budget"))
    last = window.page.locator(".results-rest .results-project").last
    expect(last).not_to_be_visible()
    window.page.emulate_media(media="print")
    expect(last).to_be_visible()


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], str]]:
    """Another site: the address of a page of it that frames what it is given."""

    class Framing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{unquote(self.path[1:])}"></iframe>'.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 – its name there
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Framing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield lambda framed: f"http://127.0.0.1:{server.server_port}/{quote(framed, safe='')}"
        server.shutdown()


def test_the_embedded_page_shows_in_a_frame_and_the_others_do_not(
    reader: MakeReader, counted: Count, elsewhere: Callable[[str], str]
) -> None:
    address = counted("approval")
    window = reader()
    for path, shown in ((f"{address}/integrer", 1), (address, 0)):
        window.page.goto(elsewhere(window.base + path))
        frame = window.page.frame_locator("iframe")
        heading = frame.get_by_role("heading", level=1, name="Quelles idées essayer")
        expect(heading).to_have_count(shown)
