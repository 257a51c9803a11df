"""Badges as everybody sees them, what verifies them, and their files."""

import msgspec
from flask import Response, g, request, url_for
from sqlalchemy import select

from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Ambassador, Badge
from eak_ambassadors.pages.blueprint import blueprint
from eak_ambassadors.recognition import files, signing
from eak_core.api import (
    Gone,
    NotFound,
    _l,
    clock,
    current_session,
    limited,
    person_names,
    plugin_settings,
    qr_path,
    render,
    valid_until,
)

limit_files = limited("ambassadors.badge", "60/minute;600/day", reads=True)


def badge_of(badge_id: str) -> tuple[Badge, Ambassador]:
    """A badge of the service, and whose it is. `NotFound` where there is none."""
    row = current_session().execute(
        select(Badge, Ambassador)
        .join(Ambassador, Ambassador.id == Badge.ambassador_id)
        .where(Badge.id == badge_id, Badge.service_id == g.service.id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound(_l("There is no badge at this address."))
    badge, ambassador = row
    return badge, ambassador


@blueprint.get("/badges/<uuid:badge_id>")
def badge(badge_id: object) -> str:
    """A badge: valid, expired or revoked, and how to verify it oneself."""
    found, ambassador = badge_of(str(badge_id))
    shown = ambassador.shown and found.revoked_at is None
    if found.revoked_at is None and found.until > clock.now():
        valid_until(found.until)
    names = person_names(current_session(), [ambassador.person_id or 0] if shown else [])
    return render(
        "ambassadors/badge.html",
        badge=found,
        ambassador=ambassador,
        name=names.get(ambassador.person_id or 0),
        badge_name=plugin_settings(current_session(), g.service.id, plugin.name)["badge_name"],
        expired=found.until <= clock.now(),
        address=url_for("ambassadors.badge", badge_id=badge_id, _external=True),
    )


@blueprint.get("/badges/<uuid:badge_id>/badge.<ending>")
@limit_files
def badge_file(badge_id: object, ending: str) -> Response:
    """The file of a badge: ``png``, ``svg``, ``jwt`` or ``json``."""
    found, _ambassador = badge_of(str(badge_id))
    if found.revoked_at is not None:
        raise Gone(_l("This badge was revoked."))
    made = files.file_of(current_session(), g.service, found, ending)
    if made is None:
        raise NotFound
    data, kind = made
    name = f"badge.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, content_type=kind, headers=headers)


@blueprint.get("/badges/<uuid:badge_id>/image.svg")
@limit_files
def badge_image(badge_id: object) -> Response:
    """What a badge looks like, with nothing in it."""
    found, _ambassador = badge_of(str(badge_id))
    return Response(files.drawn(current_session(), g.service, found), content_type="image/svg+xml")


@blueprint.get("/badges/<uuid:badge_id>/qr.svg")
@limit_files
def badge_code(badge_id: object) -> Response:
    """The address of a badge as a QR code."""
    found, _ambassador = badge_of(str(badge_id))
    address = url_for("ambassadors.badge", badge_id=found.id, _external=True)
    return Response(qr(address), content_type="image/svg+xml")


def qr(text: str) -> bytes:
    """``text`` as a QR code (ISO 18004), as SVG: dark on light, whatever the theme."""
    path, width = qr_path(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}" width="{6 * width}"'
        f' height="{6 * width}" shape-rendering="crispEdges"><rect width="{width}" height="{width}"'
        f' fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    ).encode()


@blueprint.get("/did.json")
def did_document() -> Response:
    """The document of the service as an issuer (did:web)."""
    return _json(signing.did_document(current_session(), g.service), "application/did+json")


@blueprint.get("/emetteur.json")
def issuer_file() -> Response:
    """All that is needed to verify badges without a network."""
    return _json(signing.whole_document(current_session(), g.service), "application/json")


@blueprint.get("/statuts.jwt")
def status_list() -> Response:
    """The signed list of what was revoked."""
    found = signing.status_lists(current_session(), g.service)
    if not found:
        raise NotFound
    return _for_all(Response(found[0], content_type="application/jwt"))


def _json(value: object, kind: str) -> Response:
    return _for_all(Response(msgspec.json.encode(value), content_type=kind))


def _for_all(response: Response) -> Response:
    """``response`` for verifiers, wherever they are. They change with keys too, which no other page
    does: each time they are asked for, it is looked whether they have."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
