"""An idea that says the same as another becomes part of it: whoever supports, follows or discusses
it does so there, its address leads there, and its words are read there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Conflict, NotFound, Refused
from eak_core.events import publish
from eak_core.files.reading import ShownFiles
from eak_core.i18n import _, _l
from eak_core.ideas.content.attachments import shown_of_all
from eak_core.ideas.deciding.models import PreparedDecision
from eak_core.ideas.deciding.screening import require_distance
from eak_core.ideas.deciding.transitions import answered_at, checked_reason, stage_graph
from eak_core.ideas.events import IdeaMerged
from eak_core.ideas.models import Idea, StageChange
from eak_core.ideas.proposing.coauthors import coauthors_of
from eak_core.ideas.stages import ADOPTED, DRAFT, MERGED, REJECTED, UNDER_WAY
from eak_core.ideas.visibility import is_public, public_ideas, subject_of
from eak_core.notices.following import move_followers
from eak_core.people.models import Person
from eak_core.permissions import Actor, require
from eak_core.plugins.loading.host import get_host
from eak_core.services.models import Service

#: How many ideas the page of the one that they are part of shows.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Part:
    """An idea that is part of another: its words, the names of those who wrote it (none for
    imported ideas and erased people), what is shown of its files, and when and why it was merged.
    """

    idea: Idea
    authors: Sequence[str]
    files: ShownFiles
    at: datetime
    reason: str


def merge_ideas(
    session: Session, actor: Actor, service: Service, idea_id: int, into_id: int, reason: str
) -> Idea:
    """Let the idea ``idea_id`` become part of ``into_id``, for a public ``reason``; answers that.

    What was merged into it before is part of ``into_id`` too. `Forbidden` without the right,
    `NotFound` for an idea that is not of this service, `Conflict` where somebody merged one of
    both in between, `Refused` where one cannot be merged, somebody is too near to one, or a plugin
    says so, `Invalid` without a reason; nothing is changed then.
    """
    require(actor, "idea.change_stage", service)
    reason = checked_reason(reason)
    if idea_id == into_id:
        raise Refused(_l("An idea cannot be merged with itself: choose the one that it doubles."))
    held = _held(session, service, (idea_id, into_id))
    idea, into = held[idea_id], held[into_id]
    _check(session, actor, service, idea, into)
    get_host().call_all("merge_ideas", session=session, service=service, idea=idea, into=into)
    move_followers(session, service.id, subject_of(idea.id), subject_of(into.id))
    change = _write(session, actor, idea, into, reason)
    publish(
        session,
        IdeaMerged(
            idea_id=idea.id, into_id=into.id, from_stage=change.from_stage, change_id=change.id
        ),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    return into


# Put together once: the page of every idea asks for them.
_PARTS = (
    select(Idea, Person.name, StageChange.at, StageChange.reason)
    .join(StageChange, (StageChange.idea_id == Idea.id) & (StageChange.to_stage == MERGED))
    .outerjoin(Person, (Person.id == Idea.author_id) & Person.erased_at.is_(None))
    .where(
        Idea.merged_into_id == bindparam("idea"),
        *public_ideas(bindparam("service", type_=Integer), merged=True),
    )
    .order_by(StageChange.id.desc())
    .limit(SHOWN)
)


def merged_into(session: Session, idea: Idea) -> list[Part]:
    """What is part of ``idea`` and not hidden, the latest first: at most `SHOWN`."""
    rows = session.execute(_PARTS, {"idea": idea.id, "service": idea.service_id}).all()
    if not rows:
        return []
    files = shown_of_all(session, idea.service_id, [row[0] for row in rows])
    with_them = coauthors_of(session, [row[0].id for row in rows])
    return [
        Part(
            each,
            [*filter(None, [author]), *with_them.get(each.id, {}).values()],
            files[each.id],
            at,
            why,
        )
        for each, author, at, why in rows
    ]


def _held(session: Session, service: Service, ids: Sequence[int]) -> Mapping[int, Idea]:
    """Both ideas, held in one order whoever asks, as they stand now."""
    query = (
        select(Idea)
        .where(Idea.id.in_(ids), Idea.service_id == service.id, Idea.stage != DRAFT)
        .order_by(Idea.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {idea.id: idea for idea in session.scalars(query)}
    if len(found) < len(ids):
        raise NotFound(_l("There is no such idea in this service."))
    return found


def _check(session: Session, actor: Actor, service: Service, idea: Idea, into: Idea) -> None:
    for each in (idea, into):
        if each.merged_into_id is not None:
            raise Conflict(
                _(
                    "“%(title)s” was merged with another idea in between: nothing was changed. Look"
                    " at both again.",
                    title=each.title,
                )
            )
        if not is_public(session, each):
            raise Refused(_l("One of these ideas is hidden or withdrawn: it cannot be merged."))
        require_distance(session, service, each, actor)
    graph = stage_graph(frozenset())
    if idea.stage in (ADOPTED, UNDER_WAY) or (
        graph.is_final(idea.stage) and idea.stage != REJECTED
    ):
        raise Refused(
            _l(
                "Others are at work on this idea, or it has come to its outcome: merge the other"
                " one with it instead."
            )
        )
    if graph.is_final(into.stage):
        raise Refused(
            _l(
                "The idea to keep has come to its outcome: decide about the other one with a reason"
                " that names it instead."
            )
        )


def _write(session: Session, actor: Actor, idea: Idea, into: Idea, reason: str) -> StageChange:
    at, here = clock.now(), idea.stage
    # What was merged with it before is one step from the idea that stays, too.
    session.execute(
        update(Idea).where(Idea.merged_into_id == idea.id).values(merged_into_id=into.id)
    )
    session.execute(
        update(Idea)
        .where(Idea.id == idea.id)
        .values(
            stage=MERGED, merged_into_id=into.id, updated_at=at, answered_at=answered_at(MERGED, at)
        )
    )
    session.execute(delete(PreparedDecision).where(PreparedDecision.idea_id == idea.id))
    change = StageChange(
        idea_id=idea.id, from_stage=here, to_stage=MERGED, actor_id=actor.person_id, at=at,
        reason=reason,
    )  # fmt: skip
    session.add(change)
    session.flush()
    return change
