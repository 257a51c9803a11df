"""What people are told of experiments that they follow, or of ideas that they follow."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from eak_core.api import (
    Actor,
    ContentHidden,
    NavItem,
    NoticeKind,
    NoticeSentence,
    Recorded,
    Service,
    Session,
    Told,
    _,
    _l,
    hidden_reasons,
    numbered,
    tells,
)
from eak_experiments.drafting.finding import public
from eak_experiments.events import (
    Closed,
    Extended,
    FollowedUp,
    ProtocolFixed,
    Resumed,
    Started,
    Suspended,
)
from eak_experiments.manifest import plugin
from eak_experiments.models import NAME, Experiment, Teammate

NEWS = NoticeKind(
    plugin,
    "news",
    _l("Experiments"),
    _l("An experiment that you follow, or of an idea that you follow, is announced, starts, is"
       " extended or suspended, ends with what it taught, or is looked at again; one that"
       " you carry is hidden."),
)  # fmt: skip

_EVENTS = (ProtocolFixed, Started, Extended, Suspended, Resumed, Closed, FollowedUp)


@tells(plugin, NEWS, *_EVENTS)
def tell_of_experiment(session: Session, event: Recorded) -> Told | None:
    """Those who follow the experiment, or its idea."""
    number = event.data.experiment_id
    idea_id = session.scalar(select(Experiment.idea_id).where(Experiment.id == number))
    followed = [f"{NAME}:{number}"]
    if idea_id is not None:
        followed.append(f"idea:{idea_id}")
    return Told(followed=followed)


@tells(plugin, NEWS, ContentHidden)
def tell_of_hiding(session: Session, event: Recorded) -> Told | None:
    """The team of an experiment that moderators have hidden, and nobody else."""
    number = _number(event.data.content)
    team = select(Teammate.person_id).where(Teammate.experiment_id == number)
    return None if number is None else Told(people=session.scalars(team).all())


def _number(subject: str) -> int | None:
    """Which experiment ``subject`` is, if it is one."""
    return next(iter(numbered(NAME, [subject])), None)


def sentences(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Iterator[tuple[int, NoticeSentence]]:
    """What is told of the experiments among ``events`` that everybody may read, and to ``actor`` of
    their own that are hidden."""
    yield from _hidden(session, service, events, actor)
    told = [each for each in events if isinstance(each.data, _EVENTS)]
    titles = _titles(session, service, [each.data.experiment_id for each in told])
    for each in told:
        number = each.data.experiment_id
        if number in titles:
            said = _said(each.data, titles[number])
            yield each.position, NoticeSentence(said, "experiments.show", {"experiment_id": number})


def _hidden(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Iterator[tuple[int, NoticeSentence]]:
    told = {
        each.position: number
        for each in events
        if isinstance(each.data, ContentHidden)
        and (number := _number(each.data.content)) is not None
    }
    if not told:
        return
    own = select(Teammate.experiment_id).where(Teammate.person_id == actor.person_id)
    query = select(Experiment.id, Experiment.title).where(
        Experiment.id.in_(told.values()), Experiment.id.in_(own)
    )
    titles = {row.id: row.title for row in session.execute(query)}
    reasons = hidden_reasons(session, service.id, [f"{NAME}:{number}" for number in titles])
    for position, number in told.items():
        if (reason := reasons.get(f"{NAME}:{number}")) is not None:
            said = _("The moderators have hidden the experiment “%(title)s”", title=titles[number])
            place, because = {"experiment_id": number}, _("You are in its team.")
            yield position, NoticeSentence(said, "experiments.show", place, reason, because)


def _said(data: Any, title: str) -> str:
    if isinstance(data, ProtocolFixed):
        return _("An experiment is announced: “%(title)s”", title=title)
    if isinstance(data, Started):
        return _("The experiment “%(title)s” has started", title=title)
    if isinstance(data, Extended):
        return _("The experiment “%(title)s” is extended", title=title)
    if isinstance(data, Suspended):
        return _("The experiment “%(title)s” is suspended", title=title)
    if isinstance(data, Resumed):
        return _("The experiment “%(title)s” goes on", title=title)
    if isinstance(data, Closed):
        return _("The experiment “%(title)s” has ended: read what it taught", title=title)
    return _("What is left of the experiment “%(title)s”, long after", title=title)


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, NavItem]:
    """The experiments among ``subjects`` that everybody may read, to be followed."""
    numbers = numbered(NAME, subjects)
    titles = _titles(session, service, list(numbers))
    return {
        numbers[number]: NavItem(title, "experiments.show", {"experiment_id": number})
        for number, title in titles.items()
    }


def _titles(session: Session, service: Service, numbers: Sequence[int]) -> dict[int, str]:
    if not numbers:
        return {}
    query = select(Experiment.id, Experiment.title)
    rows = session.execute(query.where(Experiment.id.in_(numbers), *public(service.id)))
    return {row.id: row.title for row in rows}
