"""The pages of the search: one for all that a service shows, and one for all services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, g, url_for
from markupsafe import Markup
from wtforms import HiddenField
from wtforms.validators import Length

from eak_core.db import current_session
from eak_core.i18n import _l
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.plugins.per_service.activation import active_in
from eak_core.search.excerpts import excerpt, marked
from eak_core.search.finding import MOST, Found, Hit, find
from eak_core.search.kinds import SearchKind
from eak_core.search.registered import kinds
from eak_core.search.words import Query
from eak_core.services.directory import list_services
from eak_core.services.models import Service
from eak_core.web.acts import Answer, form_page
from eak_core.web.limits import limited
from eak_core.web.links import with_query
from eak_core.web.pagination import Page, cut
from eak_core.web.queries import LONGEST_SEARCH, SearchForm

blueprint = ServiceBlueprint("search", __name__)
site = Blueprint("site_search", __name__)

#: So many results of each service stand on the page of all services, which leads to its others.
OF_EACH = 5

#: A search costs as much as ten pages: nobody reads more of them than this.
limit_search = limited("search", "60/minute", reads=True)


class KindForm(SearchForm):
    """What a reader looks for, and of which kind."""

    dans = HiddenField(validators=[Length(max=LONGEST_SEARCH)])


@dataclass(frozen=True, slots=True)
class Result:
    """A document as the page shows it."""

    kind: Any
    title: Markup
    url: str
    excerpt: Markup


@dataclass(frozen=True, slots=True)
class Facet:
    """How many documents of a kind were found, and the address of these alone."""

    title: Any
    number: int
    more: bool
    url: str
    current: bool


@blueprint.get("/recherche")
@limit_search
def index() -> Answer:
    """What was found, best first, with how much there is of each kind."""
    form = KindForm()
    offered, text = kinds(g.active), form.text
    found = find(current_session(), g.service.id, g.actor, offered, text)
    chosen = next((kind for kind in offered if kind.name == form.dans.data), None)
    page: Page[Any] = cut(found.of(chosen) if chosen else found.hits)
    return form_page(
        "search/index.html",
        form,
        text=text,
        looked_for=bool(found.query.words),
        most=MOST,
        facets=_facets(offered, found, chosen),
        page=replace(page, items=_results(page.items, found)),
        total=page.total,
        more=bool(found.more & {chosen.name} if chosen else found.more),
    )


@dataclass(frozen=True, slots=True)
class ServiceResults:
    """The best of what was found in a service: how much there is, and where all of it is shown."""

    service: Service
    results: Sequence[Result]
    number: int
    more: bool
    url: str


@site.get("/recherche")
@limit_search
def everywhere() -> Answer:
    """What was found in every service that the reader may open, service by service: each is
    searched for itself, so that none says anything of another."""
    form = SearchForm()
    text = form.text
    services = list_services(current_session(), g.actor) if text else ()
    active = active_in(current_session(), [service.id for service in services])
    found = [_found_in(service, active[service.id], text) for service in services]
    return form_page(
        "search/everywhere.html",
        form,
        text=text,
        looked_for=bool(Query(text).words),
        most=MOST,
        found=[each for each in found if each.number],
    )


def _found_in(service: Service, active: frozenset[str], text: str) -> ServiceResults:
    found = find(current_session(), service.id, g.actor, kinds(active), text)
    # Addresses within a service are made as on its own pages.
    g.service = service
    try:
        results = _results(found.hits[:OF_EACH], found)
        url = with_query(url_for("search.index"), {"q": [text]})
    finally:
        g.service = None
    return ServiceResults(service, results, len(found.hits), bool(found.more), url)


def _facets(offered: Sequence[SearchKind], found: Found, chosen: SearchKind | None) -> list[Facet]:
    def facet(title: Any, hits: Sequence[Hit], kind: SearchKind | None) -> Facet:
        asked = {"q": [found.query.text]} | ({"dans": [kind.name]} if kind else {})
        more = kind.name in found.more if kind else bool(found.more)
        url = with_query(url_for("search.index"), asked)
        return Facet(title, len(hits), more, url, kind is chosen)

    each = [facet(kind.title, hits, kind) for kind in offered if (hits := found.of(kind))]
    return [facet(_l("All"), found.hits, None), *each] if len(each) > 1 or chosen else []


def _results(hits: Sequence[Hit], found: Found) -> list[Result]:
    """What the page shows of ``hits``, read with two statements for each kind."""
    shown: dict[tuple[str, int], Result] = {}
    for kind in {hit.kind.name: hit.kind for hit in hits}.values():
        ids = [hit.id for hit in hits if hit.kind is kind]
        shown |= {(kind.name, key): each for key, each in _shown(kind, ids, found).items()}
    return [shown[key] for hit in hits if (key := (hit.kind.name, hit.id)) in shown]


def _shown(kind: SearchKind, ids: Sequence[int], found: Found) -> Mapping[int, Result]:
    session = current_session()
    documents = kind.read(session, g.service.id, ids)
    links = kind.link(session, list(documents))
    return {
        key: Result(
            kind.title,
            marked(links[key].label, found.query),
            links[key].url,
            excerpt(document.text, found.query),
        )
        for key, document in documents.items()
    }
