"""The public keys, for people and for programs, at addresses of ``/.well-known/`` (RFC 8615)."""

from typing import Any

import msgspec
from flask import Blueprint, Response, request

from eak_core.db import current_session
from eak_core.errors import NotFound
from eak_core.keys.publication import Published, key_lines, key_set, published
from eak_core.plugins.loading.host import get_host
from eak_core.web import render
from eak_core.web.sessionless import same_for_all

blueprint = Blueprint("keys", __name__, url_prefix="/.well-known")

#: A revoked key is to be known soon, and whoever verifies asks often.
_KEPT = "public, max-age=300"


@blueprint.get("/keys", endpoint="index")
def page() -> str:
    """What is signed with which key, since when, and how that is checked."""
    keys = published(current_session())
    return render(
        "keys/index.html",
        signing=[each for each in keys if each.key.until is None],
        ended=[each for each in keys if each.key.until is not None],
        title_of=_title,
    )


@blueprint.get("/jwks.json")
@same_for_all
def jwks() -> Response:
    """The key set (RFC 7517)."""
    body = msgspec.json.encode(key_set(published(current_session())))
    return _for_all(Response(body, content_type="application/jwk-set+json"))


@blueprint.get("/keys/verifier-keys.txt")
@same_for_all
def verifier_keys() -> Response:
    """The verifier keys of signed notes (C2SP)."""
    return _for_all(_text(key_lines(published(current_session()))))


@blueprint.get("/keys/<kid>/introduction.txt")
@same_for_all
def introduction(kid: str) -> Response:
    """The note in which the key before names the key ``kid``, signed by both."""
    notes = (each.key.introduction for each in published(current_session()) if each.key.kid == kid)
    note = next(filter(None, notes), None)
    if note is None:
        raise NotFound
    return _for_all(_text(note))


def _title(each: Published) -> Any:
    """What is signed with a key; its bare name where the plugin is no longer there."""
    key = each.key
    plugin = get_host().installed.get(key.plugin)
    loaded = plugin.loaded if plugin is not None else None
    titles = loaded.keys if loaded is not None else {}
    return titles.get(key.purpose, f"{key.plugin}: {key.purpose}")


def _text(body: str) -> Response:
    return Response(body, content_type="text/plain; charset=utf-8")


def _for_all(response: Response) -> Response:
    response.headers["Cache-Control"] = _KEPT
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response
