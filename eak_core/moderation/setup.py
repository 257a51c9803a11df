"""What the room of moderation brings to the application."""

from typing import Any

from flask import Flask, g, request, url_for
from markupsafe import Markup

from eak_core.moderation import manage_views, measure_views, public_views, upkeep, views  # noqa: F401  # what is due, on import
from eak_core.permissions import may
from eak_core.web.acts import fragment


def init_moderation(app: Flask) -> None:
    """Give ``app`` the pages of moderation, and its templates the link to report something."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(manage_views.blueprint)
    app.register_blueprint(public_views.manage)
    app.register_blueprint(measure_views.manage)
    app.jinja_env.globals.update(report_link=report_link, suspended_here=suspended_here)


def suspended_here() -> Markup:
    """What whoever is suspended in the service reads on each of its pages; for others nothing."""
    # The page of the measure says it itself.
    if request.endpoint in {"moderation.measure", "moderation.contest_measure"}:
        return Markup()
    actor, service = g.get("actor"), g.get("service")
    suspensions = actor.suspended(service.id) if actor and service else []
    if not suspensions:
        return Markup()
    return fragment("moderation/suspended.html", suspensions=suspensions)


def report_link(subject: str, about: Any = "") -> Markup:
    """The link by which readers report ``subject`` (``tools.tool:12``), of which a plugin tells by
    the hook `reportable_things`; ``about`` completes what it says for those who only hear it."""
    if not may(g.actor, "content.report", g.service):
        return Markup()
    address = url_for("moderation.report", subject=subject)
    return fragment("moderation/link.html", address=address, about=about)
