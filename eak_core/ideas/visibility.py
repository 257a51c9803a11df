"""Who sees which idea: one policy for the page, the lists, the feeds, the exports and the search.

Public are the ideas of a service except drafts, which only those who write them see, and those that
are gone: withdrawn by the author, or hidden by moderation. The text of what is gone is shown to
nobody; its page says that it is gone, and why. What was merged is shown by the idea that it is part
of, to which its page leads.
"""

from collections.abc import Sequence

from sqlalchemy import BindParameter, ColumnElement, Integer, and_, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute

from eak_core.db import Session
from eak_core.errors import Gone, NotFound
from eak_core.i18n import _l
from eak_core.ideas.models import Idea, StageChange
from eak_core.ideas.stages import DRAFT, MERGED, UNCHOSEN, WITHDRAWN
from eak_core.moderation.decisions import hidden_reason, not_hidden
from eak_core.permissions import Actor, may
from eak_core.services.models import Service


class IdeaGone(Gone):
    """The idea was withdrawn or ``hidden``; ``reason`` is public, the text no longer is."""

    def __init__(self, message: object, reason: str, *, hidden: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.hidden = hidden


class IdeaElsewhere(IdeaGone):
    """The idea was merged: it is part of another one now, whose id is ``into_id``."""

    def __init__(self, message: object, reason: str, into_id: int) -> None:
        super().__init__(message, reason)
        self.into_id = into_id


def subject_of(idea_id: int) -> str:
    """How moderation names an idea."""
    return f"idea:{idea_id}"


def numbered(name: str, subjects: Sequence[str]) -> dict[int, str]:
    """The numbers of those of ``subjects`` (``idea:12``, as the log names things) that are called
    ``name``, with what they were called in full. What nobody can have stored, such as a number
    that no database holds, is left out: anybody may have typed it."""
    found = {}
    for subject in subjects:
        kind, _colon, number = subject.partition(":")
        if kind == name and number.isascii() and number.isdecimal() and len(number) < 10:
            found[int(number)] = f"{name}:{number}"
    return found


# Each by itself: a list of values would be put together anew for each statement.
_SEEN = tuple(Idea.stage != each for each in sorted(UNCHOSEN))


def public_ideas(
    service_id: int | InstrumentedAttribute[int] | BindParameter[int], *, merged: bool = False
) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Idea` that keep what everybody may see of a service, or of each service
    of a statement where ``service_id`` is its column; or what everybody may see of those that were
    ``merged``."""
    return (
        Idea.service_id == service_id,
        *([Idea.stage == MERGED] if merged else _SEEN),
        not_hidden(service_id, "idea", Idea.id),
    )


def shown_idea() -> ColumnElement[bool]:
    """Whether everybody who reads its service may read an idea, as a value of a statement."""
    return and_(*public_ideas(Idea.service_id)[1:])


def hidden_ideas(service_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The condition on `Idea` that keeps what moderation has hidden."""
    return ~not_hidden(service_id, "idea", Idea.id)


# Put together once: whoever supports an idea asks for it three times.
_PUBLIC = select(Idea.id).where(
    Idea.id == bindparam("idea"), *public_ideas(bindparam("service", type_=Integer))
)


def is_public(session: Session, idea: Idea) -> bool:
    """Whether everybody who reads the service may read ``idea``."""
    return session.scalar(_PUBLIC, {"idea": idea.id, "service": idea.service_id}) is not None


def check_readable(session: Session, actor: Actor, service: Service, idea: Idea) -> None:
    """Return where ``actor`` may read ``idea``.

    `NotFound` for somebody else's draft, which must not be told from nothing at all, and for what
    is in another service by now; `IdeaGone` with the public reason for what was withdrawn or
    hidden, `IdeaElsewhere` for what was merged.
    """
    if idea.service_id != service.id:
        raise NotFound(_l("There is no idea at this address."))
    if idea.stage == DRAFT:
        if actor.is_system or not may(actor, "idea.read_draft", service, idea):
            raise NotFound(_l("There is no idea at this address."))
        return
    hidden = hidden_reason(session, service.id, subject_of(idea.id))
    if hidden is not None:
        raise IdeaGone(_l("This idea was hidden by the moderators."), hidden, hidden=True)
    if idea.stage == WITHDRAWN:
        raise IdeaGone(_l("The author has withdrawn this idea."), _last_reason(session, idea))
    if idea.merged_into_id is not None:
        told = _l("This idea was merged with another one.")
        raise IdeaElsewhere(told, _last_reason(session, idea), idea.merged_into_id)


def _last_reason(session: Session, idea: Idea) -> str:
    query = select(StageChange.reason).where(StageChange.idea_id == idea.id)
    return session.scalar(query.order_by(StageChange.id.desc()).limit(1)) or ""
