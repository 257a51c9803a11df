"""What happened in a service, as it is told in newsletters: asked of the core's features and of the
plugins that are on there."""

from datetime import datetime
from typing import Any, NamedTuple

from flask import url_for
from werkzeug.routing import BuildError

from eak_core.db import Session
from eak_core.plugins.hooks.contributions import NewsletterItem
from eak_core.plugins.hooks.failures import note
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.activation import active_plugins


class News(NamedTuple):
    """A `NewsletterItem` with the address of its page, whole, and the ``owner`` who told it."""

    owner: str
    item: NewsletterItem
    url: str


def news_between(session: Session, service: Any, since: datetime, until: datetime) -> list[News]:
    """What happened in ``service`` from ``since`` until before ``until`` and a visitor may read
    now, the weightiest first and of the same weight the latest; each key of an owner once."""
    found: dict[tuple[str, str], News] = {}
    active = active_plugins(session, service.id)
    answers = get_host().call_each(
        "newsletter_items", active, session=session, service=service, since=since, until=until
    )
    for owner, items in answers:
        for item in items:
            url = _address(owner, service, item)
            if url is not None and since <= item.at < until:
                found.setdefault((owner, item.key), News(owner, item, url))
    return sorted(
        found.values(),
        key=lambda each: (-each.item.weight, -each.item.at.timestamp(), each.owner, each.item.key),
    )


def _address(owner: str, service: Any, item: NewsletterItem) -> str | None:
    try:
        values = {"service_slug": service.slug, **item.values}
        return url_for(item.endpoint, **values, _external=True)
    except BuildError as error:
        if owner in get_host().features:
            raise
        note(owner, "newsletter_items", service.id, error)
        return None
