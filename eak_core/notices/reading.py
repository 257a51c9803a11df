"""Notices as somebody reads them now: what they may not see any more says nothing.

A page of them costs a few statements, and those of the hooks for each service that it tells of.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import url_for
from sqlalchemy import select, tuple_
from werkzeug.routing import BuildError

from eak_core.db import Session
from eak_core.events import CORE
from eak_core.events.core import get_event_core
from eak_core.events.models import EventLog
from eak_core.events.reading import COLUMNS, LogRow, recorded
from eak_core.events.types import EventError, Recorded
from eak_core.i18n import _
from eak_core.notices.following import things_of
from eak_core.notices.models import Notice, Occasion
from eak_core.permissions import Actor, may
from eak_core.plugins.hooks.contributions import NoticeSentence
from eak_core.plugins.hooks.failures import note
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.activation import active_in
from eak_core.services.models import Service
from eak_core.web.markdown import plain_summary

#: How much of a reason or a comment is told, in characters.
DETAIL_LENGTH = 280

_Key = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as it is read: a sentence, what it leads to, and why one is told."""

    id: int
    text: str
    detail: str
    url: str
    because: str
    service: str
    service_id: int
    at: datetime
    read: bool


class Shelf:
    """What notices of one or several readers tell of, read once for all of them: the events, the
    services, and which plugins are on there."""

    def __init__(self, session: Session, occasions: Collection[Occasion]) -> None:
        self.session = session
        ids = {each.service_id for each in occasions}
        self.services = _services(session, ids)
        self.active = active_in(session, ids)
        self.events = _events(session, occasions)

    def told(
        self, actor: Actor, notices: Sequence[tuple[Notice, Occasion]], *, external: bool = False
    ) -> list[Told]:
        """Those of ``notices`` that ``actor`` may see now, in their order and language."""
        said: dict[_Key, NoticeSentence] = {}
        followed: dict[tuple[int, str], str] = {}
        for service in self.services.values():
            if not may(actor, "service.read", service):
                continue
            here = [(n, o) for n, o in notices if o.service_id == service.id]
            said |= self._said(actor, service, [o for _n, o in here])
            subjects = sorted({n.because for n, _o in here if n.because})
            things = things_of(self.session, actor, service, self.active[service.id], subjects)
            followed |= {(service.id, name): str(thing.label) for name, thing in things.items()}
        found = []
        for notice, occasion in notices:
            sentence = said.get(_key(occasion))
            if sentence is None:
                continue
            service = self.services[occasion.service_id]
            url = _address(occasion, service, sentence, external=external)
            because = _because(notice, sentence, followed.get((service.id, notice.because)))
            if url is None or because is None:
                continue
            found.append(
                Told(
                    id=occasion.id,
                    text=sentence.text,
                    detail=plain_summary(sentence.detail, DETAIL_LENGTH),
                    url=url,
                    because=because,
                    service=service.name,
                    service_id=service.id,
                    at=occasion.at,
                    read=notice.read_at is not None,
                )
            )
        return found

    def _said(
        self, actor: Actor, service: Service, occasions: Iterable[Occasion]
    ) -> Mapping[_Key, NoticeSentence]:
        places = {(o.service_id, o.position) for o in occasions}
        events = [self.events[each] for each in sorted(places) if each in self.events]
        if not events:
            return {}
        host, session = get_host(), self.session
        answers = host.call_each(
            "notice_sentences", self.active[service.id],
            session=session, service=service, events=events, actor=actor,
        )  # fmt: skip
        return {
            (service.id, position, CORE.name if owner in host.features else owner): sentence
            for owner, sentences in answers
            for position, sentence in sentences.items()
        }


def _key(occasion: Occasion) -> _Key:
    return occasion.service_id, occasion.position, occasion.plugin


def _because(notice: Notice, sentence: NoticeSentence, thing: str | None) -> str | None:
    """Why somebody is told; None where what they follow is nothing to them any more, and the
    sentence does not say why they are told all the same."""
    if notice.because and thing is not None:
        return _("You follow “%(thing)s”.", thing=thing)
    return str(sentence.because) or (None if notice.because else "")


def _address(
    occasion: Occasion, service: Service, sentence: NoticeSentence, *, external: bool
) -> str | None:
    try:
        values = {"service_slug": service.slug, **sentence.values}
        return url_for(sentence.endpoint, **values, _external=external)
    except BuildError as error:
        if occasion.plugin == CORE.name:
            raise
        note(occasion.plugin, "notice_sentences", service.id, error)
        return None


def _services(session: Session, ids: Collection[int]) -> dict[int, Service]:
    rows = session.scalars(select(Service).where(Service.id.in_(ids)).order_by(Service.id))
    return {service.id: service for service in rows}


def _events(session: Session, occasions: Collection[Occasion]) -> dict[tuple[int, int], Recorded]:
    places = {(each.service_id, each.position) for each in occasions}
    rows = session.execute(
        select(EventLog.service_id, *COLUMNS).where(
            tuple_(EventLog.service_id, EventLog.position).in_(places)
        )
    )
    registry = get_event_core().registry
    found: dict[tuple[int, int], Recorded] = {}
    for service_id, *row in rows:
        try:
            event = recorded(registry, service_id, cast("LogRow", tuple(row)))
        except EventError:  # written by code that is newer than this
            continue
        found[service_id, event.position] = event
    return found


def as_dict(notice: Notice, occasion: Occasion) -> dict[str, Any]:
    """For the copy of a person's data."""
    return {
        "kind": occasion.kind,
        "service_id": occasion.service_id,
        "event": occasion.position,
        "because_of": notice.because,
        "at": occasion.at,
        "read_at": notice.read_at,
    }
