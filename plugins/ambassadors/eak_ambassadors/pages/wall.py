"""The ambassadors of a service, and what being one means."""

from eak_ambassadors.pages.blueprint import blueprint
from eak_core.api import render


@blueprint.get("/")
def index() -> str:
    """The ambassadors of a service."""
    return render("ambassadors/index.html")


@blueprint.get("/etre-ambassadeur")
def about() -> str:
    """What being an ambassador is, and what it is not."""
    return render("ambassadors/about.html")
