"""What a plugin claims of a log: by the names of events, by their beginnings, or all of it."""

from collections.abc import Iterable
from functools import cached_property

from sqlalchemy import ColumnElement, or_, true

from eak_core.events.marks import is_own
from eak_core.events.models import EventLog
from eak_core.events.subscribers import EVERYTHING, Subscriber


class Claims:
    """The handlers of one plugin, found by the name of an event.

    What is claimed by a beginning or altogether is not known before it happens, so each name is
    looked up once and remembered. ``without`` leaves out the plugin's own events, as a purge does.
    """

    def __init__(
        self, subscribers: Iterable[Subscriber] = (), *, without: str | None = None
    ) -> None:
        self.subscribers = tuple(subscribers)
        self.without = without
        self._found: dict[str, tuple[Subscriber, ...]] = {}

    def __bool__(self) -> bool:
        return any(not self._left_out(claim) for claim in self.claims)

    @cached_property
    def claims(self) -> frozenset[str]:
        """All that any handler claims."""
        return frozenset().union(*(each.claims for each in self.subscribers))

    def of(self, name: str) -> tuple[Subscriber, ...]:
        """The handlers of the events of this name, in the order of their declaration."""
        found = self._found.get(name)
        if found is None:
            takers = () if self._left_out(name) else self.subscribers
            found = self._found[name] = tuple(each for each in takers if each.takes(name))
        return found

    def _left_out(self, name: str) -> bool:
        return self.without is not None and is_own(self.without, name)

    @cached_property
    def everything(self) -> bool:
        """Whether some handler claims every event."""
        return EVERYTHING in self.claims

    @cached_property
    def names(self) -> list[str]:
        """The names of events that are claimed one by one."""
        return sorted(claim for claim in self.claims if claim[-1] not in ".*")

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """The beginnings of names that are claimed."""
        return tuple(sorted(claim for claim in self.claims if claim.endswith(".")))

    def condition(self) -> ColumnElement[bool]:
        """The condition that an event of the log is claimed."""
        if self.everything:
            return true()
        return or_(EventLog.type.in_(self.names), *begins_with(self.prefixes))


def begins_with(prefixes: Iterable[str]) -> list[ColumnElement[bool]]:
    """For each of ``prefixes``, the condition that the name of an event begins so."""
    return [EventLog.type.startswith(each, autoescape=True) for each in prefixes]
