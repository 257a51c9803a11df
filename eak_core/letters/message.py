"""A message on its way, and what may become of it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from eak_core import clock


class Undeliverable(Exception):
    """The other side refused for good: trying again is useless."""


class NoSuchMailbox(Undeliverable):
    """Nobody has this address: nothing that is sent to many needs to be tried there again."""


class Unreachable(Exception):
    """The other side could not be reached, whatever the message: all others wait too."""


class Dropped(Exception):
    """The other side fell silent in the middle of a message: its fault, or the message's. It
    ``may_have_it`` where nothing but its answer was missing."""

    def __init__(self, said: str, *, may_have_it: bool) -> None:
        super().__init__(said)
        self.may_have_it = may_have_it


class Part(NamedTuple):
    """What a mail to one person says of one service among several: ``text`` and ``html`` stand in
    those of the mail as they are here."""

    service_id: int
    text: str
    html: str


def without_parts(payload: Mapping[str, Any], closed: Collection[int]) -> Mapping[str, Any]:
    """The ``payload`` of a mail without its parts (`Part`) that are of ``closed`` services."""
    text, html = payload.get("text", ""), payload.get("html") or ""
    gone = [each for each in payload.get("parts", ()) if each["service_id"] in closed]
    for each in gone:
        text, html = text.replace(each["text"], ""), html.replace(each["html"], "")
    return {**payload, "text": text, "html": html or None} if gone else payload


@dataclass(frozen=True)
class Claimed:
    """A message this process has claimed, the row ``id`` of the outbox, of a ``kind``, with its
    ``payload``. ``key`` is the same at every attempt; ``attempts`` were refused before, ``since``
    when; it was ``due`` in its ``lane``, and ``until`` then it is nobody else's. It speaks of the
    service ``service_id``, 0 for none."""

    id: int
    key: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int = 0
    since: datetime = field(default_factory=clock.now)
    lane: int = 0
    due: datetime = field(default_factory=clock.now)
    until: datetime | None = None
    service_id: int = 0


#: Sends one message of one kind; raises if it could not. One that has a method ``kept_open`` is
#: asked for what sends message after message through one connection, by a context manager; it is
#: given a function, which it calls before the other side gets the content of each.
Transport = Callable[[Claimed], None]
