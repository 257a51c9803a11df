"""The pages every public site owes its readers: accessibility, legal notice, personal data."""

from flask import Blueprint, current_app, render_template

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
    """What the site knows of people, why, and for how long."""
    return _page("privacy")


def _page(name: str) -> str:
    # Long texts of law are one template per language: a translation sentence by sentence of
    # them would read like one.
    template = f"pages/{current_language()}/{name}.html"
    config = current_app.extensions["eak_config"]
    # By name: a theme's template has no business with the rest of the settings.
    return render_template(template, **{name: getattr(config, name) for name in _SHOWN})
