"""What the law asks the site to say, and what is still to be written of it."""

from flask import current_app

from eak_core.admin.desk import blueprint
from eak_core.duties.gaps import duties
from eak_core.web import render
from eak_core.web.acts import Answer


@blueprint.get("/obligations")
def obligations() -> Answer:
    """Each duty, with what the site says of it."""
    return render("admin/duties.html", duties=duties(current_app.extensions["eak_config"]))
