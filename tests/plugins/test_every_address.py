"""Every address of the core and of all plugins, as each kind of reader meets it.

The site is the demonstration, so a plugin is attacked with what it shows there. What may be read is
found by its secrets, what may be done by the forms of pages: **an act that no page offers to
somebody is refused when they send it all the same, and no row of any table changes.**
"""

from collections.abc import Sequence

import pytest
from flask import url_for
from sqlalchemy import select

from eak_core.demo import load
from eak_core.demo.content import AGENT_DOMAIN, PASSWORD
from eak_core.ideas.proposing.proposals import Proposal, save_draft
from eak_core.kit.testing.browser import PASSWORD as KIT_PASSWORD
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.moderation.decisions import hide
from eak_core.people.models import Person
from eak_core.people.rights.roles import give_role
from eak_core.permissions import Actor
from eak_core.services.models import Service
from tests.plugins.walk import Walk, arguments_of, difference, guessed, rows_of

DRAFT = "Brouillon 7f3ad2"
HIDDEN = "Propos masqués 91be04"

#: Readers, by the account they have; ``elsewhere`` runs another service than the one attacked, so
#: that what is closed to them is closed to whoever has an account and nothing else.
ACCOUNTS = {
    "author": "habitante@demo.example",
    "agent": f"agent@{AGENT_DOMAIN}",
    "elsewhere": "elsewhere@example.org",
    "manager": "gestion@demo.example",
    "administrator": "administration@demo.example",
}
READERS = ("visitor", *ACCOUNTS)
EVERYBODY = frozenset(READERS)
RUN_IT = frozenset({"manager", "administrator"})

#: What must not be read, and who may read it all the same.
SECRETS = {
    DRAFT: frozenset({"author"}),
    HIDDEN: RUN_IT | {"author"},
    "habitante@demo.example": RUN_IT | {"author"},
    "citoyen@demo.example": RUN_IT,
}


class World:
    """The demonstration, with what must stay between some."""

    def __init__(self, site: Site, readers: Sequence[str]) -> None:
        self.site = site
        with site.reading() as session:
            self.services = {each.slug: each for each in session.scalars(select(Service))}
            [internal] = [
                each.slug for each in self.services.values() if each.audience == "internal"
            ]
            author = session.scalars(select(Person).where(Person.email == ACCOUNTS["author"])).one()
        self.attacked = ["laboratoire", internal]
        service = self.services["laboratoire"]
        writer = site.people.actor(author)
        with site.writing() as session:
            secret = Proposal(title=DRAFT, problem=DRAFT, body=DRAFT)
            draft = save_draft(session, writer, session.get_one(Service, service.id), secret)
        idea = site.submit(HIDDEN, service=service, author=writer)
        with site.app.test_request_context():
            #: Where the two stand; nobody is led there but who may.
            self.kept = [
                url_for(each, service_slug=service.slug, idea_id=one.id, slug=one.slug)
                for one in (draft, idea)
                for each in ("ideas.show", "ideas.edit")
            ]
        with site.writing() as session:
            held = session.get_one(Service, service.id)
            hide(session, Actor.system(), held, f"idea:{idea.id}", "Hors sujet.")
        other = site.people.add("elsewhere")
        with site.writing() as session:
            give_role(
                session,
                session.get_one(Person, other.id),
                session.get_one(Service, self.services["culture"].id),
                "manager",
                granted_by=None,
            )
        site.drain()
        self.walks = {reader: self.walk(reader) for reader in readers}

    def browser(self, reader: str) -> Browser:
        browser = self.site.browser()
        if reader in ACCOUNTS:
            email = ACCOUNTS[reader]
            password = PASSWORD if "demo.example" in email else KIT_PASSWORD
            form = "/compte/connexion"
            browser.submit(form, form, email=email, password=password)
            assert browser.get("/compte/").status_code == 200, reader
        return browser

    def walk(self, reader: str) -> Walk:
        """What ``reader`` finds."""
        walk = Walk(self.site, self.browser(reader), self.attacked)
        starts = ["/", "/compte/", "/admin/"]
        for slug in self.attacked:
            starts += [f"/{slug}/", f"/{slug}/gestion/"]
        walk.follow(starts)
        return walk


# Who may read what is settled in Python. That each query of each page is one for PostgreSQL is for
# conformance to see (`test_its_pages_answer_everybody`), and for the tests of the core's rooms.
@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> Kind:
    kind: Kind = request.param
    return kind


@pytest.fixture
def world(sites: Sites) -> World:
    site = sites.make(agent_domains=(AGENT_DOMAIN,))
    assert load(site.app)
    # What visitors are shown is kept, and must be nobody else's.
    pages = site.app.extensions["eak_kept_pages"]
    pages.forget()
    pages.on = True
    return World(site, READERS)


@pytest.mark.slow
def test_everybody_reads_and_does_what_is_theirs_and_nothing_else(world: World) -> None:
    assert _is_shown(world) == []
    assert _is_done(world) == []


def _is_shown(world: World) -> list[str]:
    """What reading shows to whom it is not for, and the rows that it changes."""
    walks = world.walks
    found = {path for walk in walks.values() for path in walk.answers}
    found.update(guessed(world.site, arguments_of(world.site, found)), world.kept)
    before = rows_of(world.site)
    wrong = []
    for reader, walk in walks.items():
        for path in sorted(found - set(walk.answers)):
            status, text, _more = walk.open(path)
            walk.answers[path] = status, text
        for path, (status, text) in walk.answers.items():
            if status >= 500 and not path.startswith("/healthz"):
                wrong.append(f"{reader}: {path} answers {status}")
            if status == 200 and reader not in _kept_for(path):
                wrong.append(f"{reader}: {path} is open")
            wrong += [
                f"{reader}: {path} shows {secret}"
                for secret, allowed in SECRETS.items()
                if secret in text and reader not in allowed and not _is_own(reader, secret)
            ]
    return wrong + difference(before, rows_of(world.site))


def _kept_for(path: str) -> frozenset[str]:
    """Who may open the page at ``path``, going by its address alone."""
    parts = path.partition("?")[0].split("/")
    if parts[1] == "admin":
        return frozenset({"administrator"})
    return RUN_IT if "gestion" in parts[1:3] else EVERYBODY


def _is_own(reader: str, secret: str) -> bool:
    return ACCOUNTS.get(reader) == secret


def _is_done(world: World) -> list[str]:
    """What somebody does by sending a form that no page offers to them."""
    walks = world.walks
    offers = {
        address: offered
        for reader in reversed(walks)
        for address, offered in walks[reader].offers.items()
    }
    assert len(offers) > 60, "the walk found hardly any form"
    for_everybody = walks["visitor"].offers
    wrong = []
    for reader, walk in walks.items():
        tokens = [{"csrf_token": [_token(walk)]}]
        # That a form is refused without its token depends neither on who sends it nor on where.
        tokens += [{}] if reader == "elsewhere" else []
        before = rows_of(world.site)
        for address, offered in offers.items():
            if address in walk.offers or address in for_everybody:
                continue
            fields = offered.fields()
            for given in tokens:
                answer = walk.browser.post(address, data={**fields, **given})
                if answer.status_code >= 500:
                    wrong.append(f"{reader}: {address} answers {answer.status_code}")
        changed = difference(before, rows_of(world.site))
        wrong += [f"{reader} changed {each}" for each in changed]
    return wrong


def _token(walk: Walk) -> str:
    for offered in walk.offers.values():
        tokens = [each for each in offered.form.controls if each.name == "csrf_token"]
        if tokens:
            return tokens[0].sent[0]
    raise AssertionError("no form has a token")
