"""What people are told of: kinds that each of them can have more or less of, and the handlers that
say who is told."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from eak_core import clock
from eak_core.db import Session
from eak_core.db.upsert import insert_once
from eak_core.events import CORE, Event, schedule, subscriber
from eak_core.events.subscribers import Context
from eak_core.events.types import CoreOwner, Recorded
from eak_core.notices.models import Occasion
from eak_core.notices.preferences import no_mail
from eak_core.people.mail.mailing import MailingList
from eak_core.plugins.loading.manifest import Plugin

#: So long after it happened what was told is forgotten.
KEPT = timedelta(days=90)
#: What is scheduled in a service while somebody is still to be told.
NAME = "notices"


class NoticeKind(MailingList):
    """Something that people are told of: they choose how often, and end its mails by one click.

    ``owner`` is the plugin; ``name`` (a-z and -) tells its kinds apart. ``title`` stands on the
    page of preferences and at the end of its mails, ``summary`` says what it is about. Make few.
    One that tells ``managers`` of services alone is offered to nobody else.
    """

    def __init__(
        self,
        owner: Plugin | CoreOwner,
        name: str,
        title: Any,
        summary: Any = "",
        *,
        managers: bool = False,
    ) -> None:
        super().__init__(owner, name, title, on_stop=self._stop)
        self.summary = summary
        self.managers = managers

    def _stop(self, session: Session, person_id: int) -> None:
        no_mail(session, person_id, self.name)


def notice_kinds(owners: Collection[str]) -> list[NoticeKind]:
    """The kinds of the core, and of the plugins named in ``owners``."""
    kinds = (each for each in MailingList.known.values() if isinstance(each, NoticeKind))
    return [each for each in kinds if each.owner == CORE.name or each.owner in owners]


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of an event: ``people`` whom it concerns themselves, by their ids, and the
    followers of what is ``followed`` (``idea:12``), by the order in which it is said why.

    Each is told once, provided that they have ``permission`` in the service when it is their turn;
    and nobody of what they have done themselves. Where those ``people`` are ``written`` to anyway,
    such as the author of what moderators hide, no second mail is sent to them.
    """

    people: Collection[int | None] = ()
    followed: Sequence[str] = ()
    permission: str = "service.read"
    written: bool = False


#: Who is told of an event, None for nobody: ``f(session, recorded_event)``.
Teller = Callable[[Session, Recorded], Told | None]


def tells(
    owner: Plugin | CoreOwner, kind: NoticeKind, *events: type[Event] | str
) -> Callable[[Teller], Teller]:
    """Register who is told of ``events``, as something of the ``kind``. Stands in
    ``subscribers.py``; the hook `notice_sentences` says it to them.

    The function is a handler of ``owner``, given the session and the `Recorded` event, and answers
    a `Told`, or None for nobody. It asks whether what happened is for everybody of the service, and
    names people alone where it is not. Of what happened before the plugin was switched on, and
    when it is built anew, nobody is told.
    """

    def register(function: Teller) -> Teller:
        @subscriber(owner, *events, batch=True)
        def tell(happened: Sequence[Recorded], ctx: Context) -> None:
            if ctx.replaying:
                return
            for each in happened:
                told = function(ctx.session, each)
                if told is not None:
                    _note(ctx.session, owner.name, kind, each, told)

        return function

    return register


def _note(session: Session, plugin: str, kind: NoticeKind, event: Recorded, told: Told) -> None:
    """Let those be told, one after the other, once this is committed."""
    if event.occurred_at < clock.now() - KEPT:
        return
    people = sorted({each for each in told.people if each is not None} - {event.actor_id})
    if not people and not told.followed:
        return
    row = {
        "service_id": event.service_id,
        "position": event.position,
        "plugin": plugin,
        "kind": kind.name,
        "permission": told.permission,
        "written": told.written,
        "at": event.occurred_at,
        "actor_id": event.actor_id,
        "people": msgspec.json.encode(people).decode(),
        "followed": msgspec.json.encode(list(told.followed)).decode(),
        "part": 0,
        "beyond": 0,
    }
    if insert_once(session, Occasion, row, Occasion.id) is not None:
        schedule(session, CORE.name, event.service_id, NAME, clock.now())
