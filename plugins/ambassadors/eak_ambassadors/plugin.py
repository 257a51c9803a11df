"""The ambassadors plugin: what it answers when the core asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import select

from eak_ambassadors import notices, personal_data, schedule, subscribers
from eak_ambassadors.evidence import gathering
from eak_ambassadors.manifest import plugin
from eak_ambassadors.meeting import reported
from eak_ambassadors.models import Ambassador, Nomination, Seat, Sitting
from eak_ambassadors.nominations.answering import open_since
from eak_ambassadors.pages import (
    appeals,
    badges,
    candidacies,
    desk,
    evidence,
    juries,
    meeting,
    nominations,
    verification,
    wall,
)
from eak_ambassadors.recognition import revoking
from eak_ambassadors.recognition.terms import current
from eak_core.api import (
    AccountLinks,
    Actor,
    DeskItem,
    FileHolder,
    Held,
    Kept,
    NavItem,
    NewsletterItem,
    NoticeSentence,
    Recorded,
    Reportable,
    Service,
    Session,
    _,
    _l,
    hidden_reason,
    hookimpl,
    lazy_ngettext,
    person_address,
)

if TYPE_CHECKING:
    from eak_core.api import Demo

__all__ = [
    "appeals",
    "badges",
    "candidacies",
    "desk",
    "evidence",
    "juries",
    "meeting",
    "nominations",
    "plugin",
    "schedule",
    "subscribers",
    "verification",
    "wall",
]

#: How many relations the page of a team shows.
MOST_HELD = 200


@hookimpl
def nav_items() -> Iterable[NavItem]:
    return [NavItem(_l("Ambassadors"), "ambassadors.index")]


@hookimpl
def style_sheets() -> Iterable[str]:
    return ["ambassadors.css"]


@hookimpl
def account_links(session: Session, person_id: int) -> AccountLinks | None:
    address = person_address(session, person_id)
    services = session.execute(
        select(Service.slug, Service.name)
        .join(Nomination, Nomination.service_id == Service.id)
        .where(
            Nomination.address == (address or ""),
            Nomination.agreed_at.is_(None),
            Nomination.nominated_at > open_since(),
        )
        .order_by(Service.name)
        .distinct()
    )
    links = [NavItem(name, "ambassadors.mine", {"service_slug": slug}) for slug, name in services]
    return AccountLinks(_l("You were nominated as an ambassador"), links) if links else None


@hookimpl
def desk_items(session: Session, service: Service) -> Iterable[DeskItem]:
    waiting = desk.sent(session, service.id)
    label = lazy_ngettext(
        "%(num)s nomination is passed on", "%(num)s nominations are passed on", waiting
    )
    yield DeskItem(waiting, label, "ambassadors_manage.index")
    yield from desk.items(session, service)


@hookimpl
def desk_pages() -> Iterable[NavItem]:
    about = _l("Nominations under way, their evidence and their juries.")
    yield NavItem(_l("Nominations"), "ambassadors_manage.index", note=about)
    about = _l("Until when each ambassador is recognised, and what is contested.")
    yield NavItem(_l("Terms and appeals"), "ambassadors_manage.ambassadors", note=about)
    about = _l("What the site finds by itself to support a nomination.")
    yield NavItem(_l("Evidence by itself"), "ambassadors_manage.evidence_rules", note=about)
    about = _l("Nominations, juries and decisions of a year, on a page.")
    yield NavItem(_l("The year, to print"), "ambassadors_manage.yearly", note=about)


@hookimpl
def held_relations(session: Session, service: Service) -> Iterable[Held]:
    rows = session.execute(
        select(Seat.person_id, Sitting.id, Sitting.drawn_at)
        .join(Sitting, Sitting.id == Seat.sitting_id)
        .where(
            Sitting.service_id == service.id,
            Sitting.decided_at.is_(None),
            Seat.standing == "seated",
        )
        .order_by(Sitting.id.desc(), Seat.place)
        .limit(MOST_HELD)
    )
    return [
        Held(
            person_id,
            _l("Juror"),
            NavItem(
                _l("Jury number %(number)s", number=sitting_id),
                "ambassadors.jury",
                {"sitting_id": sitting_id},
            ),
            drawn_at,
            _l("Drawn by lot"),
            names=("ambassadors.juror",),
        )
        for person_id, sitting_id, drawn_at in rows
        if person_id is not None and drawn_at is not None
    ]


@hookimpl
def file_holder(
    session: Session, service: Service, subject: str, actor: Actor
) -> FileHolder | None:
    found = session.scalar(
        select(Ambassador).where(
            *current(service.id), Ambassador.id == int(subject.partition(":")[2])
        )
    )
    if found is None:
        return None
    public = found.shown and hidden_reason(session, service.id, subject) is None
    if not public and found.person_id != actor.person_id:
        return None
    return FileHolder("ambassadors.show", {"ambassador_id": found.id}, public=public)


@hookimpl
def reportable_things(
    session: Session, service: Service, subjects: Sequence[str]
) -> Mapping[str, Reportable]:
    return reported.things(session, service, subjects)


@hookimpl
def notice_sentences(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Mapping[int, NoticeSentence]:
    return dict(notices.sentences(session, service, events, actor))


@hookimpl
def newsletter_items(
    session: Session, service: Service, since: datetime, until: datetime
) -> Iterable[NewsletterItem]:
    return notices.newsletter_items(session, service, since, until)


@hookimpl
def reset_projections(session: Session, service_id: int) -> None:
    gathering.forget_all(session, service_id)


@hookimpl
def kept_data() -> Iterator[Kept]:
    yield Kept(
        _l("Ambassadors, and those who are nominated"),
        _l(
            "name, professional address, what colleagues say they made possible, what a jury"
            " decided, the badge; for members of a jury, how they voted"
        ),
        _l("to recognise agents who make trials possible, never to assess their work"),
        _l("before you agree, the team alone; then what you allow on the wall"),
        _l("nominations that nobody agreed to are deleted; the rest until your account is erased"),
    )


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    return personal_data.export_person(session, person_id)


@hookimpl
def legal_holds(session: Session, person_id: int) -> Iterator[str]:
    if revoking.awaits_answer(session, person_id):
        yield _(
            "You contested the revocation of your recognition, and nobody has answered you yet."
        )


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    personal_data.erase_person(session, person_id)


@hookimpl
def load_demo(session: Session, service: Service, demo: "Demo") -> None:
    from eak_ambassadors.demo import play

    play(session, service, demo)


@hookimpl
def register_commands() -> Iterable[click.Command]:
    # A server has no use for them.
    from eak_ambassadors.commands import COMMANDS

    return COMMANDS
