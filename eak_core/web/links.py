"""Addresses that templates ask for."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, current_app, request, url_for
from werkzeug.routing import BuildError


def url_if_known(endpoint: str, **values: Any) -> str | None:
    """The address of ``endpoint``, or None where the site has no such page."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def site_url() -> str:
    """The address of the whole site (setting ``base_url``), without a slash at its end: for what
    is made outside of a request, or must not depend on the address somebody came by."""
    base: str = current_app.extensions["eak_config"].base_url
    return base.rstrip("/")


def on_site(url: str) -> str:
    """``url`` on the address that the operator has set, whatever host the request claimed."""
    base, parts = urlsplit(site_url()), urlsplit(url)
    return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, parts.fragment))


def page_url(number: int) -> str:
    """This list at page ``number``, with the same filters. The first page has the plain address."""
    query = {name: values for name, values in request.args.lists() if name not in {"page", "lang"}}
    if number > 1:
        query["page"] = [str(number)]
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **query})


def init_links(app: Flask) -> None:
    """Let templates of ``app`` ask for addresses."""
    app.jinja_env.globals.update(url_if_known=url_if_known, page_url=page_url)
