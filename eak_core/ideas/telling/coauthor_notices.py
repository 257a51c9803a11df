"""What authors are told of those who write an idea with them."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from eak_core.db import Session
from eak_core.events import CORE
from eak_core.events.types import Recorded
from eak_core.i18n import _, _l
from eak_core.ideas.events import IdeaCoauthorJoined, IdeaCoauthorLeft
from eak_core.ideas.models import Idea
from eak_core.moderation.decisions import not_hidden
from eak_core.notices.kinds import NoticeKind, Told, tells
from eak_core.people.names import person_names
from eak_core.permissions import Actor
from eak_core.plugins.hooks.contributions import NoticeSentence
from eak_core.services.models import Service

COAUTHORS = NoticeKind(
    CORE,
    "coauthors",
    _l("Those who write with you"),
    _l("Somebody whom you have invited begins to write your idea with you, or no longer does."),
)


@tells(CORE, COAUTHORS, IdeaCoauthorJoined, IdeaCoauthorLeft)
def tell_of_coauthor(session: Session, event: Recorded) -> Told:
    """The author, whose draft it may be."""
    author = select(Idea.author_id).where(Idea.id == event.data.idea_id)
    return Told(people=[session.scalar(author)])


def sentences(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Iterator[tuple[int, NoticeSentence]]:
    """Who writes ideas of ``actor`` with them, or no longer does."""
    told = [e for e in events if isinstance(e.data, IdeaCoauthorJoined | IdeaCoauthorLeft)]
    if not told or actor.person_id is None:
        return
    query = select(Idea.id, Idea.slug, Idea.title).where(
        Idea.id.in_({each.data.idea_id for each in told}),
        Idea.author_id == actor.person_id,
        not_hidden(service.id, "idea", Idea.id),
    )
    own = {row.id: row for row in session.execute(query)}
    names = person_names(session, {each.data.person_id for each in told})
    for each in told:
        idea = own.get(each.data.idea_id)
        if idea is not None:
            yield each.position, _sentence(each, idea, names.get(each.data.person_id))


def _sentence(event: Recorded, idea: Any, name: str | None) -> NoticeSentence:
    who, title = name or _("Somebody who has left the site"), idea.title or _("Untitled draft")
    if isinstance(event.data, IdeaCoauthorJoined):
        text = _("%(who)s writes “%(idea)s” with you", who=who, idea=title)
    else:
        text = _("%(who)s no longer writes “%(idea)s” with you", who=who, idea=title)
    return NoticeSentence(text, "ideas.authors", {"idea_id": idea.id}, "", _("It is your idea."))
