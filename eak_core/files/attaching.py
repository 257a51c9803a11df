"""Files join what they belong to, are described, and are taken away again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

from sqlalchemy import ColumnElement, func, orm, select

from eak_core import clock
from eak_core.db import Session
from eak_core.db.afterwards import afterwards
from eak_core.db.upsert import insert_once
from eak_core.errors import Invalid, NotFound
from eak_core.events import Event, publish
from eak_core.files.errors import StorageTrouble
from eak_core.files.events import FileAdded, FileDescribed, FileRemoved
from eak_core.files.holders import holder_of, is_public
from eak_core.files.keys import keys_of
from eak_core.files.models import ALT_LENGTH, StoredFile
from eak_core.files.room import room_of
from eak_core.files.staging import StagedFile, logger
from eak_core.i18n import _, _l, ngettext
from eak_core.people.accounts.account import hold_account
from eak_core.people.models import Person
from eak_core.permissions import Actor, SignInRequired
from eak_core.services.models import Service
from eak_core.web.figures import file_size
from eak_core.web.text import clean_line

#: Files of one thing.
MOST_FILES = 10


def attach_files(
    session: Session,
    actor: Actor,
    service: Service,
    owner: str,
    subject: str,
    staged: Sequence[StagedFile],
    *,
    most: int = MOST_FILES,
) -> list[int]:
    """Let ``subject`` (``tool:12``) of the plugin ``owner`` have the files ``staged``; answers the
    ids of those that it did not have. Ask first whether ``actor`` may change it.

    The same file twice is one. `Invalid` beyond ``most`` files in all, or where the person or the
    service has no room left; `NotFound` where ``owner`` does not answer for ``subject`` (see
    `hookspecs.file_holder`); `SignInRequired` for a visitor. Nothing is attached then.
    """
    if not staged:
        return []
    if not actor.signed_in:
        raise SignInRequired(_l("Please sign in to do this."))
    if holder_of(session, service, {owner}, owner, subject, actor) is None:
        raise NotFound
    hold_account(session, actor)
    # One after the other, in a service and of a person in all, so that no two fill the same room.
    for model, row_id in ((Person, actor.person_id), (Service, service.id)):
        session.execute(select(model.id).where(model.id == row_id).with_for_update(key_share=True))
    with session.begin_nested():
        added = [
            file
            for each in staged
            if (file := _insert(session, actor, service, owner, subject, each))
        ]
        if added:
            _check_room(session, actor, service, owner, subject, most)
    for file in added:
        _tell(session, actor, service, file, FileAdded(file_id=file.id, of=subject, kind=file.kind))
    tokens = {file.token for file in added}
    for each in staged:
        if each.token in tokens:
            each.attached_in = session
            afterwards(session, each.keep)
    return [file.id for file in added]


def _insert(
    session: Session, actor: Actor, service: Service, owner: str, subject: str, staged: StagedFile
) -> StoredFile | None:
    values = {
        "service_id": service.id,
        "owner": owner,
        "subject": subject,
        "uploader_id": actor.person_id,
        "token": staged.token,
        "kind": staged.kind,
        "name": staged.name,
        "alt": clean_line(staged.alt)[:ALT_LENGTH] if staged.kind == "picture" else "",
        "digest": staged.digest,
        "size": staged.size,
        "width": staged.width,
        "height": staged.height,
        "created_at": clock.now(),
    }
    file_id = insert_once(session, StoredFile, values, StoredFile.id)
    return None if file_id is None else session.get_one(StoredFile, file_id)


def _check_room(
    session: Session, actor: Actor, service: Service, owner: str, subject: str, most: int
) -> None:
    room = room_of()
    here = StoredFile.service_id == service.id
    of_it = select(func.count()).where(
        here, StoredFile.owner == owner, StoredFile.subject == subject
    )
    if (session.scalar(of_it) or 0) > most:
        raise _refused(
            ngettext("There can be %(num)s file here.", "There can be %(num)s files here.", most)
        )
    if _size(session, StoredFile.uploader_id == actor.person_id) > room.per_person:
        raise _refused(
            _(
                "You have used the %(most)s that everybody has for files. Take away some that you"
                " no longer need.",
                most=file_size(room.per_person),
            )
        )
    if _size(session, here) > room.per_service:
        raise _refused(
            _l("This service has no room left for files. Its team can ask an administrator.")
        )


def _size(session: Session, condition: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.sum(StoredFile.size)).where(condition)) or 0)


def _refused(sentence: object) -> Invalid:
    return Invalid(_l("The files were not kept."), {"files": sentence})


def describe_pictures(
    session: Session, actor: Actor, service: Service, descriptions: Mapping[int, str | None]
) -> None:
    """Say of pictures what they show: ``descriptions`` are by their ids, None for what is
    decorative. Ask first whether ``actor`` may. `Invalid` for an empty or too long one, which
    leaves all as they were."""
    files = [file for file in _locked(session, service, descriptions) if file.is_picture]
    texts = {
        file.id: None if (text := descriptions[file.id]) is None else clean_line(text)
        for file in files
    }
    wrong = {
        f"alt_{file_id}": _(
            "Describe this picture in %(most)s characters at most.", most=ALT_LENGTH
        )
        for file_id, text in texts.items()
        if text is not None and not 0 < len(text) <= ALT_LENGTH
    }
    if wrong:
        raise Invalid(_l("The descriptions were not saved."), wrong)
    for file in files:
        text = texts[file.id]
        if (text or "", text is None) != (file.alt, file.decorative):
            file.alt, file.decorative = text or "", text is None
            _tell(session, actor, service, file, FileDescribed(file_id=file.id, of=file.subject))
    session.flush()


def remove_files(
    session: Session, actor: Actor, service: Service, file_ids: Collection[int]
) -> None:
    """Take the files ``file_ids`` away for good; those that are gone already do no harm. Ask first
    whether ``actor`` may."""
    _delete(session, actor, _locked(session, service, file_ids), service)


def remove_files_of(
    session: Session, actor: Actor, service: Service, owner: str, subject: str
) -> None:
    """Take away all files of ``subject`` (``tool:12``) of the plugin ``owner``, with which they go.
    Ask first whether ``actor`` may."""
    ids = session.scalars(
        select(StoredFile.id).where(
            StoredFile.service_id == service.id,
            StoredFile.owner == owner,
            StoredFile.subject == subject,
        )
    ).all()
    remove_files(session, actor, service, ids)


def _locked(session: Session, service: Service, file_ids: Iterable[int]) -> Sequence[StoredFile]:
    return session.scalars(
        select(StoredFile)
        .where(StoredFile.service_id == service.id, StoredFile.id.in_(list(file_ids)))
        .order_by(StoredFile.id)
        .with_for_update()
    ).all()


def _delete(session: Session, actor: Actor, files: Sequence[StoredFile], service: Service) -> None:
    for file in files:
        _tell(session, actor, service, file, FileRemoved(file_id=file.id, of=file.subject))
    remove_rows(session, files)


def remove_rows(session: orm.Session, files: Sequence[StoredFile]) -> None:
    """Delete the rows of ``files``, and what the storage has of them once that is committed. Nobody
    is told: they were seen by nobody."""
    keys = [key for file in files for key in keys_of(file)]
    for file in files:
        session.delete(file)
    session.flush()
    if keys:
        afterwards(session, partial(_forget, keys))


def _forget(keys: Sequence[str]) -> None:
    try:
        room_of().storage.delete(keys)
    except StorageTrouble:
        # The row is gone, so nobody is shown it; the bytes are swept.
        logger.warning("Files that were removed stay in the storage until they are swept.")


def _tell(session: Session, actor: Actor, service: Service, file: StoredFile, what: Event) -> None:
    if is_public(session, service, file):
        publish(session, what, service_id=service.id, actor_id=actor.person_id)
