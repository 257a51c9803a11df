"""What authors do with their ideas: draft, submit, edit, withdraw.

Submitting is the platform's most frequent transaction of several rows, so it is written with few
statements: one to check, one for the idea, one for each kind of row that hangs on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Select,
    String,
    Table,
    bindparam,
    cast,
    delete,
    insert,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.errors import Conflict, Invalid, NotFound, Refused
from eak_core.events import publish
from eak_core.i18n import _, _l
from eak_core.ideas import stages
from eak_core.ideas.events import IdeaEdited, IdeaSubmitted
from eak_core.ideas.models import (
    TITLE_LENGTH,
    Commune,
    Criterion,
    Idea,
    IdeaCommune,
    IdeaCriterion,
    IdeaSubject,
    Subject,
)
from eak_core.ideas.visibility import is_public
from eak_core.ideas.wording import folded, slug_of
from eak_core.permissions import Actor, may, require
from eak_core.services.models import Service
from eak_core.web.text import clean_line, clean_lines

#: The longest texts, in characters.
LENGTHS = {
    "title": TITLE_LENGTH,
    "problem": 3_000,
    "body": 20_000,
    "needs": 3_000,
    "elsewhere": 3_000,
    "existing": 3_000,
}
STATEMENT_LENGTH = 1_500
NEEDED = ("title", "problem", "body")
MOST_SUBJECTS = 8
EDITABLE = (stages.DRAFT, stages.SUBMITTED)

_idea: Table = Idea.__table__  # type: ignore[assignment]  # mapped to a table, not to a join


@dataclass(frozen=True, slots=True)
class Proposal:
    """The text of an idea and what describes it, as its author gives it.

    ``subjects`` are ids of the service's list, ``communes`` INSEE codes, ``statements`` what the
    author says on each criterion, by its id.
    """

    title: str = ""
    problem: str = ""
    body: str = ""
    needs: str = ""
    elsewhere: str = ""
    existing: str = ""
    subjects: tuple[int, ...] = ()
    communes: tuple[str, ...] = ()
    statements: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an imported idea comes from; the figures are those of that site."""

    source: str
    ref: str
    url: str | None = None
    votes: int | None = None
    comments: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """An idea that was written: what its address is made of, and where it stands."""

    id: int
    slug: str
    stage: str


def idea_of(session: Session, service: Service, idea_id: int) -> Idea:
    """The idea ``idea_id`` of this service, whoever may read it. `NotFound` where there is none."""
    idea = session.get(Idea, idea_id) if 0 < idea_id < 2**31 else None
    if idea is None or idea.service_id != service.id:
        raise NotFound(_l("There is no idea at this address."))
    return idea


def public_idea(session: Session, service: Service, idea_id: int) -> Idea:
    """The idea ``idea_id`` as long as everybody may read it; `NotFound` otherwise."""
    idea = idea_of(session, service, idea_id)
    if not is_public(session, idea):
        raise NotFound(_l("There is no idea at this address."))
    return idea


def save_draft(
    session: Session,
    actor: Actor,
    service: Service,
    proposal: Proposal,
    *,
    idea: Idea | None = None,
    form_key: str | None = None,
) -> Saved:
    """Keep ``proposal`` among the author's drafts; only they see it, and it publishes nothing.

    A second call with the same ``form_key`` changes the same draft. `Invalid` for a text that is
    too long or a choice that does not exist; `Conflict` where the idea is no longer a draft.
    """
    require(actor, "idea.edit" if idea else "idea.submit", service, idea)
    proposal = checked(session, service, proposal, needed=())
    if idea is None:
        saved = _insert(session, service, proposal, stages.DRAFT, actor.person_id, form_key)
        if saved is not None:
            return saved
        idea = _first_sent(session, actor, form_key)
    _update(session, idea, proposal, stages.DRAFT, stages.DRAFT)
    return Saved(idea.id, idea.slug, idea.stage)


