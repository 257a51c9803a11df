"""An idea goes to the service whose business it is, with its history and all that hangs on it: its
addresses lead there, for whoever may read that service.

Who decides where it is decides nothing where it goes: whoever transfers an idea at once runs both
services; others offer it (`eak_core.ideas.deciding.offered`).
"""

from collections.abc import Sequence

from sqlalchemy import delete, insert, or_, select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Conflict, NotFound, Refused
from eak_core.events import publish
from eak_core.files.models import StoredFile
from eak_core.i18n import _, _l
from eak_core.ideas.content.attachments import OWNER
from eak_core.ideas.deciding.models import TransferOffer
from eak_core.ideas.deciding.prepared import prepared_for
from eak_core.ideas.deciding.screening import require_distance
from eak_core.ideas.deciding.transitions import checked_reason
from eak_core.ideas.events import IdeaReceived, IdeaTransferred
from eak_core.ideas.models import (
    Criterion,
    Idea,
    IdeaCriterion,
    IdeaSubject,
    IdeaTransfer,
    Opinion,
    Subject,
)
from eak_core.ideas.proposing.promises import carry_promise
from eak_core.ideas.stages import ACCEPTED, DRAFT, SCREENING, SUBMITTED
from eak_core.ideas.visibility import is_public, subject_of
from eak_core.moderation.carrying import carry_decisions
from eak_core.notices.following import carry_followers, followers_anywhere
from eak_core.people.rights.actor import readers_among
from eak_core.permissions import Actor, may, require
from eak_core.plugins.loading.host import get_host
from eak_core.services.directory import list_services
from eak_core.services.models import Service

#: Where an idea can be transferred: every service has these stages, and nobody else is at work yet.
STAGES = frozenset({SUBMITTED, SCREENING, ACCEPTED})


def targets(session: Session, actor: Actor, service: Service) -> Sequence[Service]:
    """The services to which ``actor`` can transfer or offer ideas of ``service``, by name."""
    return [
        each
        for each in list_services(session, actor)
        if each.id != service.id and may(actor, "idea.submit", each)
    ]


def transfer_idea(
    session: Session, actor: Actor, service: Service, idea_id: int, to: Service, reason: str
) -> Idea:
    """Let the idea ``idea_id`` of ``service`` go to the service ``to``, for a ``reason`` that is
    read by who reads both; with what is part of it.

    `Forbidden` without the right in both, `NotFound` for an idea that is not of this service,
    `Conflict` where somebody merged it in between, `Refused` where it cannot go, somebody is too
    near to it, or a plugin says so, `Invalid` without a reason; nothing is changed then.
    """
    for each in (service, to):
        require(actor, "idea.change_stage", each)
    reason = checked_reason(reason)
    ideas = held_idea(session, service, idea_id)
    return carry_idea(session, actor, service, to, ideas, reason)


def carry_idea(
    session: Session,
    actor: Actor,
    service: Service,
    to: Service,
    ideas: Sequence[Idea],
    reason: str,
) -> Idea:
    """Let `held_idea` go, as `transfer_idea` does; whoever calls it has asked for the rights."""
    ensure_transferable(session, actor, service, to, ideas)
    idea, *parts = ideas
    answers = get_host().call_all(
        "transfer_idea", session=session, service=service, idea=idea, to=to
    )
    belongs = [subject for _plugin, subjects in answers for subject in subjects]
    _carry(session, service, to, [idea, *parts], belongs)
    for gone in (idea, *parts):
        _publish(session, actor, service, to, gone, reason)
    return idea


def lost_choices(session: Session, idea: Idea, to: Service) -> list[str]:
    """The subjects of ``idea`` that ``to`` does not have, by their names."""
    own = session.execute(
        select(Subject.code, Subject.name)
        .join(IdeaSubject, IdeaSubject.subject_id == Subject.id)
        .where(IdeaSubject.idea_id == idea.id)
        .order_by(Subject.position, Subject.id)
    ).all()
    there = _Entries(session, Subject, to.id)
    return [name for code, name in own if there.like(code, name) is None]


