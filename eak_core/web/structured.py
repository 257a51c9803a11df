"""What a page is about, for search engines: JSON-LD with the words of schema.org.

A template says it before its blocks, with what the page shows and nothing else::

    {% set page_things = [thing("Event", name=fair.title, startDate=fair.opens_at)] %}

The layout puts it into the page where everybody may read it: in no internal service. It stands in a
data block, which browsers neither run nor show (HTML, 4.12.1), so that the policy of the site's
scripts does not speak of it. Whatever people typed cannot end that block.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Flask, g
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from eak_core.web.links import on_site

#: What holds an address of this site.
_ADDRESSES = frozenset({"@id", "image", "item", "logo", "target", "url", "urlTemplate"})


def thing(kind: str, **said: Any) -> dict[str, Any]:
    """A thing of the type ``kind`` of schema.org, such as ``Event``: what is said of it, without
    what is empty; instants as ISO 8601, and paths of the site as whole addresses."""
    values = {name: _value(name, value) for name, value in said.items()}
    return {"@type": kind, **{name: value for name, value in values.items() if value not in _NONE}}


_NONE: tuple[Any, ...] = (None, "", [], {})


def _value(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if value is None or isinstance(value, int | float | Mapping):
        return value
    if not isinstance(value, str) and isinstance(value, Iterable):
        return [_value(name, each) for each in value]
    # Lazy texts as well.
    text = str(value)
    return on_site(text) if name in _ADDRESSES and text.startswith("/") else text


def trail(steps: Sequence[tuple[Any, str | None]]) -> dict[str, Any]:
    """The breadcrumbs of a page, as the macro `breadcrumbs` takes them."""
    items = [
        thing("ListItem", position=place, name=label, item=url)
        for place, (label, url) in enumerate(steps, 1)
    ]
    return thing("BreadcrumbList", itemListElement=items)


def persons(names: Iterable[str]) -> list[dict[str, Any]]:
    """People of whom a page shows the names."""
    return [thing("Person", name=name) for name in names]


def structured(things: Sequence[Mapping[str, Any]]) -> Markup:
    """``things`` as the data block of a page; nothing in a service that is not public."""
    service = g.get("service")
    if not things or (service is not None and service.audience != "public"):
        return Markup()
    data = htmlsafe_json_dumps({"@context": "https://schema.org", "@graph": list(things)})
    return Markup('<script type="application/ld+json">{}</script>').format(data)


def init_structured(app: Flask) -> None:
    """Let the templates of ``app``, those of plugins too, say what their pages are."""
    app.jinja_env.globals.update(persons=persons, structured=structured, thing=thing, trail=trail)
