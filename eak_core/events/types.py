"""What an event is: a typed fact with a name and a version of its own.

The stored name (``idea.submitted``, 1) never is a Python path, so a class may be renamed or moved.
A payload holds ids and machine words. Free text, names and addresses have no place in a log
that is never rewritten, so a plain ``str`` field is refused when the class is declared.

What happens by itself is declared beside the events, by the same owners: `Work`.
"""

import re
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Protocol, TypeVar

import msgspec

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_.:-]{0,63}$")]
"""The type of a field of an event that holds a machine word: a stage, a plugin's name, a slug. At
most 64 characters of a-z, 0-9, _, ., : and -, beginning with a letter or digit."""

NAME = re.compile(r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")

E = TypeVar("E", bound="Event")

#: Turns the fields of one version into those of the next.
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

SITE = 0
"""The ``service_id`` of the log of the site itself, for what belongs to no service."""


class EventError(Exception):
    """An event type or payload is not acceptable: the programmer's mistake, not a person's."""


@dataclass(frozen=True, slots=True)
class Part:
    """What scheduled work answers after one part of it, when there is more to do: ``done`` of
    ``total`` things are done by now."""

    done: int
    total: int


#: ``f(session, service, name, due_at)``, and what was computed before where something was. True or
#: a `Part` says that there is more to do.
Handler = Callable[..., Part | bool | None]
#: ``f(session, service, name, due_at)``: reads, and answers what is to be computed.
Reader = Callable[[Any, Any, str, datetime], Callable[[], Any] | None]


class Moved(Exception):
    """What scheduled work has read before it computed is no longer so: it begins again."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is done for a kind: ``writes`` in its transaction, and before it ``reads``; again and
    again, where it is done ``every`` so often."""

    writes: Handler
    reads: Reader | None = None
    every: timedelta | None = None


class Owner(Protocol):
    """Whoever declares events and handlers: the core, or a plugin."""

    @property
    def name(self) -> str: ...

    @property
    def events(self) -> "list[EventType]": ...

    @property
    def upcasters(self) -> dict[tuple[str, int], "Upcaster"]: ...


class CoreOwner:
    """The core as an owner of events and of handlers, which read the log of each service."""

    name = "core"

    def __init__(self) -> None:
        self.events: list[EventType] = []
        self.subscribers: list[Any] = []
        self.searched: list[Any] = []
        self.upcasters: dict[tuple[str, int], Upcaster] = {}
        self.scheduled: dict[str, Work] = {}


CORE = CoreOwner()


@typing.dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,)
)
class EventMeta(msgspec.StructMeta):
    """Events are frozen and keyword-only without their authors having to say so."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> Any:
        # Without cycles there is nothing for the collector to find in a million of them.
        fixed = {"frozen": True, "kw_only": True, "forbid_unknown_fields": True, "gc": False}
        options = {**fixed, **options}
        return super().__new__(cls, name, bases, namespace, **options)


class Event(msgspec.Struct, metaclass=EventMeta):
    """Base of every event. Declare a subclass with `event`; publish an instance with `publish`."""

    __event__: ClassVar["EventType"]


class EventType(msgspec.Struct, frozen=True, eq=False):
    """The declaration of one event type.

    ``subject`` is a format over the fields, such as ``idea:{idea_id}``: events of one subject are
    handled in order even when one of them fails. ``quiet``: no page that visitors keep changes with
    it at once, so the validator of a service does not tell that it happened.
    """

    name: str
    version: int
    subject: str
    owner: str
    cls: type[Event]
    quiet: bool = False

    @property
    def description(self) -> str:
        """The docstring of the class: what happened, for the catalogue."""
        return (self.cls.__doc__ or "").strip()


def event(
    owner: Owner, name: str, *, version: int, subject: str, quiet: bool = False
) -> Callable[[type[E]], type[E]]:
    """Declare an event class under ``name`` and ``version``, owned by the core or a plugin.

    A ``quiet`` event leaves the validator of visitors' pages as it is: for what nobody may learn
    from it, such as the instant of a vote. A page that shows what such events add up to says with
    `valid_until` how long it holds.

    `EventError` where the name is not the owner's, a field may hold free text, ``subject`` names a
    field that does not exist, or the docstring that goes into the catalogue is missing.
    """

    def declare(cls: type[E]) -> type[E]:
        if not NAME.match(name):
            raise EventError(f"{name!r}: an event is named `noun.happened`")
        if owner.name != CORE.name and name.partition(".")[0] != owner.name:
            raise EventError(f"{name!r}: events of {owner.name} begin with `{owner.name}.`")
        if not (cls.__dict__.get("__doc__") or "").strip():
            raise EventError(f"{name!r}: the docstring is the catalogue's text and is missing")
        fields = typing.get_type_hints(cls, include_extras=True)
        for field in msgspec.structs.fields(cls):
            _refuse_free_text(name, field.name, fields[field.name])
        try:
            subject.format(**{field.name: 0 for field in msgspec.structs.fields(cls)})
        except (KeyError, IndexError, ValueError) as error:
            raise EventError(f"{name!r}: subject {subject!r} names no field: {error}") from None
        declared = EventType(name, version, subject, owner.name, cls, quiet)
        cls.__event__ = declared
        owner.events.append(declared)
        return cls

    return declare


def _refuse_free_text(name: str, field: str, hint: Any) -> None:
    if hint is str or hint is Any or hint is bytes or hint is object:
        raise EventError(
            f"{name!r}: field {field!r} could hold free text; use Code, an id, Literal or Enum"
        )
    if typing.get_origin(hint) is Annotated:
        base, *annotations = typing.get_args(hint)
        bounded = any(isinstance(a, msgspec.Meta) and a.pattern for a in annotations)
        if base is str and bounded:
            return
        _refuse_free_text(name, field, base)
    elif typing.get_origin(hint) is not typing.Literal:
        arguments = [a for a in typing.get_args(hint) if a is not types.NoneType and a is not ...]
        for argument in arguments:
            _refuse_free_text(name, field, argument)
        if not arguments and hint in (list, tuple, dict, set, frozenset):
            raise EventError(f"{name!r}: field {field!r} must say what it contains")


def instants_of(value: Any) -> Iterator[datetime]:
    """The instants in a payload or a part of one, at whatever depth."""
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, msgspec.Struct):
        yield from instants_of(msgspec.structs.astuple(value))
    elif isinstance(value, dict):
        yield from instants_of([*value, *value.values()])
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from instants_of(inner)


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event as it stands in the log, its payload upcast to the version this code knows.

    ``position`` is its place in the log of ``service_id``, ``event_id`` its identity, ``type`` its
    name, ``version`` the one it was written in, ``subject`` what it is about, ``actor_id`` who
    acted (None for nobody), ``data`` the payload: an instance of the event's class, or a dict where
    nobody declares it. ``stamp`` is when it happened as the database keeps it: read
    ``occurred_at``. ``depth`` counts the handlers whose publishing led to it, one by the other.
    """

    service_id: int
    position: int
    event_id: str
    type: str
    version: int
    subject: str
    actor_id: int | None
    stamp: datetime | str
    data: Any
    depth: int = 0

    @property
    def occurred_at(self) -> datetime:
        """When it happened, aware, in UTC. ``stamp`` is the same as the database keeps it."""
        if isinstance(self.stamp, datetime):
            return self.stamp.astimezone(UTC)
        return datetime.fromisoformat(self.stamp).replace(tzinfo=UTC)
