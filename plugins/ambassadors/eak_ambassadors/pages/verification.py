"""Whether a badge is one, for anybody who has its file, its text or its address."""

from urllib.parse import urlsplit
from uuid import UUID

from flask import g, redirect, url_for

from eak_ambassadors.badges.faults import SENTENCES, Fault
from eak_ambassadors.badges.verifying import Verified, issuer_named, verify
from eak_ambassadors.pages.blueprint import blueprint
from eak_ambassadors.pages.forms import CheckForm
from eak_ambassadors.recognition import signing
from eak_core.api import Answer, _, clock, current_session, form_page, limited, reads_first


@blueprint.route("/verifier", methods=["GET", "POST"])
@limited("ambassadors.verify", "20/minute;300/day")
@reads_first
def check() -> Answer:
    """Verify a badge of this service."""
    form, verified, fault, moved = CheckForm(), None, None, False
    if form.is_submitted() and form.validate():
        if (place := _address(form.text.data or "")) is not None:
            return redirect(place)
        sent = form.file.data.read() if form.file.data else (form.text.data or "").encode()
        session = current_session()
        try:
            verified = verify(sent, signing.issuer(session, g.service), clock.now())
        except Fault as refusal:
            fault = refusal
            named = issuer_named(sent) if fault.reason == "other-issuer" else ""
            moved = named in signing.former(session, g.service)
    return form_page(
        "ambassadors/verify.html",
        form,
        verified=verified,
        badge_id=_badge_id(verified),
        fault=fault,
        moved=moved,
        # The sentences stand in the module that knows them, and are marked there.
        why=_(SENTENCES[fault.reason]) if fault is not None else "",
    )


def _badge_id(verified: Verified | None) -> str | None:
    return verified.badge_id.removeprefix("urn:uuid:") if verified is not None else None


def _address(text: str) -> str | None:
    """The page of a badge of this service whose address was typed; nothing is asked elsewhere."""
    here = urlsplit(url_for("ambassadors.index", _external=True))
    parts = urlsplit(text.strip())
    beginning = f"{here.path}badges/"
    if parts.netloc != here.netloc or not parts.path.startswith(beginning):
        return None
    try:
        badge_id = UUID(parts.path.removeprefix(beginning).strip("/"))
    except ValueError:
        return None
    return url_for("ambassadors.badge", badge_id=badge_id)
