"""Addresses that templates ask for."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import Flask, current_app, has_request_context, request, url_for
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
    """``url`` on the address that the operator has set, whatever host the request claimed and
    whatever folder (``SCRIPT_NAME``) it found the site in."""
    base, parts = urlsplit(site_url()), urlsplit(url)
    root = request.script_root if has_request_context() else ""
    path = base.path + parts.path.removeprefix(root)
    return urlunsplit((base.scheme, base.netloc, path, parts.query, parts.fragment))


def with_query(path: str, query: Mapping[str, Iterable[str]]) -> str:
    """``path`` with ``query`` behind it. What a reader typed becomes part of an address this way
    alone: handed to `url_for`, a key such as ``_scheme`` or ``endpoint`` would steer it."""
    encoded = urlencode(query, doseq=True)
    return f"{path}?{encoded}" if encoded else path


#: What a reader chooses for all pages (`eak_core.web.reader_choices`): a cookie keeps it for them,
#: and no link carries it on.
CHOSEN = ("lang", "contraste")


def asked_for(*left_out: str) -> dict[str, list[str]]:
    """The query of this address, without ``left_out`` and what a reader chooses for all pages."""
    dropped = {*left_out, *CHOSEN}
    return {name: values for name, values in request.args.lists() if name not in dropped}


#: What in the address of a list names the item that its page begins behind, or ends before.
AFTER, BEFORE = "apres", "avant"
#: What in the address of a list says which of its pages it is.
PLACE = ("page", AFTER, BEFORE)


def page_url(number: int, page: Any = None) -> str:
    """This list at page ``number``, with the same filters. The first page has the plain address.
    A neighbour of ``page``, which is shown, may be named by the items of that."""
    query = asked_for(*PLACE)
    if page is not None:
        query |= {name: [value] for name, value in page.place(number).items()}
    elif number > 1:
        query["page"] = [str(number)]
    return with_query(url_for(request.endpoint or "", **(request.view_args or {})), query)


def init_links(app: Flask) -> None:
    """Let templates of ``app`` ask for addresses."""
    app.jinja_env.globals.update(on_site=on_site, url_if_known=url_if_known, page_url=page_url)
