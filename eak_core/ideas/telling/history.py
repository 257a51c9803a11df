"""What became of an idea: the stages it came to, and what else happened to it."""

from collections.abc import Iterable, Iterator, Sequence

from eak_core.db import Session
from eak_core.events import read_log
from eak_core.i18n import _, _l
from eak_core.ideas.deciding.merging import Part
from eak_core.ideas.events import IdeaEdited
from eak_core.ideas.models import Idea
from eak_core.ideas.reading.details import Milestone, Reading
from eak_core.ideas.reading.places import Transferred, transfers_of
from eak_core.ideas.visibility import subject_of
from eak_core.people.names import person_names
from eak_core.plugins.hooks.contributions import HistoryEntry
from eak_core.plugins.per_request.slots import Happened, idea_history
from eak_core.web.i18n import in_paris

#: How many changes of a text are told, the latest.
MOST_EDITS = 50


def history_of(
    reading: Reading, merged: Sequence[Part] = (), transferred: Iterable[Transferred] = ()
) -> Sequence[Milestone | Happened | Transferred]:
    """All that happened to a submitted idea, in the order in which it did; ``merged`` is what is
    part of it, ``transferred`` between which services it went."""
    if reading.idea.submitted_at is None:
        return []
    parts = (
        Happened(each.at, _("“%(title)s” became part of it", title=each.idea.title), None)
        for each in merged
    )
    found: list[Milestone | Happened | Transferred] = [
        *reading.milestones, *idea_history(reading.idea), *parts, *transferred,
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.at)


def edits_of(session: Session, service_id: int, idea: Idea) -> Iterator[HistoryEntry]:
    """When the text of ``idea`` was changed, once for each day and whoever did so; by whom, where
    several write it. Each service where it was tells of its time there."""
    logs = {service_id, *(each.from_id for each in transfers_of(session, idea.id))}
    found = [
        each
        for log in logs
        for each in read_log(
            session, log, types=[IdeaEdited], subject=subject_of(idea.id),
            newest_first=True, limit=MOST_EDITS,
        )
    ]  # fmt: skip
    edits = sorted(found, key=lambda each: each.occurred_at, reverse=True)[:MOST_EDITS]
    days = {
        (in_paris(each.occurred_at).date(), each.actor_id): each.occurred_at
        for each in reversed(edits)
    }
    writers = {writer for _day, writer in days}
    names: dict[int, str] = {}
    if writers - {idea.author_id}:
        names = person_names(session, (each for each in writers if each is not None))
    for (_day, writer), at in days.items():
        if not names:
            yield HistoryEntry(at, _l("The author changed the text"))
        elif writer in names:
            yield HistoryEntry(at, _("%(name)s changed the text", name=names[writer]))
        else:
            yield HistoryEntry(at, _l("The text was changed"))
