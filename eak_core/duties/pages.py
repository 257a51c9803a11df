"""The pages every public site owes its readers: accessibility, legal notice, personal data, and
where everything is."""

from typing import Any

from flask import Blueprint, current_app, g, render_template

from eak_core.db import current_session
from eak_core.plugins.loading.host import get_host
from eak_core.services.directory import list_services
from eak_core.web import render
from eak_core.web.i18n import current_language

blueprint = Blueprint("pages", __name__)

_SHOWN = (
    "base_url",
    "contact_email",
    "data_protection_email",
    "hosting",
    "publication_director",
    "publisher",
    "publisher_address",
)


@blueprint.get("/accessibilite")
def accessibility() -> str:
    """How accessible the site is, and what to do where it is not."""
    return _page("accessibility")


@blueprint.get("/mentions-legales")
def legal() -> str:
    """Who publishes and hosts the site."""
    return _page("legal")


@blueprint.get("/confidentialite")
def privacy() -> str:
    """What the site knows of people, why, who reads it, and for how long."""
    kept = [
        each
        for _owner, found in get_host().call_each("kept_data", get_host().ready)
        for each in found
    ]
    return _page("privacy", kept=kept)


@blueprint.get("/plan-du-site")
def site_plan() -> str:
    """Where everything is (RGAA 4.1, criteria 12.1 and 12.3)."""
    return render("pages/site_plan.html", services=list_services(current_session(), g.actor))


def _page(name: str, **values: Any) -> str:
    # Long texts of law are one template per language: a translation sentence by sentence of
    # them would read like one.
    template = f"pages/{current_language()}/{name}.html"
    config = current_app.extensions["eak_config"]
    # By name: a theme's template has no business with the rest of the settings.
    shown = {name: getattr(config, name) for name in _SHOWN}
    return render_template(template, **shown, **values)
