"""What people are told of ideas: decisions, what is new, and what is gone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from eak_core.db import Session
from eak_core.events import CORE
from eak_core.events.types import Recorded
from eak_core.i18n import _, _l
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.events import (
    IdeaMerged,
    IdeaOpinionAsked,
    IdeaPromiseNear,
    IdeaPromisePassed,
    IdeaStageChanged,
    IdeaSubmitted,
    IdeaWithdrawn,
)
from eak_core.ideas.models import Idea, IdeaSubject, StageChange, Subject
from eak_core.ideas.proposing.coauthors import written_by
from eak_core.ideas.visibility import numbered, public_ideas, subject_of
from eak_core.moderation.decisions import hidden_reasons
from eak_core.moderation.events import ContentHidden
from eak_core.notices.kinds import NoticeKind, Told, tells
from eak_core.people.rights.roles import runners_of
from eak_core.permissions import Actor
from eak_core.plugins.hooks.contributions import NavItem, NoticeSentence
from eak_core.services.models import Service
from eak_core.web.i18n import date

DECISIONS = NoticeKind(
    CORE,
    "decisions",
    _l("Decisions on ideas"),
    _l("An idea goes on, is turned down, or is gone, with the reason."),
)
PROPOSED = NoticeKind(
    CORE,
    "ideas",
    _l("New ideas"),
    _l("Somebody proposes an idea in a service or on a subject that you follow."),
)

OPINIONS = NoticeKind(
    CORE,
    "opinions",
    _l("Opinions asked of you"),
    _l("A colleague asks for your opinion on an idea before it is decided."),
    managers=True,
)
PROMISES = NoticeKind(
    CORE,
    "promises",
    _l("Promised answers"),
    _l("An answer that your team has promised to an idea is due soon, or late."),
    managers=True,
)


@tells(CORE, PROPOSED, IdeaSubmitted)
def tell_of_idea(session: Session, event: Recorded) -> Told | None:
    """Those who follow its subjects or the service; of what an import brings, nobody."""
    idea = readable_ideas(session, event.service_id, [event.data.idea_id]).get(event.data.idea_id)
    if idea is None or idea.source is not None:
        return None
    return Told(followed=around(session, event))


@tells(CORE, DECISIONS, IdeaStageChanged)
def tell_of_stage(session: Session, event: Recorded) -> Told | None:
    """Those who follow the idea, its author among them, its subjects or the service."""
    idea_id = event.data.idea_id
    if not readable_ideas(session, event.service_id, [idea_id]):
        return None
    return Told(followed=(subject_of(idea_id), *around(session, event)))


@tells(CORE, DECISIONS, IdeaWithdrawn)
def tell_of_withdrawal(session: Session, event: Recorded) -> Told:
    """Those who follow the idea: its page says that it is gone, and why."""
    return Told(followed=(subject_of(event.data.idea_id),))


@tells(CORE, DECISIONS, IdeaMerged)
def tell_of_merge(session: Session, event: Recorded) -> Told | None:
    """The authors of both ideas, and those who follow the one that stays: those of both."""
    query = select(Idea).where(Idea.id.in_([event.data.idea_id, event.data.into_id]))
    if not readable_ideas(session, event.service_id, [event.data.into_id]):
        return None
    ideas = session.scalars(query.order_by(Idea.id)).all()
    return Told(
        people=[each for idea in ideas for each in idea.writers],
        followed=(subject_of(event.data.into_id),),
    )


@tells(CORE, OPINIONS, IdeaOpinionAsked)
def tell_of_question(session: Session, event: Recorded) -> Told | None:
    """Whose opinion is asked for, as long as they run the service."""
    if not readable_ideas(session, event.service_id, [event.data.idea_id]):
        return None
    return Told(people=[event.data.reviewer_id], permission="idea.change_stage")


@tells(CORE, PROMISES, IdeaPromiseNear, IdeaPromisePassed)
def tell_of_promise(session: Session, event: Recorded) -> Told | None:
    """Those who run the service, or the administrators where nobody does."""
    if not readable_ideas(session, event.service_id, [event.data.idea_id]):
        return None
    service = session.get_one(Service, event.service_id)
    return Told(people=runners_of(session, service), permission="idea.change_stage")


@tells(CORE, DECISIONS, ContentHidden)
def tell_of_hiding(session: Session, event: Recorded) -> Told | None:
    """Those who write an idea that moderators have hidden, and nobody else."""
    idea_id = _idea_id(event)
    if idea_id is None:
        return None
    idea = session.get(Idea, idea_id)
    if idea is None or idea.service_id != event.service_id:
        return None
    return Told(people=idea.writers, written=True)


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, NavItem]:
    """The ideas that everybody may read, and the subjects of the service, among ``subjects``."""
    ideas, themes = numbered("idea", subjects), numbered("subject", subjects)
    found: dict[str, NavItem] = {}
    if ideas:
        for idea in readable_ideas(session, service.id, list(ideas)).values():
            found[ideas[idea.id]] = link_to(idea)
    if themes:
        query = select(Subject.id, Subject.code, Subject.name)
        for row in session.execute(
            query.where(
                Subject.id.in_(themes),
                Subject.service_id == service.id,
                Subject.archived_at.is_(None),
            )
        ):
            found[themes[row.id]] = NavItem(row.name, "ideas.index", {"sujet": row.code})
    return found


def sentences(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Iterator[tuple[int, NoticeSentence]]:
    """What ``actor`` is told of those of ``events`` that concern ideas."""
    told = [each for each in events if _idea_id(each) is not None]
    ids = {idea_id for each in told if (idea_id := _idea_id(each)) is not None}
    if not ids:
        return
    kept = {each.data.into_id for each in told if isinstance(each.data, IdeaMerged)}
    ideas = readable_ideas(session, service.id, list(ids | kept))
    reasons = _reasons(session, [each.data.change_id for each in told if _is_change(each)])
    hidden = hidden_reasons(session, service.id, map(subject_of, ids - ideas.keys()))
    own = set(_own(session, actor, ids - ideas.keys()))
    for each in told:
        sentence = _sentence(each, ideas, reasons, hidden, own)
        if sentence is not None:
            yield each.position, sentence


def _sentence(
    event: Recorded,
    ideas: Mapping[int, Any],
    reasons: Mapping[int, str],
    hidden: Mapping[str, str],
    own: set[int],
) -> NoticeSentence | None:
    idea_id = _idea_id(event)
    assert idea_id is not None
    subject = subject_of(idea_id)
    match event.data:
        case ContentHidden():
            known = idea_id in own and subject in hidden
            return _hidden(idea_id, hidden[subject]) if known else None
        case IdeaMerged(into_id=into_id, change_id=change_id):
            return _merged(ideas[into_id], reasons.get(change_id, "")) if into_id in ideas else None
        case IdeaWithdrawn(change_id=change_id):
            reason = reasons.get(change_id, "")
            return _withdrawn(idea_id, reason) if subject not in hidden else None
    return _of_public(event, ideas[idea_id], reasons) if idea_id in ideas else None


def _of_public(event: Recorded, idea: Any, reasons: Mapping[int, str]) -> NoticeSentence:
    link = link_to(idea)
    if isinstance(event.data, IdeaPromiseNear | IdeaPromisePassed):
        return _promised(event, idea)
    if isinstance(event.data, IdeaOpinionAsked):
        text = _("Your opinion on “%(idea)s” is asked for", idea=idea.title)
        place = {"idea_id": idea.id}
        return NoticeSentence(text, "ideas_manage.examine", place, "", _("You run this service."))
    if isinstance(event.data, IdeaSubmitted):
        text, detail = _("A new idea: “%(idea)s”", idea=idea.title), ""
    else:
        stage = stage_graph(frozenset()).stage(event.data.to_stage).title
        text = _("“%(idea)s” is now in “%(stage)s”", idea=idea.title, stage=stage)
        detail = reasons.get(event.data.change_id, "")
    return NoticeSentence(text, link.endpoint, link.values, detail)


def _promised(event: Recorded, idea: Any) -> NoticeSentence:
    link, day = link_to(idea), date(idea.answer_by)
    if isinstance(event.data, IdeaPromiseNear):
        text = _("An answer to “%(idea)s” is promised before %(day)s", idea=idea.title, day=day)
    else:
        text = _("The answer to “%(idea)s” was promised before %(day)s", idea=idea.title, day=day)
    return NoticeSentence(text, link.endpoint, link.values, "", _("You run this service."))


def _hidden(idea_id: int, reason: str) -> NoticeSentence:
    """Without its title: nobody is shown any more what was hidden."""
    text = _("The moderators have hidden one of your ideas")
    because = _("It is your idea.")
    return NoticeSentence(text, "ideas.show", {"idea_id": idea_id}, reason, because)


def _withdrawn(idea_id: int, reason: str) -> NoticeSentence:
    text = _("An idea that you follow was withdrawn by its author")
    because = _("You follow it.")
    return NoticeSentence(text, "ideas.show", {"idea_id": idea_id}, reason, because)


def _merged(into: Any, reason: str) -> NoticeSentence:
    """Without the title of what was merged, which may be hidden: the page of ``into`` says it."""
    link = link_to(into)
    text = _("Another idea became part of “%(idea)s”, where it goes on", idea=into.title)
    because = _("You wrote one of both ideas.")
    return NoticeSentence(text, link.endpoint, link.values, reason, because)


def _is_change(event: Recorded) -> bool:
    return isinstance(event.data, IdeaStageChanged | IdeaWithdrawn | IdeaMerged)


_OF_IDEAS = (
    IdeaSubmitted,
    IdeaStageChanged,
    IdeaWithdrawn,
    IdeaMerged,
    IdeaOpinionAsked,
    IdeaPromiseNear,
    IdeaPromisePassed,
)


def _idea_id(event: Recorded) -> int | None:
    """The idea that an event of this room is about."""
    if isinstance(event.data, ContentHidden):
        return next(iter(numbered("idea", [event.data.content])), None)
    if isinstance(event.data, _OF_IDEAS):
        return event.data.idea_id
    return None


def around(session: Session, event: Recorded) -> tuple[str, ...]:
    """The subjects of an idea, and its service, as they are followed."""
    query = select(IdeaSubject.subject_id).where(IdeaSubject.idea_id == event.data.idea_id)
    themes = (f"subject:{number}" for number in sorted(session.scalars(query)))
    return (*themes, f"service:{event.service_id}")


def readable_ideas(session: Session, service_id: int, ids: Sequence[int]) -> dict[int, Any]:
    """Those of the ideas ``ids`` that everybody who reads the service may read."""
    rows = session.execute(
        select(Idea.id, Idea.slug, Idea.title, Idea.source, Idea.answer_by).where(
            Idea.id.in_(ids), *public_ideas(service_id)
        )
    )
    return {row.id: row for row in rows}


def _own(session: Session, actor: Actor, ids: set[int]) -> Sequence[int]:
    if not ids or actor.person_id is None:
        return []
    return session.scalars(
        select(Idea.id).where(Idea.id.in_(ids), written_by(actor.person_id))
    ).all()


def _reasons(session: Session, ids: Sequence[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = session.execute(
        select(StageChange.id, StageChange.reason).where(StageChange.id.in_(ids))
    )
    return {row.id: row.reason for row in rows}


def link_to(idea: Any) -> NavItem:
    """The page of an idea, by its title."""
    return NavItem(idea.title, "ideas.show", {"idea_id": idea.id, "slug": idea.slug})