def held_idea(session: Session, service: Service, idea_id: int) -> Sequence[Idea]:
    """The idea with what is part of it, held in one order whoever asks, as they stand now; the
    idea itself first. `NotFound` where it is not of ``service``."""
    query = (
        select(Idea)
        .where(
            or_(Idea.id == idea_id, Idea.merged_into_id == idea_id),
            Idea.service_id == service.id,
            Idea.stage != DRAFT,
        )
        .order_by(Idea.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = sorted(session.scalars(query), key=lambda idea: (idea.id != idea_id, idea.id))
    if not found or found[0].id != idea_id:
        raise NotFound(_l("There is no such idea in this service: somebody may have transferred"
                          " it."))  # fmt: skip
    return found


def ensure_transferable(
    session: Session, actor: Actor, service: Service, to: Service, ideas: Sequence[Idea]
) -> None:
    """Return where `held_idea` can go to the service ``to``, as far as the core knows; refused as
    `transfer_idea` says."""
    idea = ideas[0]
    if to.id == service.id:
        raise Refused(_l("The idea is in this service already: choose another one."))
    if any(each.source is not None for each in ideas):
        raise Refused(
            _l(
                "This idea comes from another site, whose next import would bring it here again:"
                " it stays in this service."
            )
        )
    if idea.merged_into_id is not None:
        raise Conflict(
            _l("This idea was merged with another one: nothing was changed. Transfer that one.")
        )
    if not is_public(session, idea):
        raise Refused(_l("This idea is hidden or withdrawn: it stays in this service."))
    for each in (service, to):
        require_distance(session, each, idea, actor)
    if idea.stage not in STAGES:
        raise Refused(
            _l(
                "Others are at work on this idea, or it has come to its outcome: it stays in this"
                " service."
            )
        )
    if prepared_for(session, idea) is not None:
        raise Refused(
            _l(
                "An answer is prepared for this idea: publish it, or forget it, on the page of the"
                " idea. Nothing was changed."
            )
        )
    if set(idea.writers) - readers_among(session, to, idea.writers):
        raise Refused(
            _(
                "Those who wrote this idea may not all read the service “%(service)s”: it stays"
                " where they can.",
                service=to.name,
            )
        )


def _carry(
    session: Session, service: Service, to: Service, ideas: Sequence[Idea], belongs: Sequence[str]
) -> None:
    """Let everything go: what the core has of ``ideas``, and what is said of what plugins have."""
    ids, subjects = [each.id for each in ideas], [subject_of(each.id) for each in ideas]
    files = session.scalars(
        update(StoredFile)
        .where(
            StoredFile.service_id == service.id,
            StoredFile.owner == OWNER,
            StoredFile.subject.in_(subjects),
        )
        .values(service_id=to.id)
        .returning(StoredFile.id)
    ).all()
    moderated = [*subjects, *(f"file:{each}" for each in files), *belongs]
    carry_decisions(session, service.id, to.id, moderated)
    followed = [*subjects, *belongs]
    readers = readers_among(session, to, followers_anywhere(session, followed))
    carry_followers(session, to.id, followed, readers)
    _map_subjects(session, to, ids)
    _map_criteria(session, to, ids)
    # What colleagues think of it is for the decision of this service; a conflict is for any.
    session.execute(delete(Opinion).where(Opinion.idea_id.in_(ids), Opinion.conflict.is_(None)))
    # What is offered is there no more.
    waits = TransferOffer.idea_id.in_(ids), TransferOffer.outcome.is_(None)
    session.execute(
        update(TransferOffer).where(*waits).values(outcome="taken_back", answered_at=clock.now())
    )
    session.execute(update(Idea).where(Idea.id.in_(ids)).values(service_id=to.id))
    for each in ideas:
        session.refresh(each)
        carry_promise(session, to, each)


def _map_subjects(session: Session, to: Service, ids: Sequence[int]) -> None:
    """Let ideas be about the subjects of ``to`` that are called as theirs; others are dropped."""
    rows = session.execute(
        select(IdeaSubject.idea_id, Subject.code, Subject.name)
        .join(Subject, Subject.id == IdeaSubject.subject_id)
        .where(IdeaSubject.idea_id.in_(ids))
    ).all()
    there = _Entries(session, Subject, to.id)
    found = {(idea_id, there.like(code, name)) for idea_id, code, name in rows}
    kept = sorted((idea_id, entry) for idea_id, entry in found if entry is not None)
    session.execute(delete(IdeaSubject).where(IdeaSubject.idea_id.in_(ids)))
    if kept:
        session.execute(
            insert(IdeaSubject), [{"idea_id": each, "subject_id": entry} for each, entry in kept]
        )


def _map_criteria(session: Session, to: Service, ids: Sequence[int]) -> None:
    """Let what is said on criteria be said on those of ``to`` that are called alike. What is said
    on others waits for its return, and is shown nowhere until then."""
    rows = session.execute(
        select(IdeaCriterion.idea_id, Criterion.id, Criterion.code, Criterion.name)
        .join(Criterion, Criterion.id == IdeaCriterion.criterion_id)
        .where(IdeaCriterion.idea_id.in_(ids))
        .order_by(Criterion.id)
    ).all()
    there = _Entries(session, Criterion, to.id)
    taken = {(idea_id, criterion_id) for idea_id, criterion_id, _code, _name in rows}
    for idea_id, criterion_id, code, name in rows:
        entry = there.like(code, name)
        if entry is None or (idea_id, entry) in taken:
            continue
        taken.add((idea_id, entry))
        session.execute(
            update(IdeaCriterion)
            .where(IdeaCriterion.idea_id == idea_id, IdeaCriterion.criterion_id == criterion_id)
            .values(criterion_id=entry)
        )


class _Entries:
    """The entries of a list of a service, by their codes and names."""

    def __init__(self, session: Session, table: type[Subject | Criterion], service_id: int) -> None:
        rows = session.execute(
            select(table.id, table.code, table.name).where(table.service_id == service_id)
        ).all()
        self._coded = {code: entry for entry, code, _name in rows}
        self._named = {name.casefold(): entry for entry, _code, name in rows if name}

    def like(self, code: str, name: str) -> int | None:
        """The entry that is called so, or has that code; None without one."""
        return self._named.get(name.casefold()) or self._coded.get(code)


def _publish(
    session: Session, actor: Actor, service: Service, to: Service, idea: Idea, reason: str
) -> None:
    transfer = IdeaTransfer(
        idea_id=idea.id, from_id=service.id, to_id=to.id, actor_id=actor.person_id,
        at=clock.now(), reason=reason,
    )  # fmt: skip
    session.add(transfer)
    session.flush()
    left = IdeaTransferred(idea_id=idea.id, to_id=to.id, transfer_id=transfer.id)
    came = IdeaReceived(idea_id=idea.id, from_id=service.id, transfer_id=transfer.id)
    publish(session, left, service_id=service.id, actor_id=actor.person_id)
    publish(session, came, service_id=to.id, actor_id=actor.person_id)
