"""The files of something, as pages show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import String, and_, bindparam, cast, literal, select

from eak_core.db import Session
from eak_core.files.models import StoredFile
from eak_core.moderation.decisions import hidden_reasons
from eak_core.moderation.models import ModerationDecision


@dataclass(frozen=True, slots=True)
class ShownFiles:
    """The files of one thing: ``pictures`` that are described, ``documents``, and what moderators
    have ``hidden``, each with the public reason."""

    pictures: Sequence[StoredFile] = ()
    documents: Sequence[StoredFile] = ()
    hidden: Sequence[tuple[StoredFile, str]] = ()

    def __bool__(self) -> bool:
        return bool(self.pictures or self.documents or self.hidden)


# Put together once: a page asks for those of what it shows, a list for those of all that it does.
_OF_SOME = (
    select(StoredFile)
    .where(
        StoredFile.service_id == bindparam("service"),
        StoredFile.owner == bindparam("owner"),
        StoredFile.subject.in_(bindparam("subjects", expanding=True)),
    )
    .order_by(StoredFile.id)
)


def files_of(session: Session, service_id: int, owner: str, subject: str) -> Sequence[StoredFile]:
    """All files of ``subject``, in the order in which they came."""
    asked = {"service": service_id, "owner": owner, "subjects": [subject]}
    return session.scalars(_OF_SOME, asked).all()


def shown_files(session: Session, service_id: int, owner: str, subject: str) -> ShownFiles:
    """What everybody sees of the files of ``subject``, who may see that."""
    files = files_of(session, service_id, owner, subject)
    return _sorted(session, service_id, files)


def shown_for_all(
    session: Session, service_id: int, owner: str, subjects: Iterable[str]
) -> Mapping[str, ShownFiles]:
    """`shown_files` of several things at once, by their subjects, with two statements for a whole
    list; what has no files is missing."""
    asked = list(subjects)
    if not asked:
        return {}
    found = session.scalars(_OF_SOME, {"service": service_id, "owner": owner, "subjects": asked})
    files: dict[str, list[StoredFile]] = {}
    for file in found:
        files.setdefault(file.subject, []).append(file)
    reasons = _reasons(session, service_id, [each for some in files.values() for each in some])
    return {subject: _split(some, reasons) for subject, some in files.items()}


def _sorted(session: Session, service_id: int, files: Sequence[StoredFile]) -> ShownFiles:
    return _split(files, _reasons(session, service_id, files))


def _reasons(session: Session, service_id: int, files: Sequence[StoredFile]) -> Mapping[str, str]:
    return hidden_reasons(session, service_id, [file.moderated_as for file in files])


def _split(files: Sequence[StoredFile], reasons: Mapping[str, str]) -> ShownFiles:
    seen = [file for file in files if file.moderated_as not in reasons and file.is_shown]
    return ShownFiles(
        pictures=[file for file in seen if file.is_picture],
        documents=[file for file in seen if not file.is_picture],
        hidden=[(f, reasons[f.moderated_as]) for f in files if f.moderated_as in reasons],
    )


def file_at(session: Session, service_id: int, token: str) -> tuple[StoredFile | None, str | None]:
    """The file of this service whose address has ``token``, and for which public reason it is
    hidden, if it is: in one statement, as a page may ask for many."""
    hidden = (
        ModerationDecision.service_id == StoredFile.service_id,
        ModerationDecision.subject == literal("file:") + cast(StoredFile.id, String),
        ModerationDecision.restored_at.is_(None),
    )
    row = session.execute(
        select(StoredFile, ModerationDecision.reason)
        .outerjoin(ModerationDecision, and_(*hidden))
        .where(StoredFile.token == token, StoredFile.service_id == service_id)
    ).one_or_none()
    return (None, None) if row is None else (row[0], row[1])
