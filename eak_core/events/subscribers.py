"""How a plugin says what it reacts to, and what its handlers are given."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec

from eak_core.db import Session
from eak_core.events.types import NAME, Event, EventError, Recorded, Upcaster
from eak_core.letters.outbox import enqueue

F = TypeVar("F", bound=Callable[..., None])

#: Claims every event, whoever publishes it.
EVERYTHING = "*"
_PREFIX = re.compile(r"^[a-z][a-z0-9_]*\.$")


@dataclass(frozen=True)
class Subscriber:
    """One handler function of a plugin, with what it claims: names of events, beginnings of names
    (``idea.``), or `EVERYTHING`. ``typed`` are the names claimed by the class of the event."""

    name: str
    function: Callable[..., None]
    claims: frozenset[str]
    batch: bool
    typed: frozenset[str] = frozenset()

    def takes(self, name: str) -> bool:
        """Whether it claims the events of this name."""
        claims = self.claims
        return name in claims or prefix_of(name) in claims or EVERYTHING in claims

    def given(self, events: Sequence[Recorded]) -> Sequence[Recorded]:
        """``events`` as it is to see them: what it did not claim by its class, with a payload that
        is the same whether or not that class is installed."""
        if self.typed >= self.claims:
            return events
        return [each if each.type in self.typed else plain(each) for each in events]


def check_claim(claim: str) -> None:
    """Raise `EventError` where ``claim`` could be neither the name of an event nor the beginning of
    one with its dot, and is not `EVERYTHING`."""
    if claim != EVERYTHING and not NAME.match(claim) and not _PREFIX.match(claim):
        raise EventError(f"no event is called {claim!r}, or begins so")


def prefix_of(name: str) -> str:
    """What the names begin with that stand together with ``name``: ``idea.``, for example."""
    return f"{name.partition('.')[0]}."


def plain(event: Recorded) -> Recorded:
    """``event`` with its payload as plain JSON values."""
    if type(event.data) is dict:
        return event
    return msgspec.structs.replace(event, data=msgspec.to_builtins(event.data, str_keys=True))


class SubscribingOwner(Protocol):
    """A plugin, as far as this module needs it."""

    @property
    def name(self) -> str: ...

    @property
    def subscribers(self) -> list[Subscriber]: ...


class UpcastingOwner(Protocol):
    """A plugin, as far as upcasting needs it."""

    @property
    def upcasters(self) -> dict[tuple[str, int], Upcaster]: ...


def subscriber(
    owner: SubscribingOwner, *events: type[Event] | str, batch: bool = False
) -> Callable[[F], F]:
    """Register a handler of ``events``: ``f(event, ctx)``, or with ``batch`` ``f(recorded_events,
    ctx)``.

    What the handler writes through ``ctx.session`` is committed together with the cursor, so it
    takes effect exactly once. If it raises, its writes are undone and the event is parked.

    Events of a plugin that may not be installed are claimed by name (``voting.ballot_closed``), all
    that begin alike by their beginning with its dot (``voting.``), and every event there is by
    ``*``. Payloads of what is not claimed by its class are plain dicts, of the version that the
    installed plugin knows, or as they were written where nobody declares them; ``ctx.type`` is the
    name. A handler is called once for an event, however often it claims it.

    `EventError` where none is named, or what is named could be no event's name.
    """
    typed = frozenset(each.__event__.name for each in events if not isinstance(each, str))
    claims = typed.union(each for each in events if isinstance(each, str))
    if not claims:
        raise EventError(f"{owner.name}: a subscriber names at least one event")
    for claim in claims:
        check_claim(claim)

    def register(function: F) -> F:
        owner.subscribers.append(Subscriber(function.__name__, function, claims, batch, typed))
        return function

    return register


def upcast(owner: UpcastingOwner, name: str, version: int) -> Callable[[Upcaster], Upcaster]:
    """Register the step from ``version`` of the event ``name`` to the next: a function of the
    fields as a dict that answers those of the next version. It answers the function."""

    def register(function: Upcaster) -> Upcaster:
        owner.upcasters[name, version] = function
        return function

    return register


@dataclass(slots=True)
class Context:
    """What surrounds the event a handler is given.

    ``session`` is the transaction in which the handler's effects and its progress are committed.
    ``plugin`` is the name of the handler's own, ``settings`` what it is set to in the service
    ``service_id``. ``position`` is the event's place in the log, ``event_id`` its identity,
    ``type`` its name, ``subject`` what it is about (``idea:42``), ``actor_id`` who acted (None for
    nobody), and ``occurred_at`` when it happened (aware, UTC).

    In a batch handler the fields about one event are those of the last one of the batch.
    ``replaying`` is true for what happened before the plugin was switched on (again).
    """

    session: Session
    plugin: str
    service_id: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    position: int = 0
    event_id: str = ""
    type: str = ""
    subject: str = ""
    actor_id: int | None = None
    occurred_at: datetime | None = None
    replaying: bool = False

    def send(
        self, kind: str, payload: Mapping[str, Any], *, even_in_replay: bool = False, key: str = ""
    ) -> bool:
        """Queue ``payload`` for the outbox, once per event, ``kind`` and ``key``.

        A ``mail`` has ``subject`` and ``text``, and either ``to``, an address, or ``person_id``,
        whose address is looked up when it leaves; `mail_to` writes one in the person's language.
        Other kinds are the plugin's own, ``<plugin>.<name>``, and carried by its `transport`.
        False, and nothing queued, during a replay unless ``even_in_replay``, or where it was queued
        already.
        """
        if self.replaying and not even_in_replay:
            return False
        return enqueue(
            self.session,
            kind=kind,
            payload=payload,
            dedupe_key=":".join(filter(None, (self.plugin, self.event_id, kind, key))),
            plugin=self.plugin,
            service_id=self.service_id,
        )
