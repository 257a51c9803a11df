"""Lists and front pages among a thousand ideas and among very many, beside a page that is written
by hand with Flask and the ORM for the same twenty rows.

Time is that of the processor in this process, the least of several rounds, so that what else the
machine does falls on nobody; on PostgreSQL its own is not in it. Visitors' pages from memory are
asked over HTTP, beside a bare greeting that the same server gives.
"""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Template
from sqlalchemy import Select, select

from eak_core.db import Session, read_session
from eak_core.ideas.counting.totals import totals
from eak_core.ideas.models import Commune, Idea, IdeaCommune, IdeaSubject, Subject
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.models import Person
from eak_core.serving.front import Front
from eak_core.web.drawn import Drawn
from eak_core.web.pagination import PER_PAGE
from eak_core.web.uploads import MAX_BODY
from eak_core.wsgi import settle
from tests.bench.casting import load, served
from tests.bench.filling import fill
from tests.bench.report import Figure

PLUGINS = ("discussion", "voting")
SIZES = (1_000, 100_000)
ROUNDS, AGAIN = 12, 3
#: A page is asked to cost so many times one that is written by hand, and so many times itself among
#: a thousand ideas.
MOST_BY_HAND = 4.0
MOST_GROWN = 1.3
LEAST_OF_HELLO = 0.5
#: What the page of figures over time may take, in milliseconds of the processor.
FIGURES_MS = 100.0
REQUESTS = 6_000

Asked: TypeAlias = tuple[FlaskClient, str]
"""Who asks, and the path."""

_BY_HAND = """<!doctype html><html lang="fr"><head><title>Ideas</title></head><body><h1>Ideas</h1>
<p>{{ total }} ideas</p>{% for idea, author in rows %}
<article><p><span>{{ idea.stage }}</span> <time datetime="{{ idea.submitted_at.isoformat() }}">
{{ idea.submitted_at.date() }}</time></p><h2><a href="{{ url_for("show", key=idea.id) }}">
{{ idea.title }}</a></h2><p>{{ (idea.problem or idea.body)[:200] }}</p>
<p>{{ communes.get(idea.id, [])|join(", ") }}</p><p>{{ subjects.get(idea.id, [])|join(" · ") }}</p>
{% if author %}<p>By {{ author }}</p>{% endif %}</article>{% endfor %}
<nav><a href="?page=2">Next</a></nav></body></html>"""


def measure(databases: Databases, kind: Kind, folder: Path, most: int) -> Iterator[Figure]:
    """The figures of one kind of database, among each of `SIZES` and ``most`` ideas."""
    with ExitStack() as open_sites:
        pool = open_sites.enter_context(Pool(databases))
        every = {
            number: open_sites.enter_context(_filled(pool, kind, folder, number))
            for number in sorted({*SIZES, most})
        }
        few, *others = every
        pages = {number: _pages_of(site) for number, site in every.items()}
        for number, site in every.items():
            listed = pages[number]["the list"]
            limit, ours = in_turns((_hand_written(site), "/"), listed)
            name = f"list of {PER_PAGE}, signed in, {number:,} ideas, {kind}, beside one by hand"
            yield Figure(name, "ms", ours, limit, at_most=MOST_BY_HAND)
        for page, among_few in pages[few].items():
            base, *grown = in_turns(among_few, *(pages[number][page] for number in others))
            for number, took in zip(others, grown, strict=True):
                name = f"{page}, {number:,} ideas, {kind}, beside {few:,}"
                yield Figure(name, "ms", took, base, at_most=MOST_GROWN)
        for number, site in every.items():
            desk = site.browser()
            desk.sign_in(site.people.manager)
            took = least(desk, f"/{site.service.slug}/gestion/chiffres")
            name = f"figures over time, {number:,} ideas, {kind}"
            yield Figure(name, "ms", took, FIGURES_MS, at_most=1.0)
        yield _from_memory(every[few], kind, folder / "served")


@contextmanager
def _filled(pool: Pool, kind: Kind, folder: Path, number: int) -> Iterator[Site]:
    """A site with so many ideas."""
    with Sites(pool, kind, folder / str(number)) as sites:
        site = sites.make(plugins=[f"eak_{name}.plugin" for name in PLUGINS])
        for name in PLUGINS:
            site.enable(name)
        began = time.perf_counter()
        fill(site, number)
        print(f"{kind}: {number:,} ideas made in {time.perf_counter() - began:.0f} s")
        as_served(site)
        yield site


def as_served(site: Site) -> None:
    """Let ``site`` answer as a process of ``eak serve`` does, without what only tests look at."""
    kept: Drawn = site.app.extensions["eak_drawn"]
    kept.checked = False
    settle()


