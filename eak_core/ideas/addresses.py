"""The addresses of ideas, within the service of the request."""

from typing import Any

from flask import g, has_request_context, url_for


def drop_service(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Views find the service in ``g.service``, where the gate has put it."""
    if values is not None:
        values.pop("service_slug", None)


def add_service(endpoint: str, values: dict[str, Any]) -> None:
    """An address within the service at hand need not name it."""
    if "service_slug" not in values and has_request_context() and g.get("service") is not None:
        values["service_slug"] = g.service.slug


def idea_url(idea: Any, *, external: bool = False) -> str:
    """``/<service>/idees/<id>-<slug>`` of anything that has ``id`` and ``slug``; with
    ``external``, on the site's own address."""
    return url_for("ideas.show", idea_id=idea.id, slug=idea.slug, _external=external)


def idea_permalink(idea: Any) -> str:
    """The address that stays when the title changes, with the site's name; it leads to the page."""
    return url_for("ideas.show", idea_id=idea.id, _external=True)
