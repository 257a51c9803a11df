"""Everything the page of one idea shows, read in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from eak_core import clock
from eak_core.db import Session
from eak_core.ideas.describing.criteria import profile
from eak_core.ideas.models import (
    Commune,
    Criterion,
    Idea,
    IdeaCommune,
    IdeaSubject,
    StageChange,
    Subject,
)
from eak_core.ideas.proposing.coauthors import coauthors_of
from eak_core.ideas.proposing.promises import is_open
from eak_core.ideas.stages import DRAFT, SUBMITTED, Graph, Stage
from eak_core.people.models import Person


@dataclass(frozen=True, slots=True)
class Milestone:
    """An idea came to a stage. The submission has no reason, and an erased actor no name."""

    stage: Stage
    at: datetime
    actor: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the way of an idea: behind it, where it stands, or ahead."""

    stage: Stage
    state: str


@dataclass(frozen=True, slots=True)
class Reading:
    """An idea with all that its page shows."""

    idea: Idea
    stage: Stage
    author: str | None
    coauthors: Sequence[str]
    profile: Sequence[tuple[Criterion, str | None]]
    subjects: Sequence[Subject]
    communes: Sequence[Commune]
    milestones: Sequence[Milestone]
    steps: Sequence[Step]

    @property
    def promised(self) -> datetime | None:
        """Before when an answer is promised; None once there is one."""
        return self.idea.answer_by if is_open(self.idea) else None

    @property
    def late(self) -> bool:
        """Whether what was promised is over. It turns at midnight in Paris, as kept pages do."""
        return self.promised is not None and clock.now() >= self.promised

    @property
    def decision(self) -> Milestone | None:
        """The latest decision about the idea with its reason; None before there is one."""
        decided = (each for each in reversed(self.milestones) if each.reason)
        return next(decided, None)


def read_idea(session: Session, graph: Graph, idea: Idea) -> Reading:
    """``idea`` as its page shows it. Ask `check_readable` first."""
    milestones = _milestones(session, graph, idea)
    return Reading(
        idea=idea,
        stage=graph.stage(idea.stage),
        author=_author(session, idea),
        coauthors=list(coauthors_of(session, [idea.id]).get(idea.id, {}).values()),
        profile=profile(session, idea.service_id, idea.id),
        subjects=_subjects(session, idea),
        communes=_communes(session, idea),
        milestones=milestones,
        steps=_steps(graph, idea, milestones),
    )


# Put together once: these are asked for on the page of every idea.
_AUTHOR = select(Person.name).where(Person.id == bindparam("person"), Person.erased_at.is_(None))
_SUBJECTS = (
    select(Subject)
    .join(IdeaSubject, IdeaSubject.subject_id == Subject.id)
    .where(IdeaSubject.idea_id == bindparam("idea"))
    .order_by(Subject.position, Subject.id)
)
_COMMUNES = (
    select(Commune)
    .join(IdeaCommune, IdeaCommune.commune_code == Commune.code)
    .where(IdeaCommune.idea_id == bindparam("idea"))
    .order_by(Commune.name)
)
_CHANGES = (
    select(StageChange.to_stage, StageChange.at, Person.name, StageChange.reason)
    .outerjoin(Person, (Person.id == StageChange.actor_id) & Person.erased_at.is_(None))
    .where(StageChange.idea_id == bindparam("idea"))
    .order_by(StageChange.id)
)


def _author(session: Session, idea: Idea) -> str | None:
    return session.scalar(_AUTHOR, {"person": idea.author_id}) if idea.author_id else None


def _subjects(session: Session, idea: Idea) -> Sequence[Subject]:
    return session.scalars(_SUBJECTS, {"idea": idea.id}).all()


def _communes(session: Session, idea: Idea) -> Sequence[Commune]:
    return session.scalars(_COMMUNES, {"idea": idea.id}).all()


def _milestones(session: Session, graph: Graph, idea: Idea) -> list[Milestone]:
    if idea.submitted_at is None:
        return []
    changes = session.execute(_CHANGES, {"idea": idea.id})
    return [
        Milestone(graph.stage(SUBMITTED), idea.submitted_at, None, ""),
        *(Milestone(graph.stage(to), at, actor, reason) for to, at, actor, reason in changes),
    ]


def _steps(graph: Graph, idea: Idea, milestones: Sequence[Milestone]) -> list[Step]:
    """The way of an idea in this service: the stages that it went through, not those it skipped,
    and those that are ahead; an end off the path closes it."""
    if idea.stage == DRAFT:
        return []
    path = graph.path[1:]
    names = [stage.name for stage in path]
    here = names.index(idea.stage) if idea.stage in names else len(names)
    reached = {milestone.stage.name for milestone in milestones}
    return [
        *(Step(stage, "done") for stage in path[:here] if stage.name in reached),
        Step(graph.stage(idea.stage), "current"),
        *(Step(stage, "ahead") for stage in path[here + 1 :] if graph.is_active(stage)),
    ]
