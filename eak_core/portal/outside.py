"""What search engines and security researchers read first: which pages there are, and whom to
write to. They say nothing of internal services, nor of what is hidden."""

from datetime import UTC, datetime

from flask import Response, current_app, render_template, request, url_for
from sqlalchemy import select

from eak_core import clock
from eak_core.db import current_session
from eak_core.errors import NotFound
from eak_core.ideas.models import Idea
from eak_core.ideas.visibility import shown_idea
from eak_core.portal.views import portal
from eak_core.services.models import Service
from eak_core.web.limits import limited
from eak_core.web.links import on_site

#: How many numbers of ideas one part of the site map goes through: the protocol takes 50,000
#: addresses a file (sitemaps.org/protocol.html).
PART = 5_000
#: Where a robot finds nothing but forms and what is somebody's own. Lists with filters are the same
#: pages again in another order.
_CLOSED = ("/admin/", "/compte/", "/*/gestion/", "/*?")
#: What is listed. How many parts there are must not tell how much there is beside.
_PUBLIC = (Service.audience == "public", shown_idea())
_STATUTORY = (
    "pages.accessibility",
    "pages.legal",
    "pages.privacy",
    "pages.site_plan",
    "pages.statistics",
    "reuse_site.home",
    "contact.write",
)


@portal.get("/robots.txt")
def robots() -> Response:
    """Which pages robots leave alone (RFC 9309), and where the others are listed."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED)]
    lines += ["", f"Sitemap: {on_site(url_for('portal.site_map'))}", ""]
    return Response("\n".join(lines), mimetype="text/plain")


@portal.get("/sitemap.xml")
@limited("site_map", "60/minute", reads=True)
def site_map() -> Response:
    """The parts of the site map: the pages of the site, then its ideas, so many at a time."""
    last = current_session().scalar(
        select(Idea.id).join(Service, Service.id == Idea.service_id).where(*_PUBLIC)
        .order_by(Idea.id.desc()).limit(1)
    )  # fmt: skip
    parts = [url_for("portal.site_map_pages")]
    if last:
        parts += [url_for("portal.site_map_ideas", part=n) for n in range(last // PART + 1)]
    return _xml("feeds/site_map_index.xml", parts=[on_site(each) for each in parts])


@portal.get("/sitemap/pages.xml")
@limited("site_map", "60/minute", reads=True)
def site_map_pages() -> Response:
    """The portal, what every public site says of itself, and the home page and the list of ideas of
    each public service."""
    slugs = current_session().scalars(
        select(Service.slug).where(Service.audience == "public").order_by(Service.slug)
    )
    pages = [url_for("portal.home"), *map(url_for, _STATUTORY)]
    for slug in slugs:
        pages += [
            url_for("services.home", service_slug=slug),
            url_for("ideas.index", service_slug=slug),
        ]
    return _xml("feeds/site_map.xml", pages=[(on_site(each), None) for each in pages])


@portal.get("/sitemap/idees-<int:part>.xml")
@limited("site_map", "60/minute", reads=True)
def site_map_ideas(part: int) -> Response:
    """The public ideas of public services whose numbers lie in one part."""
    if part > 2**31 // PART:
        raise NotFound
    ideas = current_session().execute(
        select(Idea.id, Idea.slug, Idea.updated_at, Service.slug.label("service"))
        .join(Service, Service.id == Idea.service_id)
        .where(Idea.id >= part * PART, Idea.id < (part + 1) * PART, *_PUBLIC)
        .order_by(Idea.id)
    )
    pages = [
        (
            on_site(
                url_for("ideas.show", service_slug=each.service, idea_id=each.id, slug=each.slug)
            ),
            each.updated_at,
        )
        for each in ideas
    ]
    return _xml("feeds/site_map.xml", pages=pages)


@portal.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Whom to tell of a weakness (RFC 9116); nothing where the operator has set no address."""
    contact: str = current_app.extensions["eak_config"].contact_email
    if not contact:
        raise NotFound
    lines = [
        f"Contact: mailto:{contact}",
        f"Expires: {_half_a_year_on(clock.now()).isoformat()}",
        "Preferred-Languages: fr, en",
        f"Canonical: {on_site(request.path)}",
        "",
    ]
    return Response("\n".join(lines), mimetype="text/plain")


def _half_a_year_on(now: datetime) -> datetime:
    """The beginning of the month six months on: less than a year, as the standard advises, and the
    same for everybody who asks in a month."""
    year, month = divmod(now.year * 12 + now.month - 1 + 6, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def _xml(template: str, **values: object) -> Response:
    return Response(render_template(template, **values), mimetype="application/xml")
