"""The portal of the site, and the home page of each service."""

from flask import Blueprint, g

from eak_core.db import current_session
from eak_core.people.links import links_into_services
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.portal.overview import SUMMARY_LENGTH, idea_count, latest_ideas, portal_entries
from eak_core.web import render
from eak_core.web.markdown import markdown, plain_summary

portal = Blueprint("portal", __name__)
services = ServiceBlueprint("services", __name__)


@portal.get("/")
def home() -> str:
    """The services of the site that the reader may open, and what plugins say goes on in them."""
    session = current_session()
    entries = portal_entries(session, g.actor)
    services = [entry.service for entry in entries]
    links = links_into_services(session, g.actor, "portal_links", services=services)
    return render("services/portal.html", entries=entries, links=links)


@services.get("/", endpoint="home")
def service_home() -> str:
    """What a service is about, its latest ideas, and what its plugins add."""
    session = current_session()
    ideas = latest_ideas(session, g.service)
    return render(
        "services/home.html",
        description=markdown(g.service.description),
        ideas=ideas,
        summaries={idea.id: plain_summary(idea.beginning, SUMMARY_LENGTH) for idea in ideas},
        count=idea_count(session, g.service),
    )
