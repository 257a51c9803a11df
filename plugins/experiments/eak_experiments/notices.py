"""What people are told of experiments that they follow, or of ideas that they follow."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from eak_core.api import (
    NavItem,
    NoticeKind,
    NoticeSentence,
    Recorded,
    Service,
    Session,
    Told,
    _,
    _l,
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
from eak_experiments.models import NAME, Experiment

NEWS = NoticeKind(
    plugin,
    "news",
    _l("Experiments"),
    _l("An experiment that you follow, or of an idea that you follow, is announced, starts, is"
       " extended or suspended, ends with what it taught, or is looked at again."),
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


def sentences(
    session: Session, service: Service, events: Sequence[Recorded]
) -> Iterator[tuple[int, NoticeSentence]]:
    """What is told of the experiments among ``events`` that everybody may read."""
    told = [each for each in events if isinstance(each.data, _EVENTS)]
    titles = _titles(session, service, [each.data.experiment_id for each in told])
    for each in told:
        number = each.data.experiment_id
        if number in titles:
            said = _said(each.data, titles[number])
            yield each.position, NoticeSentence(said, "experiments.show", {"experiment_id": number})


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
    head = f"{NAME}:"
    numbers = {
        int(each.removeprefix(head)): each
        for each in subjects
        if each.startswith(head) and each.removeprefix(head).isdecimal()
    }
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
