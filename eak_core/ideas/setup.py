"""What the room of ideas brings to the application."""

from typing import Any

from flask import Flask

from eak_core.db import Session
from eak_core.ideas import feeds, manage_views
from eak_core.ideas.criteria import add_usual_criteria
from eak_core.ideas.subjects import add_usual_subjects
from eak_core.ideas.territory import ensure_communes
from eak_core.services.directory import service_opened
from eak_core.services.models import Service


def init_ideas(app: Flask) -> None:
    """Give ``app`` the pages of ideas."""
    app.register_blueprint(feeds.blueprint)
    app.register_blueprint(manage_views.blueprint)


@service_opened.connect
def furnish(session: Session, *, service: Service, **_more: Any) -> None:
    """Give a new service what its ideas are described with."""
    ensure_communes(session)
    add_usual_criteria(session, service.id)
    add_usual_subjects(session, service.id)
    session.flush()
