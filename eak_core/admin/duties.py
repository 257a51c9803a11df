"""What the law asks the site to say, and what is still to be written of it."""

from flask import Response, current_app

from eak_core.admin.desk import blueprint
from eak_core.duties.accessibility import (
    CRITERIA,
    DECLARED,
    FILE,
    audit_of,
    declared_state,
    empty_ledger,
)
from eak_core.duties.gaps import duties
from eak_core.web import render
from eak_core.web.acts import Answer
from eak_core.web.open_data.downloads import download


@blueprint.get("/obligations")
def obligations() -> Answer:
    """Each duty, with what the site says of it."""
    return render(
        "admin/duties.html",
        duties=duties(current_app.extensions["eak_config"]),
        audit=audit_of(current_app),
        state=DECLARED[declared_state(current_app)],
        file=FILE,
        total=len(CRITERIA),
    )


@blueprint.get("/obligations/accessibility.toml")
def empty_audit() -> Response:
    """The ledger of an audit, to be filled in."""
    return download([empty_ledger().encode()], "application/toml", FILE, attachment=True)
