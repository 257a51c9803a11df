"""The addresses of ideas, within the service of the request."""

from typing import Any

from flask import has_request_context, url_for


def idea_url(idea: Any, *, external: bool = False, **values: str) -> str:
    """``/<service>/idees/<id>-<slug>`` of anything that has ``id`` and ``slug``; on the site's own
    address with ``external``, and where no page is read: in handlers and commands. Of another
    service with ``service_slug`` among ``values``."""
    whole = external or not has_request_context()
    return url_for("ideas.show", idea_id=idea.id, slug=idea.slug, _external=whole, **values)


def idea_permalink(idea: Any) -> str:
    """The address that stays when the title changes, with the site's name; it leads to the page."""
    return url_for("ideas.show", idea_id=idea.id, _external=True)
