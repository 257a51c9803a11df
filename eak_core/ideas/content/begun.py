"""An idea that somebody began before they had an account, kept in their own browser meanwhile.

It is a draft of `eak_core.web.drafts`: some 3,000 characters, compressed. It is shown in the form
before anything is done with it, and nothing of it is on the site until its author submits it.
"""

import msgspec

from eak_core.ideas.content.texts import LENGTHS, MOST_SUBJECTS, STATEMENT_LENGTH, Proposal
from eak_core.services.models import Service
from eak_core.web.drafts import draft, drop_draft, keep_draft

#: Longer lists of communes than any form offers are of nobody's making.
_MOST_COMMUNES = 200


def keep_begun(service: Service, proposal: Proposal) -> bool:
    """Keep what was typed for ``service``; False where it is too long for a cookie, and nothing is
    kept."""
    said = {
        name: value for name, value in msgspec.to_builtins(proposal, str_keys=True).items() if value
    }
    try:
        keep_draft(_name(service), said)
    except ValueError:
        return False
    return True


def begun(service: Service) -> Proposal | None:
    """What was begun for ``service`` in this browser; None where there is nothing of it."""
    try:
        kept = msgspec.convert(draft(_name(service)), Proposal | None, strict=False)
    except msgspec.ValidationError:  # written by another version, or by nobody's form
        return None
    if kept is None or len(kept.subjects) > MOST_SUBJECTS or len(kept.communes) > _MOST_COMMUNES:
        return None
    within = all(len(getattr(kept, name)) <= most for name, most in LENGTHS.items())
    short = all(len(text) <= STATEMENT_LENGTH for text in kept.statements.values())
    return kept if within and short else None


def forget_begun(service: Service) -> None:
    """What was begun for ``service`` is on the site now."""
    drop_draft(_name(service))


def _name(service: Service) -> str:
    return f"idea.{service.id}"
