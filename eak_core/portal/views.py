"""The portal of the site, and the home page of each service."""

from flask import Blueprint, g

from eak_core.db import current_session
from eak_core.ideas.content.attachments import shown_of_all
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.pages.display import words
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.portal.overview import (
    decisions_of,
    idea_count,
    latest_decisions,
    latest_ideas,
    portal_entries,
)
from eak_core.portal.picture import pictures_of
from eak_core.services.links import links_into_services
from eak_core.web import render
from eak_core.web.markdown import markdown
from eak_core.web.queries import LONGEST_SEARCH

portal = Blueprint("portal", __name__)
services = ServiceBlueprint("services", __name__)
for _blueprint in (portal, services):
    _blueprint.context_processor(words)


@portal.get("/")
def home() -> str:
    """The services of the site that the reader may open, and what plugins say goes on in them."""
    session = current_session()
    entries = portal_entries(session, g.actor)
    services = [entry.service for entry in entries]
    links = links_into_services(session, g.actor, "portal_links", {"services": services})
    graph = stage_graph(frozenset())
    return render(
        "services/portal.html",
        longest_search=LONGEST_SEARCH,
        entries=entries,
        links=links,
        decisions=latest_decisions(session, graph, services),
        graph=graph,
        named={service.id: service for service in services},
    )


@services.get("/", endpoint="home")
def service_home() -> str:
    """What a service is about, its latest ideas, and what its plugins add."""
    session = current_session()
    ideas, graph = latest_ideas(session, g.service), stage_graph(g.active)
    return render(
        "services/home.html",
        description=markdown(g.service.description, 2),
        picture=pictures_of(session, [g.service.id]).get(g.service.id),
        ideas=ideas,
        files=shown_of_all(session, g.service.id, ideas),
        count=idea_count(session, g.service),
        decisions=decisions_of(session, graph, g.service),
        graph=graph,
        named={g.service.id: g.service},
    )