def _pages_of(site: Site) -> dict[str, Asked]:
    """The pages of ``site`` that are measured, asked for by somebody who is signed in."""
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    site_list = f"/{site.service.slug}/idees"
    page_11 = _named(browser, f"{site_list}/", 11)
    paths = {
        "the list": f"{site_list}/",
        "page 11": page_11,
        # Among few there is none: beside it stands the eleventh.
        "page 1,000": _named(browser, f"{site_list}/", 1_000) or page_11,
        "the last page": f"{site_list}/?page={_last(site)}",
        "ideas of a stage": f"{site_list}/?etape=accepted",
        "ideas on a subject": f"{site_list}/?sujet=fab-labs",
        "ideas of a stage on a subject": f"{site_list}/?etape=accepted&sujet=fab-labs",
        "ideas by title": f"{site_list}/?tri=title",
        "the feed": f"{site_list}.atom",
        "home of the service": f"/{site.service.slug}/",
        "the portal": "/",
    }
    return {name: (browser, path) for name, path in paths.items()}


def _last(site: Site) -> int:
    with site.reading() as session:
        return -(-sum(totals(session, site.service.id, "stage").values()) // PER_PAGE)


def _named(browser: Browser, path: str, number: int) -> str:
    """The address of a page as the page before it gives it; "" where there is no such page."""
    before = browser.get(f"{path}?page={number - 1}")
    link = before.text.partition('rel="next" href="')[2].partition('"')[0]
    return link.replace("&amp;", "&")


def least(client: FlaskClient, path: str) -> float:
    """The least milliseconds of the processor that ``client`` waits for the page at ``path``."""
    return in_turns((client, path))[0]


def in_turns(*asked: Asked) -> list[float]:
    """The least milliseconds of the processor that each page takes, in turns: a machine shared with
    others goes at half its speed for a minute, which then falls on all of them. Each is asked for
    several times in its turn, or the quick ones would pay for what the others leave of the caches.
    """
    took: list[list[float]] = [[] for _each in asked]
    for _round in range(ROUNDS):
        for (client, path), times in zip(asked, took, strict=True):
            for _again in range(AGAIN):
                began = time.process_time()
                answer = client.get(path)
                times.append((time.process_time() - began) * 1000)
                assert answer.status_code == 200, answer.status
    return [min(times) for times in took]


def _hand_written(site: Site) -> FlaskClient:
    """The same rows with nothing but Flask, the ORM and one template."""
    if "bench_by_hand" not in site.app.extensions:
        app = Flask("by_hand")
        page = app.jinja_env.from_string(_BY_HAND)
        app.add_url_rule("/<int:key>", "show", str)
        app.add_url_rule("/", "index", lambda: _index(site, page))
        site.app.extensions["bench_by_hand"] = app.test_client()
    client: FlaskClient = site.app.extensions["bench_by_hand"]
    return client


def _index(site: Site, page: Template) -> str:
    with read_session(site.app) as session:
        rows = session.execute(
            select(Idea, Person.name)
            .outerjoin(Person, Person.id == Idea.author_id)
            .where(Idea.service_id == site.service.id, Idea.stage.in_(("submitted", "accepted")))
            .order_by(Idea.submitted_at.desc(), Idea.id.desc())
            .limit(PER_PAGE)
        ).all()
        ids = [idea.id for idea, _author in rows]
        return page.render(
            rows=rows,
            total=sum(totals(session, site.service.id, "stage").values()),
            subjects=_names(
                session,
                select(IdeaSubject.idea_id, Subject.name)
                .join(Subject, Subject.id == IdeaSubject.subject_id)
                .where(IdeaSubject.idea_id.in_(ids)),
            ),
            communes=_names(
                session,
                select(IdeaCommune.idea_id, Commune.name)
                .join(Commune, Commune.code == IdeaCommune.commune_code)
                .where(IdeaCommune.idea_id.in_(ids)),
            ),
        )


def _names(session: Session, statement: Select[int, str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for idea_id, name in session.execute(statement):
        found.setdefault(idea_id, []).append(name)
    return found


def _from_memory(site: Site, kind: Kind, folder: Path) -> Figure:
    path = f"/{site.service.slug}/idees/"
    headers = {"Accept-Encoding": "gzip"}
    with served(site.url, folder, "tests.bench.lists:front") as port:
        load(port, [(path, "", headers)] * 200, 200)
        hello = load(port, [("/hello", "", headers)] * REQUESTS, 200)
        ours = load(port, [(path, "", headers)] * REQUESTS, 200)
    name = f"a visitor's list over HTTP, {kind}, beside a bare greeting"
    return Figure(name, "requests/s", ours.rate, hello.rate, floor=LEAST_OF_HELLO)


def front() -> Front:
    """What the server of the benchmark serves: the site, and a greeting by Flask alone."""
    from eak_core.app import create_app
    from eak_core.config import load as settings

    hello = Flask("hello")
    hello.add_url_rule("/hello", "hello", lambda: "hello")
    url, folder = os.environ["BENCH_URL"], Path(os.environ["BENCH_FOLDER"])
    chosen = settings(folder, database_url=url, secret_key="bench" * 10, rate_limits=False)
    site = create_app(chosen, plugins=[f"eak_{name}.plugin" for name in PLUGINS])
    settle()

    def either(environ: dict[str, Any], start: Any) -> Any:
        return (hello if environ["PATH_INFO"] == "/hello" else site)(environ, start)

    return Front(either, largest=MAX_BODY)
