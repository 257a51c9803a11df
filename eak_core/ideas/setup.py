"""What the room of ideas brings to the application."""

from typing import Any

from flask import Flask

from eak_core.db import Session
from eak_core.ideas import feeds, manage_views
from eak_core.ideas.criteria import add_usual_criteria
from eak_core.ideas.subjects import add_usual_subjects
from eak_core.ideas.territory import ensure_communes
from eak_core.ideas.transitions import ideas_in_stages, move_ideas
from eak_core.people.suspensions import tell_suspended
from eak_core.plugins.neighbours import Neighbours
from eak_core.services.directory import service_opened
from eak_core.services.models import Service
from eak_core.web.networks import client_network


def init_ideas(app: Flask) -> None:
    """Give ``app`` the pages of ideas, and the host its way to the stages."""
    app.register_blueprint(feeds.blueprint)
    app.register_blueprint(manage_views.blueprint)
    Neighbours(
        ideas_in_stages=ideas_in_stages,
        move_ideas=move_ideas,
        tell_suspended=tell_suspended,
        # Wide, so that one household or one provider's customer is one client.
        client=lambda: client_network(ipv4=24, ipv6=48) or "",
    ).init_app(app)


@service_opened.connect
def furnish(session: Session, *, service: Service, **_more: Any) -> None:
    """Give a new service what its ideas are described with."""
    ensure_communes(session)
    add_usual_criteria(session, service.id)
    add_usual_subjects(session, service.id)
    session.flush()
