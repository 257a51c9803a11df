"""The open data of the whole site: a page for people, and the catalogue for portals."""

from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import force_locale

from eak_core.db import current_session
from eak_core.reuse import licence
from eak_core.reuse.catalogue import Addresses, catalogue, department_of, published
from eak_core.services.models import Service
from eak_core.web import render
from eak_core.web.limits import limited
from eak_core.web.links import on_site

blueprint = Blueprint("reuse_site", __name__)

#: The formats of a set, and the views that answer them.
_VIEWS = {"csv": "reuse.table", "json": "reuse.document", "schema.json": "reuse.schema"}


@blueprint.get("/donnees")
def home() -> str:
    """Which services have open data, and where the catalogue is."""
    return render("reuse/site.html", found=published(current_session()), licence=licence)


@blueprint.get("/catalogue.jsonld")
@limited("reuse.catalogue", "60/minute", reads=True)
def document() -> Response:
    """The catalogue (DCAT-AP), which data.gouv.fr reads by itself once its address is known."""
    session, config = current_session(), current_app.extensions["eak_config"]
    with force_locale("fr"):
        said = catalogue(
            published(session),
            _addresses(),
            site=config.site_name,
            publisher=config.publisher or config.site_name,
            email=config.contact_email,
            department=department_of(session),
        )
    body = msgspec.json.format(msgspec.json.encode(said), indent=2)
    response = Response(body, content_type="application/ld+json")
    response.add_etag()
    response.make_conditional(request)
    return response


def _addresses() -> Addresses:
    def within(endpoint: str, service: Service, **values: Any) -> str:
        return on_site(url_for(endpoint, service_slug=service.slug, **values))

    return Addresses(
        catalogue=on_site(url_for("reuse_site.document")),
        home=on_site(url_for("reuse_site.home")),
        contact=on_site(url_for("contact.write")),
        page=lambda service: within("reuse.index", service),
        everything=lambda service: within("reuse.everything", service),
        file=lambda service, name, ending: within(_VIEWS[ending], service, name=name),
    )
