"""Who comes in: each request learns its actor, and of services none that are not for them."""

from typing import Any

from flask import Flask, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from eak_core.db import Session, current_session
from eak_core.errors import Forbidden
from eak_core.i18n import _l
from eak_core.people.credentials import sessions
from eak_core.people.rights.actor import current_actor
from eak_core.permissions import Actor, DeputyOver, SignInRequired, may
from eak_core.permissions.checks import UNSECURED, Owned
from eak_core.services.lookup import Place, find
from eak_core.web.csrf import refuse_kept
from eak_core.web.errors import refuse

#: Addresses that programs read: a sign-in page would be no answer to them.
_FOR_PROGRAMS = (".atom", ".csv", ".json")
#: The rooms that are open to whoever has a role and no second factor: one's own account.
_OPEN = {"account", "security"}
_WHY_UNSECURED = _l(
    "Your role on this site asks for a second factor beside your password: whoever guesses or finds"
    " that password must not decide in your place. Set it up here; you then go on where you were."
)


def init_entrance(app: Flask) -> None:
    """Set ``g.actor`` before anything of ``app`` runs; call this after the gate is installed.

    Templates get ``service``, ``actor`` and ``may(permission, subject=None)``.
    """
    app.before_request(meet)
    app.context_processor(_for_templates)
    app.register_error_handler(SignInRequired, lead_to_sign_in)
    app.register_error_handler(DeputyOver, keep_typed)


def meet() -> Response | None:
    """Find out who asks, and lead whose role needs a second factor to where it is set up."""
    if request.path.startswith("/static/"):
        # Files are the same for everybody: no session is looked at, so that they can be kept.
        g.actor = Actor.visitor()
        return None
    g.actor = current_actor(current_session())
    if g.actor.signed_in and not request.path.endswith(_FOR_PROGRAMS):
        # Not for a page that asks again by itself: it would keep a session open for ever.
        sessions.keep_alive(current_session())
        reads = request.method in {"GET", "HEAD"}
        if g.actor.unsecured and g.refused and not reads:
            # Said of every service that is not for them, as of those that are none.
            raise Forbidden(UNSECURED)
        if g.actor.unsecured and reads and request.blueprint not in _OPEN:
            flash(str(_WHY_UNSECURED), "info")
            place = request.full_path.rstrip("?")
            return redirect(url_for("account.second_factor_page", next=place))
    return None


def find_visible(session: Session, slug: str) -> Place | None:
    """The service at ``/<slug>/`` as the gate asks for it: none where it is not for this reader.

    Nothing of the request knows of it then, whatever refuses it later: no theme, no title and no
    navigation can tell it from one that was never made.
    """
    place = find(session, slug)
    if place is None or place.service.audience == "public":
        return place
    return place if may(current_actor(session), "service.read", place.service) else None


def _for_templates() -> dict[str, Any]:
    """What every template knows of the request.

    ``service``: the service that the page is in; None elsewhere.
    ``actor``: who looks, an `Actor`.
    ``may``: whether they have a right here: ``may("thanks.give")``, or ``may("thanks.give",
    thing)`` about something that has an author. False outside of a service where the right needs
    one.
    """
    actor = g.get("actor") or Actor.visitor()
    service = g.get("service")

    def may_here(permission: str, subject: Owned | None = None) -> bool:
        return may(actor, permission, service, subject)

    return {"actor": actor, "service": service, "may": may_here}


def keep_typed(refusal: DeputyOver) -> Response:
    """Show what was typed while a deputy's time ended."""
    return refuse_kept(str(refusal))


def lead_to_sign_in(refusal: SignInRequired) -> Response:
    """To the sign-in page and back here; what a form sent stays in the browser instead."""
    if request.method not in {"GET", "HEAD"} or request.path.endswith(_FOR_PROGRAMS):
        return refuse(refusal)
    flash(str(refusal), "info")
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
