"""The experiments plugin: what it answers when the core asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from markupsafe import Markup
from sqlalchemy import func, select

from eak_core.api import (
    AccountLinks,
    Actor,
    DataSet,
    Denial,
    DeskItem,
    FileHolder,
    Held,
    Idea,
    Kept,
    NavItem,
    NoticeSentence,
    Recorded,
    Reportable,
    Service,
    Session,
    _l,
    hookimpl,
    lazy_ngettext,
)
from eak_experiments import notices, personal_data, schedule, subscribers
from eak_experiments.manifest import plugin
from eak_experiments.models import Experiment, Teammate
from eak_experiments.outcome import idea_stages
from eak_experiments.pages import (
    library_views,
    logbook_views,
    moderation_views,
    open_sets,
    outcome_views,
    protocol_views,
    replicating_views,
    running_views,
    views,
)
from eak_experiments.record import Alert, Entry
from eak_experiments.running import reported

if TYPE_CHECKING:
    from eak_core.api import Demo

__all__ = [
    "library_views",
    "logbook_views",
    "moderation_views",
    "outcome_views",
    "plugin",
    "protocol_views",
    "replicating_views",
    "running_views",
    "schedule",
    "subscribers",
    "views",
]

#: How many relations the page of a team shows.
MOST_HELD = 200


@hookimpl
def open_data() -> Iterable[DataSet]:
    return [open_sets.experiments_set()]


@hookimpl
def nav_items() -> Iterable[NavItem]:
    return [NavItem(_l("Experiments"), "experiments.index")]


@hookimpl
def style_sheets() -> Iterable[str]:
    return ["experiments.css"]


@hookimpl
def account_links(session: Session, person_id: int) -> AccountLinks | None:
    rows = session.execute(
        select(Experiment.id, Experiment.title, Service.slug)
        .join(Teammate, Teammate.experiment_id == Experiment.id)
        .join(Service, Service.id == Experiment.service_id)
        .where(Teammate.person_id == person_id)
        .order_by(Experiment.id.desc())
        .limit(MOST_HELD)
    )
    links = [
        NavItem(title, "experiments.show", {"service_slug": slug, "experiment_id": number})
        for number, title, slug in rows
    ]
    return AccountLinks(_l("Your experiments"), links) if links else None


#: As `Experiment.relations_of` says it.
_RELATIONS = {
    "referent": ("experiments.referent", "experiments.member"),
    "member": ("experiments.member",),
}


@hookimpl
def held_relations(session: Session, service: Service) -> Iterable[Held]:
    rows = session.execute(
        select(Teammate, Experiment.title)
        .join(Experiment, Experiment.id == Teammate.experiment_id)
        .where(Experiment.service_id == service.id)
        .order_by(Teammate.since.desc(), Teammate.experiment_id, Teammate.person_id)
        .limit(MOST_HELD)
    )
    titles = {
        "referent": _l("Referent of an experiment"),
        "member": _l("In the team of an experiment"),
    }
    return [
        Held(
            member.person_id,
            titles[member.role],
            NavItem(title, "experiments.show", {"experiment_id": member.experiment_id}),
            member.since,
            _l("By preparing it, or by an invitation of its referent"),
            names=_RELATIONS[member.role],
        )
        for member, title in rows
    ]


@hookimpl
def slot_idea_body(session: Session, service: Service, idea: Idea, actor: Actor) -> Markup | None:
    if idea.submitted_at is None:
        return None
    return views.idea_section(session, service, idea, actor)


@hookimpl
def reportable_things(
    session: Session, service: Service, subjects: Sequence[str]
) -> Mapping[str, Reportable]:
    return reported.things(session, service, subjects)


@hookimpl
def desk_pages() -> Iterable[NavItem]:
    about = _l("Write down what is to be found out, with whom, and until when.")
    yield NavItem(_l("Prepare an experiment"), "experiments.prepare", note=about)
    about = _l("Those that are prepared, under way and ended.")
    yield NavItem(_l("All experiments"), "experiments.index", note=about)


@hookimpl
def desk_items(session: Session, service: Service) -> Iterable[DeskItem]:
    waiting = session.scalar(
        select(func.count()).where(Experiment.service_id == service.id, Experiment.stage == "fixed")
    ) or 0  # fmt: skip
    label = lazy_ngettext(
        "%(num)s experiment waits for its start",
        "%(num)s experiments wait for their start",
        waiting,
    )
    unread, unread_since = session.execute(
        select(func.count(), func.min(Entry.written_at)).where(
            Entry.service_id == service.id, Entry.waits.is_(True)
        )
    ).one()
    said = lazy_ngettext(
        "%(num)s inhabitant said how they find an experiment",
        "%(num)s inhabitants said how they find an experiment",
        unread,
    )
    open_alerts, raised = session.execute(
        select(func.count(), func.min(Alert.raised_at))
        .select_from(Alert)
        .join(Experiment, Experiment.id == Alert.experiment_id)
        .where(Experiment.service_id == service.id, Alert.answered_at.is_(None))
    ).one()
    alerted = lazy_ngettext(
        "%(num)s stop threshold is reached: decide",
        "%(num)s stop thresholds are reached: decide",
        open_alerts,
    )
    evaluated = session.scalar(
        select(func.count()).where(
            Experiment.service_id == service.id, Experiment.stage == "evaluating"
        )
    ) or 0  # fmt: skip
    ended = lazy_ngettext(
        "%(num)s experiment is at its end: close it with its lessons",
        "%(num)s experiments are at their end: close them with their lessons",
        evaluated,
    )
    return [
        DeskItem(waiting, label, "experiments.index"),
        DeskItem(open_alerts, alerted, "experiments.index", since=raised),
        DeskItem(unread, said, "experiments.index", since=unread_since),
        DeskItem(evaluated, ended, "experiments.index"),
    ]


@hookimpl
def file_holder(
    session: Session, service: Service, subject: str, actor: Actor
) -> FileHolder | None:
    return logbook_views.holder(session, service, subject, actor)


@hookimpl
def merge_ideas(session: Session, idea: Idea) -> None:
    idea_stages.require_none(session, idea)


@hookimpl
def transfer_idea(session: Session, idea: Idea) -> None:
    idea_stages.require_stays(session, idea)


@hookimpl
def can_change_stage(session: Session, idea: Idea, to: str) -> Denial | None:
    return idea_stages.guard(session, idea, to)


@hookimpl
def register_commands() -> Iterable[click.Command]:
    # A server has no use for them.
    from eak_experiments.commands import COMMANDS

    return COMMANDS


@hookimpl
def load_demo(session: Session, service: Service, demo: "Demo") -> None:
    from eak_experiments import demo as content

    content.play(session, service, demo)


@hookimpl
def followed_things(
    session: Session, service: Service, subjects: Sequence[str]
) -> Mapping[str, NavItem]:
    return notices.things(session, service, subjects)


@hookimpl
def notice_sentences(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Mapping[int, NoticeSentence]:
    return dict(notices.sentences(session, service, events, actor))


@hookimpl
def reset_projections(session: Session, service_id: int) -> None:
    """Handlers derive nothing but what is searched, which the core builds anew."""


@hookimpl
def kept_data() -> Iterator[Kept]:
    yield Kept(
        _l("Those who carry an experiment"),
        _l(
            "in which team you are and in which role, and what you wrote in its logbook, measured"
            " and decided"
        ),
        _l("to say in public who tries what, and what came of it"),
        _l("everybody; private notes: the team alone"),
        _l(
            "you leave the team, or your account is erased; the record of the experiment stays,"
            " without your name"
        ),
    )


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    personal_data.erase_person(session, person_id)
