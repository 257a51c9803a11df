"""The pages every public site owes its readers: accessibility, legal notice, personal data, and
where everything is."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template

from eak_core.db import current_session
from eak_core.duties.accessibility import (
    CRITERIA,
    VERDICTS,
    Audit,
    audit_of,
    declared_state,
    themes_of,
)
from eak_core.errors import NotFound
from eak_core.i18n import _, _l
from eak_core.plugins.loading.host import get_host
from eak_core.services.directory import list_services
from eak_core.web import render
from eak_core.web.i18n import current_language
from eak_core.web.open_data import csv_file

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
    """How accessible the site is, what is not, and what to do about it."""
    audit = audit_of(current_app)
    return _page(
        "accessibility",
        audit=audit,
        state=declared_state(current_app),
        themes=themes_of(audit) if audit else (),
        verdicts=VERDICTS,
        total=len(CRITERIA),
    )


@blueprint.get("/accessibilite.csv")
def accessibility_file() -> Response:
    """The ledger of the audit: every criterion with what was found. `NotFound` without an audit."""
    audit = audit_of(current_app)
    if audit is None:
        raise NotFound(_l("This site was not audited yet."))
    return csv_file(_ledger(audit), "accessibilite.csv")


def _ledger(audit: Audit) -> Iterator[list[object]]:
    yield [_("Criterion"), _("Theme"), _("Verdict"), _("Note")]
    for title, rows in themes_of(audit):
        for number, found in rows:
            verdict = str(VERDICTS[found.verdict]) if found else ""
            yield [number, str(title), verdict, found.note if found else ""]


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
