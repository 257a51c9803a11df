"""The picture of a service: on its home and on its card of the portal, in the place of that of its
theme. A service has one at most, and whoever may not see the service has no address of it."""

from collections.abc import Collection, Mapping

from sqlalchemy import or_, select

from eak_core.db import Session
from eak_core.errors import Invalid
from eak_core.events import publish
from eak_core.files.attaching import attach_files, describe_pictures, remove_files_of
from eak_core.files.models import StoredFile
from eak_core.files.reading import files_of
from eak_core.files.staging import StagedFile
from eak_core.i18n import _l
from eak_core.moderation.decisions import not_hidden
from eak_core.permissions import Actor, require
from eak_core.plugins.hooks.contributions import FileHolder
from eak_core.services.events import ServicePictureChanged
from eak_core.services.models import Service

#: Under which name the pictures of services stand (`hooks`).
OWNER = "portal"


def subject_of(service_id: int) -> str:
    """What the picture of a service belongs to."""
    return f"service:{service_id}"


def holder(service: Service, subject: str) -> FileHolder | None:
    """The home of ``service``, where ``subject`` is it: whoever reads the one sees the other."""
    if subject != subject_of(service.id):
        return None
    return FileHolder("services.home", {}, public=True)


def pictures_of(session: Session, service_ids: Collection[int]) -> Mapping[int, StoredFile]:
    """The pictures that these services show, by their ids, in one statement."""
    found = session.scalars(
        select(StoredFile)
        .where(
            StoredFile.service_id.in_(service_ids),
            StoredFile.owner == OWNER,
            or_(StoredFile.alt != "", StoredFile.decorative),
            not_hidden(StoredFile.service_id, "file", StoredFile.id),
        )
        .order_by(StoredFile.id)
    )
    return {each.service_id: each for each in found}


def kept_picture(session: Session, service: Service) -> StoredFile | None:
    """The picture that ``service`` has, whether or not it is shown, for those who run it."""
    return next(iter(files_of(session, service.id, OWNER, subject_of(service.id))), None)


def change_picture(
    session: Session,
    actor: Actor,
    service: Service,
    staged: StagedFile | None,
    alt: str | None,
) -> None:
    """Let ``service`` show the picture ``staged`` in the place of the one that it has, or that one
    with other words where there is none. ``alt`` says what it shows; None where it is decorative.

    `Forbidden` unless they run the service; `Invalid` without any picture, and without a word of
    one that is not decorative.
    """
    require(actor, "service.manage", service)
    # One after the other: of two that are sent at once the last one stays.
    session.execute(select(Service.id).where(Service.id == service.id).with_for_update())
    kept = kept_picture(session, service)
    before = _says(kept)
    if staged is None and kept is None:
        raise Invalid(_l("Nothing was saved."), {"files": _l("Choose a picture.")})
    if staged is not None and (kept is None or kept.digest != staged.digest):
        remove_files_of(session, actor, service, OWNER, subject_of(service.id))
        attach_files(session, actor, service, OWNER, subject_of(service.id), [staged], most=1)
        kept = kept_picture(session, service)
    assert kept is not None
    describe_pictures(session, actor, service, {kept.id: alt})
    if _says(kept) != before:
        _tell(session, actor, service, pictured=True)


def remove_picture(session: Session, actor: Actor, service: Service) -> None:
    """Take the picture of ``service`` away; that of its theme is shown again. `Forbidden` unless
    they run it."""
    require(actor, "service.manage", service)
    if kept_picture(session, service) is not None:
        remove_files_of(session, actor, service, OWNER, subject_of(service.id))
        _tell(session, actor, service, pictured=False)


def _says(file: StoredFile | None) -> tuple[str, str, bool] | None:
    return None if file is None else (file.digest, file.alt, file.decorative)


def _tell(session: Session, actor: Actor, service: Service, *, pictured: bool) -> None:
    publish(
        session,
        ServicePictureChanged(changed_id=service.id, pictured=pictured),
        service_id=service.id,
        actor_id=actor.person_id,
    )
