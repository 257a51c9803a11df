"""The charter of a service: the rules by which moderators decide, in its own words, or those that
the software brings, so that there always is one (article 14 of regulation (EU) 2022/2065)."""

from flask import render_template

from eak_core import clock
from eak_core.db import Session
from eak_core.events import publish
from eak_core.i18n import _l
from eak_core.moderation.events import CharterChanged
from eak_core.moderation.models import Charter
from eak_core.permissions import Actor, require
from eak_core.services.models import Service
from eak_core.web.edits import ensure_unchanged
from eak_core.web.i18n import current_language
from eak_core.web.typed import checked_words

#: In characters.
CHARTER_LENGTH = 20_000


def charter_text(session: Session, service: Service) -> str:
    """The charter of ``service`` (Markdown): its own, or the usual one in the reader's language."""
    own = session.get(Charter, service.id)
    return own.text if own is not None else usual_charter()


def usual_charter() -> str:
    """The charter that holds where a service has none of its own."""
    return render_template(f"moderation/charter.{current_language()}.md").strip()


def change_charter(
    session: Session, actor: Actor, service: Service, text: str, *, seen: str | None = None
) -> None:
    """Give ``service`` this charter; the usual one again where ``text`` is empty. `Invalid` where
    it is too long; `Conflict` where it is not as the form has ``seen`` it."""
    require(actor, "service.manage", service)
    text = checked_words(text, "text", _l("The charter was not saved."), most=CHARTER_LENGTH)
    # Two who write the first one would both find no row to hold.
    session.get_one(Service, service.id, with_for_update=True)
    own = session.get(Charter, service.id, with_for_update=True)
    now = own.text if own is not None else usual_charter()
    if text == now:
        return
    ensure_unchanged(seen, {"text": now})
    if own is None:
        own = Charter(service_id=service.id)
    if text:
        own.text, own.changed_by, own.changed_at = text, actor.person_id, clock.now()
        session.add(own)
    elif own in session:
        session.delete(own)
    session.flush()
    changed = CharterChanged(service_id=service.id)
    publish(session, changed, service_id=service.id, actor_id=actor.person_id)
