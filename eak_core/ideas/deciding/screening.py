"""Opinions on an idea before it is decided about: reviewers weigh it on the criteria of the service
and advise, each for themselves. A service can ask for some before a decision.

Whoever writes the idea, alone or with others, or says that they are too near to it, neither advises
nor decides.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, or_, select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.db.upsert import insert_once
from eak_core.errors import Invalid, NotFound, Refused
from eak_core.events import publish
from eak_core.i18n import _l, lazy_ngettext
from eak_core.ideas.content.rows import hold_idea
from eak_core.ideas.describing.criteria import criteria_of
from eak_core.ideas.events import IdeaOpinionAsked, IdeaOpinionGiven, ServiceScreeningChanged
from eak_core.ideas.models import Idea, Opinion
from eak_core.ideas.proposing.coauthors import written_by
from eak_core.ideas.stages import SCREENING, SUBMITTED
from eak_core.moderation.decisions import not_hidden
from eak_core.people.models import RoleGrant
from eak_core.people.rights.roles import managers_of
from eak_core.permissions import Actor, require
from eak_core.services.directory import change_rule
from eak_core.services.models import Service
from eak_core.web.text import REASON_LENGTH
from eak_core.web.typed import checked_text, checked_words

#: How many opinions a service can ask for.
MOST_OPINIONS = 2
#: How many that are asked for stand on one's own page.
LATEST = 20
#: In which stages opinions are given.
OPEN = frozenset({SUBMITTED, SCREENING})
MARKS: Mapping[int, Any] = MappingProxyType(
    {1: _l("Weak"), 2: _l("Fair"), 3: _l("Good"), 4: _l("Very good")}
)
ADVICE: Mapping[str, Any] = MappingProxyType(
    {"accept": _l("Accept it"), "reject": _l("Turn it down")}
)


class Nearness(NamedTuple):
    """Why somebody has no part in what is decided about an idea: they write it (``own``), or have
    declared what ties them to it. ``others`` are their colleagues who may, by name."""

    own: bool
    others: Sequence[str]


class Mark(NamedTuple):
    """What a reviewer says of an idea on one criterion: one of `MARKS`, and ``words``."""

    mark: int | None = None
    words: str = ""


def change_screening(session: Session, actor: Actor, service: Service, opinions: int) -> None:
    """Let ``service`` ask for so many ``opinions`` before a decision. `Invalid` for more than
    `MOST_OPINIONS`."""
    require(actor, "service.manage", service)
    if not 0 <= opinions <= MOST_OPINIONS:
        wrong = _l("None, one or two.")
        raise Invalid(_l("Nothing was saved."), {"opinions": wrong})
    if not change_rule(session, service, Service.opinions, opinions):
        return
    publish(
        session,
        ServiceScreeningChanged(changed_id=service.id, opinions=opinions),
        service_id=service.id,
        actor_id=actor.person_id,
    )


def opinions_on(session: Session, idea: Idea) -> Sequence[Opinion]:
    """What is known of the reviewers of ``idea``: asked, given, or kept away by a conflict."""
    return session.scalars(
        select(Opinion).where(Opinion.idea_id == idea.id).order_by(Opinion.id)
    ).all()


def marks_of(opinion: Opinion) -> dict[str, Mark]:
    """What ``opinion`` says on each criterion, by its code."""
    return msgspec.json.decode(opinion.marks, type=dict[str, Mark])


def ask_opinion(
    session: Session, actor: Actor, service: Service, idea: Idea, reviewer_id: int
) -> None:
    """Ask somebody who runs ``service`` for their opinion on ``idea``. Asking twice is asking once.
    `Refused` for those who write it; `NotFound` for anybody else."""
    require(actor, "idea.change_stage", service, idea)
    if reviewer_id not in {person.id for person in managers_of(session, service)}:
        raise NotFound(_l("This person does not run this service."))
    if idea.is_written_by(reviewer_id):
        raise _near()
    _check_open(session, service, idea)
    row = {**_empty(idea, reviewer_id), "asked_by": actor.person_id, "asked_at": clock.now()}
    if insert_once(session, Opinion, row, Opinion.id) is not None:
        asked = IdeaOpinionAsked(idea_id=idea.id, reviewer_id=reviewer_id)
        publish(session, asked, service_id=service.id, actor_id=actor.person_id)


def give_opinion(
    session: Session,
    actor: Actor,
    service: Service,
    idea: Idea,
    *,
    advice: str,
    words: str,
    marks: Mapping[str, Mark],
) -> None:
    """Keep the opinion of ``actor`` on ``idea`` in the place of the one that they gave before.

    `Refused` for those who write it, after a conflict was declared, and once the idea is decided;
    `Invalid` names what is missing.
    """
    require(actor, "idea.change_stage", service, idea)
    assert actor.person_id is not None
    _check_open(session, service, idea)
    if idea.is_written_by(actor.person_id) or _declared(session, idea, actor):
        raise _near()
    codes = {criterion.code for criterion in criteria_of(session, service.id)}
    kept = {code: mark for code, mark in marks.items() if code in codes}
    errors: dict[str, Any] = {}
    if advice not in ADVICE:
        errors["advice"] = _l("Say what you advise.")
    missing = _l("Say why: the others who decide read it.")
    words = checked_text(words, "words", errors, most=REASON_LENGTH, missing=missing)
    cleaned = {}
    for code, mark in kept.items():
        said = checked_text(mark.words, f"words_{code}", errors, most=REASON_LENGTH)
        cleaned[code] = Mark(mark.mark, said)
        if mark.mark is not None and mark.mark not in MARKS:
            errors[f"mark_{code}"] = _l("Choose one of the answers.")
    if errors:
        raise Invalid(_l("Your opinion was not saved."), errors)
    before = select(Opinion.given_at).where(
        Opinion.idea_id == idea.id, Opinion.reviewer_id == actor.person_id
    )
    new = session.scalar(before) is None
    _write(session, idea, actor.person_id, given_at=clock.now(), advice=advice, words=words,
           marks=msgspec.json.encode(cleaned).decode())  # fmt: skip
    if new:
        given = IdeaOpinionGiven(idea_id=idea.id)
        publish(session, given, service_id=service.id, actor_id=actor.person_id)


def declare_conflict(
    session: Session, actor: Actor, service: Service, idea: Idea, reason: str
) -> None:
    """Let ``actor`` have no part in what is decided about ``idea``, for the ``reason`` that their
    colleagues read; what they said of it before is taken away. `Invalid` without a reason."""
    require(actor, "idea.change_stage", service, idea)
    assert actor.person_id is not None
    missing = _l("Say in a few words what ties you to it.")
    reason = checked_words(
        reason, "reason", _l("Nothing was saved."), most=REASON_LENGTH, missing=missing
    )
    _check_open(session, service, idea)
    _write(session, idea, actor.person_id, conflict=reason, given_at=None, advice=None,
           words="", marks="{}")  # fmt: skip


def asked_of(session: Session, person_id: int) -> list[tuple[int, str, str]]:
    """The ideas on which somebody is asked for an opinion and has given none: the id, the title and
    the service of each, the oldest question first; as long as they run the service."""
    rows = session.execute(
        select(Idea.id, Idea.title, Service.slug)
        .join(Opinion, Opinion.idea_id == Idea.id)
        .join(Service, Service.id == Idea.service_id)
        .join(RoleGrant, RoleGrant.service_id == Service.id)
        .where(
            Opinion.reviewer_id == person_id,
            RoleGrant.person_id == person_id,
            Opinion.given_at.is_(None),
            Opinion.conflict.is_(None),
            Idea.stage.in_(OPEN),
            not_hidden(Idea.service_id, "idea", Idea.id),
        )
        .order_by(Opinion.asked_at, Opinion.id)
        .limit(LATEST)
    )
    return [(idea_id, title, slug) for idea_id, title, slug in rows]


def is_near(session: Session, service: Service, idea: Idea, actor: Actor) -> bool:
    """Whether ``actor`` has no part in what is decided about ``idea``: they have declared so, or it
    is theirs, alone or with others, where opinions are asked for."""
    own = service.opinions > 0 and idea.is_written_by(actor.person_id)
    return own or _declared(session, idea, actor)


def nearness(
    session: Session, service: Service, idea: Idea, actor: Actor, *, advising: bool = False
) -> Nearness | None:
    """Why `is_near` holds of ``actor``, or why they give no opinion on ``idea`` (``advising``), and
    who may; None where they may themselves."""
    own = (advising or service.opinions > 0) and idea.is_written_by(actor.person_id)
    if not own and not _declared(session, idea, actor):
        return None
    tied = {each.reviewer_id for each in opinions_on(session, idea) if each.conflict is not None}
    others = [
        person.name
        for person in managers_of(session, service)
        if person.id != actor.person_id
        and person.id not in tied
        and not idea.is_written_by(person.id)
    ]
    return Nearness(own, others)


def near_to(service: Service, actor: Actor) -> ColumnElement[bool]:
    """The condition on `Idea` that keeps those of ``service`` to which ``actor`` is too near."""
    declared = Idea.id.in_(
        select(Opinion.idea_id).where(
            Opinion.reviewer_id == actor.person_id, Opinion.conflict.is_not(None)
        )
    )
    if service.opinions == 0 or actor.person_id is None:
        return declared
    return or_(declared, written_by(actor.person_id))


def require_distance(session: Session, service: Service, idea: Idea, actor: Actor) -> None:
    """`Refused` where ``actor`` is too near to ``idea`` (`is_near`)."""
    if is_near(session, service, idea, actor):
        raise _near()


def require_opinions(session: Session, actor: Actor, service: Service, idea: Idea, to: str) -> None:
    """Return where ``idea``, which is held, may be brought from its screening to ``to``, as far as
    opinions go; `Refused` where some lack, or where ``actor`` is too near to it."""
    if idea.stage not in OPEN or to in OPEN:
        return
    require_distance(session, service, idea, actor)
    if service.opinions == 0:
        return
    given = session.execute(
        select(Opinion.id, Opinion.reviewer_id).where(
            Opinion.idea_id == idea.id, Opinion.given_at.is_not(None), Opinion.conflict.is_(None)
        )
    )
    # Not of who has come to write it since, after a decision that is looked at again; it counts
    # of whoever has left.
    count = sum(
        each.reviewer_id is None or not idea.is_written_by(each.reviewer_id) for each in given
    )
    if count < service.opinions:
        raise Refused(
            lazy_ngettext(
                "This service asks for %(num)s opinion before a decision, and there are fewer:"
                " nothing was changed. Give yours, or ask a colleague.",
                "This service asks for %(num)s opinions before a decision, and there are fewer:"
                " nothing was changed. Give yours, or ask a colleague.",
                service.opinions,
            )
        )


def _declared(session: Session, idea: Idea, actor: Actor) -> bool:
    if actor.person_id is None:
        return False
    found = session.scalar(
        select(Opinion.id).where(
            Opinion.idea_id == idea.id,
            Opinion.reviewer_id == actor.person_id,
            Opinion.conflict.is_not(None),
        )
    )
    return found is not None


def _check_open(session: Session, service: Service, idea: Idea) -> None:
    """Hold ``idea``, so that it is not decided meanwhile. `Refused` where it was, `NotFound` where
    it went to another service."""
    hold_idea(session, service, idea)
    if idea.stage not in OPEN:
        raise Refused(_l("This idea is not in its screening: nothing was changed."))


def _write(session: Session, idea: Idea, reviewer_id: int, **values: Any) -> None:
    insert_once(session, Opinion, _empty(idea, reviewer_id), Opinion.id)
    session.execute(
        update(Opinion)
        .where(Opinion.idea_id == idea.id, Opinion.reviewer_id == reviewer_id)
        .values(**values)
    )


def _near() -> Refused:
    return Refused(
        _l(
            "You are too near to this idea: you write it, or you have declared so. Somebody else"
            " advises and decides. Nothing was changed."
        )
    )


def _empty(idea: Idea, reviewer_id: int) -> dict[str, Any]:
    return {
        "idea_id": idea.id, "reviewer_id": reviewer_id, "asked_by": None, "asked_at": None,
        "given_at": None, "advice": None, "words": "", "marks": "{}", "conflict": None,
    }  # fmt: skip