def submit_idea(
    session: Session,
    actor: Actor,
    service: Service,
    proposal: Proposal,
    *,
    idea: Idea | None = None,
    form_key: str | None = None,
) -> Saved:
    """Make ``proposal`` public as an idea of ``service``: a new one, or the author's draft ``idea``.

    A second call with the same ``form_key`` answers the first idea and writes nothing. `Invalid`
    names each field that is missing, too long or unknown; `Conflict`
    where the draft was submitted in between.
    """
    require(actor, "idea.submit", service)
    proposal = checked(session, service, proposal)
    saved = None
    if idea is None:
        saved = _insert(session, service, proposal, stages.SUBMITTED, actor.person_id, form_key)
        if saved is None:
            idea = _first_sent(session, actor, form_key)
            if idea.stage != stages.DRAFT:
                return Saved(idea.id, idea.slug, idea.stage)
    if idea is not None:
        require(actor, "idea.edit", service, idea)
        _update(session, idea, proposal, stages.DRAFT, stages.SUBMITTED)
        saved = Saved(idea.id, idea.slug, idea.stage)
    assert saved is not None
    publish(
        session,
        IdeaSubmitted(idea_id=saved.id, author_id=actor.person_id),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    return saved


def import_idea(
    session: Session,
    actor: Actor,
    service: Service,
    proposal: Proposal,
    origin: Origin,
    at: datetime,
) -> Saved | None:
    """Take over a submitted idea from another site, dated ``at`` (aware), without an author here.

    ``None`` where it was taken over before: an import can be repeated. `Invalid` as in
    `submit_idea`, but only the title is needed.
    """
    require(actor, "service.manage", service)
    proposal = checked(session, service, proposal, needed=("title",))
    saved = _insert(session, service, proposal, stages.SUBMITTED, origin=origin, at=at)
    if saved is not None:
        publish(
            session,
            IdeaSubmitted(idea_id=saved.id, author_id=None),
            service_id=service.id,
            actor_id=actor.person_id,
            occurred_at=at,
        )
    return saved


def can_edit(service: Service, idea: Idea, actor: Actor) -> bool:
    """Whether ``actor`` may change the text of ``idea`` now: its author, until screening begins."""
    return idea.stage in EDITABLE and may(actor, "idea.edit", service, idea)


def require_editable(service: Service, idea: Idea, actor: Actor) -> None:
    """Return where `can_edit`; `Forbidden` or `Refused` otherwise."""
    require(actor, "idea.edit", service, idea)
    if idea.stage not in EDITABLE:
        raise Refused(_l("This idea is being examined: its text can no longer be changed."))


def edit_idea(
    session: Session, actor: Actor, service: Service, idea: Idea, proposal: Proposal
) -> Saved:
    """Change a submitted idea: its author may, until screening has begun.

    `Refused` afterwards: what is being judged no longer changes. `Conflict` where screening began
    in between.
    """
    require_editable(service, idea, actor)
    proposal = checked(session, service, proposal)
    _update(session, idea, proposal, stages.SUBMITTED, stages.SUBMITTED)
    publish(
        session,
        IdeaEdited(idea_id=idea.id),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    return Saved(idea.id, idea.slug, idea.stage)


def discard_draft(session: Session, actor: Actor, service: Service, idea: Idea) -> None:
    """Delete a draft for good. Nobody else ever saw it, so nothing is published."""
    require(actor, "idea.edit", service, idea)
    gone = session.execute(
        delete(Idea).where(Idea.id == idea.id, Idea.stage == stages.DRAFT)
    )
    if not gone.rowcount:
        raise Conflict(_l("This idea is no longer a draft: it can only be withdrawn."))


def proposal_of(session: Session, idea: Idea) -> Proposal:
    """What the author gave, to be shown again in the form."""
    subjects = session.scalars(
        select(IdeaSubject.subject_id).where(IdeaSubject.idea_id == idea.id)
    )
    communes = session.scalars(
        select(IdeaCommune.commune_code).where(IdeaCommune.idea_id == idea.id)
    )
    statements = session.execute(
        select(IdeaCriterion.criterion_id, IdeaCriterion.statement).where(
            IdeaCriterion.idea_id == idea.id
        )
    )
    return Proposal(
        **{name: getattr(idea, name) for name in LENGTHS},
        subjects=tuple(subjects),
        communes=tuple(communes),
        statements={criterion_id: statement for criterion_id, statement in statements},
    )


# --- what is acceptable ---


def checked(
    session: Session,
    service: Service,
    proposal: Proposal,
    *,
    needed: Sequence[str] = NEEDED,
) -> Proposal:
    """``proposal`` cleaned of what no text should hold, and of empty statements. `Invalid` names every bad field."""
    texts = {name: clean_lines(getattr(proposal, name)) for name in LENGTHS}
    texts["title"] = " ".join(clean_line(proposal.title).split())
    statements = {
        criterion_id: clean
        for criterion_id, text in proposal.statements.items()
        if (clean := clean_lines(text))
    }
    errors: dict[str, str] = {
        name: _("This is needed before the idea can be read.")
        for name in needed
        if not texts[name]
    }
    for name, text in texts.items():
        _check_text(errors, name, text, LENGTHS[name])
    for criterion_id, text in statements.items():
        _check_text(errors, f"criterion_{criterion_id}", text, STATEMENT_LENGTH)
    tidy = replace(
        proposal,
        **texts,
        statements=statements,
        subjects=tuple(dict.fromkeys(proposal.subjects)),
        communes=tuple(dict.fromkeys(proposal.communes)),
    )
    if len(tidy.subjects) > MOST_SUBJECTS:
        errors["subjects"] = _("Choose at most %(most)s subjects.", most=MOST_SUBJECTS)
    elif not errors:
        errors = _unknown_choices(session, service.id, tidy)
    if errors:
        raise Invalid(_l("The idea was not saved yet: some answers need your attention."), errors)
    return tidy


def _check_text(errors: dict[str, str], name: str, text: str, most: int) -> None:
    if len(text) > most:
        errors[name] = _(
            "This is %(length)s characters long; at most %(most)s can be kept.",
            length=len(text), most=most,
        )  # fmt: skip


def _unknown_choices(session: Session, service_id: int, proposal: Proposal) -> dict[str, str]:
    """What is not in the three lists was made up, or removed since the form was opened."""
    chosen = {
        "subjects": {str(subject_id) for subject_id in proposal.subjects},
        "communes": set(proposal.communes),
        "criteria": {str(criterion_id) for criterion_id in proposal.statements},
    }
    if not any(chosen.values()):
        return {}
    found = session.connection().execute(
        _offered, {"service_id": service_id, "communes": proposal.communes}
    )
    for kind, key in found:
        chosen[kind].discard(key)
    return {
        kind: _("One of these choices does not exist here any more.")
        for kind, unknown in chosen.items()
        if unknown
    }


def _of_service(kind: str, table: type[Subject | Criterion]) -> Select[tuple[str, str]]:
    return select(literal_column(f"'{kind}'"), cast(table.id, String)).where(
        table.service_id == bindparam("service_id")
    )


# One statement for the three lists. It is built once: building it costs more than running it.
_offered = union_all(
    _of_service("subjects", Subject),
    _of_service("criteria", Criterion),
    select(literal_column("'communes'"), Commune.code).where(
        Commune.code.in_(bindparam("communes", expanding=True))
    ),
)


# --- writing ---


def _insert(
    session: Session,
    service: Service,
    proposal: Proposal,
    stage: str,
    author_id: int | None = None,
    form_key: str | None = None,
    origin: Origin | None = None,
    at: datetime | None = None,
) -> Saved | None:
    """Write a new idea; ``None`` where the same form or the same origin was written before."""
    at = at or clock.now()
    slug = slug_of(proposal.title)
    values = {
        **_texts(proposal, slug),
        "service_id": service.id,
        "author_id": author_id,
        "stage": stage,
        "created_at": at,
        "submitted_at": None if stage == stages.DRAFT else at,
        "updated_at": at,
        "form_key": form_key,
        "source": origin and origin.source,
        "source_ref": origin and origin.ref,
        "source_url": origin and origin.url,
        "source_votes": origin and origin.votes,
        "source_comments": origin and origin.comments,
    }
    statement = _insert_once[session.get_bind().dialect.name]
    idea_id = session.connection().execute(statement, values).scalar_one_or_none()
    if idea_id is None:
        return None
    _describe(session, idea_id, proposal)
    return Saved(idea_id, slug, stage)


# A unique key says that the same form came twice, or the same row of an import; the second one
# must not fail the transaction, which may hold other rows.
_insert_once = {
    "sqlite": sqlite.insert(_idea).on_conflict_do_nothing().returning(_idea.c.id),
    "postgresql": postgresql.insert(_idea).on_conflict_do_nothing().returning(_idea.c.id),
}


def _update(
    session: Session, idea: Idea, proposal: Proposal, from_stage: str, to_stage: str
) -> None:
    """Replace the text of ``idea``, provided it still stands in ``from_stage``."""
    at = clock.now()
    values: dict[str, Any] = {**_texts(proposal, slug_of(proposal.title)), "updated_at": at}
    if to_stage != from_stage:
        values |= {"stage": to_stage, "submitted_at": at}
    changed = session.execute(
        update(Idea).where(Idea.id == idea.id, Idea.stage == from_stage).values(values)
    )
    if not changed.rowcount:
        session.refresh(idea)
        raise Conflict(
            _l("This idea moved on while you were writing: its text was not changed.")
        )
    for table in (IdeaSubject, IdeaCommune, IdeaCriterion):
        session.execute(delete(table).where(table.idea_id == idea.id))
    _describe(session, idea.id, proposal)


def _texts(proposal: Proposal, slug: str) -> dict[str, Any]:
    texts = {name: getattr(proposal, name) for name in LENGTHS}
    searched = " ".join((proposal.title, proposal.problem, proposal.body))
    return {**texts, "slug": slug, "search_text": folded(searched)}


def _describe(session: Session, idea_id: int, proposal: Proposal) -> None:
    """Write the rows that hang on an idea, each kind in one statement."""
    connection = session.connection()
    if proposal.subjects:
        connection.execute(
            _insert_subjects, [{"idea_id": idea_id, "subject_id": s} for s in proposal.subjects]
        )
    if proposal.communes:
        connection.execute(
            _insert_communes, [{"idea_id": idea_id, "commune_code": c} for c in proposal.communes]
        )
    if proposal.statements:
        connection.execute(
            _insert_statements,
            [
                {"idea_id": idea_id, "criterion_id": criterion_id, "statement": statement}
                for criterion_id, statement in proposal.statements.items()
            ],
        )


_insert_subjects = insert(IdeaSubject.__table__)
_insert_communes = insert(IdeaCommune.__table__)
_insert_statements = insert(IdeaCriterion.__table__)


def _first_sent(session: Session, actor: Actor, form_key: str | None) -> Idea:
    """The idea that the same form already made."""
    return session.scalars(
        select(Idea).where(Idea.author_id == actor.person_id, Idea.form_key == form_key)
    ).one()
