"""The addresses of ideas, within the service of the request."""

from typing import Any

from flask import has_request_context, url_for

from eak_core.events.core import service_at_hand


def drop_service(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Views find the service in ``g.service``, where the gate has put it."""
    if values is not None:
        values.pop("service_slug", None)


def add_service(endpoint: str, values: dict[str, Any]) -> None:
    """An address within the service at hand need not name it."""
    if "service_slug" not in values and (service := service_at_hand()) is not None:
        values["service_slug"] = service.slug


def idea_url(idea: Any, *, external: bool = False) -> str:
    """``/<service>/idees/<id>-<slug>`` of anything that has ``id`` and ``slug``; on the site's own
    address with ``external``, and where no page is read: in handlers and commands."""
    whole = external or not has_request_context()
    return url_for("ideas.show", idea_id=idea.id, slug=idea.slug, _external=whole)


def idea_permalink(idea: Any) -> str:
    """The address that stays when the title changes, with the site's name; it leads to the page."""
    return url_for("ideas.show", idea_id=idea.id, _external=True)
