"""The managed list of subjects of a service: tiers-lieux, toits verts, économie collaborative …

The names are data of the service, in its own language. An archived subject is no longer offered and
stays on the ideas that carry it.
"""

from sqlalchemy import bindparam, select

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Invalid
from eak_core.events import publish
from eak_core.i18n import _, _l
from eak_core.ideas.content.wording import slug_of
from eak_core.ideas.events import SubjectChanged
from eak_core.ideas.models import Subject
from eak_core.permissions import Actor, require
from eak_core.search.words import folded
from eak_core.services.lookup import row_in
from eak_core.services.models import Service
from eak_core.web.text import clean_line

#: What a new service begins with.
USUAL = ("Tiers-lieux", "Fab labs", "Toits verts", "Économie collaborative")
NAME_LENGTH = 80
CODE_LENGTH = 40
MOST_POSITION = 999


# Put together once: a list asks for them on each page.
_OF_SERVICE = (
    select(Subject)
    .where(Subject.service_id == bindparam("service"))
    .order_by(Subject.position, Subject.name, Subject.id)
)


def add_usual_subjects(session: Session, service_id: int) -> None:
    """Give a new service the usual subjects."""
    session.add_all(
        Subject(service_id=service_id, code=slug_of(name), name=name, position=position)
        for position, name in enumerate(USUAL, start=1)
    )


def subjects_of(session: Session, service_id: int, *, archived: bool = False) -> list[Subject]:
    """The subjects of a service in their order, each with its ``code`` and ``name``; those that are
    no longer offered too, where ``archived``."""
    every = session.scalars(_OF_SERVICE, {"service": service_id})
    return [each for each in every if archived or each.archived_at is None]


def subject_of(session: Session, service: Service, subject_id: int) -> Subject:
    """The subject ``subject_id`` of this service. `NotFound` where there is none."""
    return row_in(session, service, Subject, subject_id)


def add_subject(session: Session, actor: Actor, service: Service, name: str) -> Subject:
    """Add a subject at the end. `Invalid` for a name that is empty, too long or already there."""
    require(actor, "service.manage", service)
    existing = _locked(session, service)
    name = _checked_name(name, existing)
    subject = Subject(
        service_id=service.id,
        code=_free_code(name, {subject.code for subject in existing}),
        name=name,
        position=max((subject.position for subject in existing), default=0) + 1,
    )
    session.add(subject)
    _changed(session, actor, service, subject)
    return subject


def change_subject(
    session: Session,
    actor: Actor,
    service: Service,
    subject_id: int,
    *,
    name: str,
    position: int,
    archived: bool,
) -> Subject:
    """Rename, move, archive or restore a subject; its address in filters stays.

    `Invalid` names each field that is wrong; `NotFound` where this service has no such subject.
    """
    require(actor, "service.manage", service)
    others = [each for each in _locked(session, service) if each.id != subject_id]
    subject = subject_of(session, service, subject_id)
    if not 0 <= position <= MOST_POSITION:
        raise Invalid(
            _l("The subject was not changed."),
            {"position": _("The place goes from 0 to %(most)s.", most=MOST_POSITION)},
        )
    subject.name = _checked_name(name, others)
    subject.position = position
    subject.archived_at = (subject.archived_at or clock.now()) if archived else None
    _changed(session, actor, service, subject)
    return subject


def _locked(session: Session, service: Service) -> list[Subject]:
    """The subjects as they stand now, while nobody else changes the list: of two managers who add
    one name at once, the second is told that it is there."""
    session.execute(select(Service.id).where(Service.id == service.id).with_for_update())
    query = select(Subject).where(Subject.service_id == service.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _checked_name(name: str, others: list[Subject]) -> str:
    name = clean_line(name)
    error = None
    if not name:
        error = _("Give the subject a name.")
    elif len(name) > NAME_LENGTH:
        error = _("The name is too long: at most %(most)s characters.", most=NAME_LENGTH)
    elif folded(name) in {folded(subject.name) for subject in others}:
        error = _("This subject is already in the list, perhaps archived.")
    if error:
        raise Invalid(_l("The list of subjects was not changed."), {"name": error})
    return name


def _free_code(name: str, taken: set[str]) -> str:
    wanted = code = slug_of(name, fallback="sujet")[: CODE_LENGTH - 4].strip("-")
    number = 2
    while code in taken:
        code, number = f"{wanted}-{number}", number + 1
    return code


def _changed(session: Session, actor: Actor, service: Service, subject: Subject) -> None:
    session.flush()
    publish(
        session,
        SubjectChanged(subject_id=subject.id),
        service_id=service.id,
        actor_id=actor.person_id,
    )
