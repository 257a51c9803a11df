"""What the room of files stores about a person: the copy of it, and its erasure.

Words of a public debate stay without a name. Pictures and documents go with whoever sent them: a
picture may show a face, and nobody but its sender could say so.
"""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import select

from eak_core.db import Session
from eak_core.files.attaching import remove_files
from eak_core.files.keys import parts_of
from eak_core.files.models import StoredFile
from eak_core.permissions import Actor
from eak_core.services.models import Service


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """Every file that a person has sent, with the addresses from which they can save it while they
    are signed in."""
    rows = session.execute(
        select(StoredFile, Service.slug)
        .join(Service, Service.id == StoredFile.service_id)
        .where(StoredFile.uploader_id == person_id)
        .order_by(StoredFile.id)
    )
    return {"files": [_told(file, slug) for file, slug in rows]}


def _told(file: StoredFile, slug: str) -> Mapping[str, Any]:
    return {
        "id": file.id,
        "service_id": file.service_id,
        "belongs_to": file.subject,
        "kind": file.kind,
        "name": file.name,
        "description": file.alt,
        "sha256": file.digest,
        "bytes": file.size,
        "width": file.width,
        "height": file.height,
        "created_at": file.created_at,
        "addresses": [
            url_for("files.serve", service_slug=slug, token=file.token, name=name, _external=True)
            for name in parts_of(file)
        ],
    }


def erase_person(session: Session, person_id: int) -> None:
    """Take away every file that a person has sent, wherever it belongs."""
    rows = session.execute(
        select(Service, StoredFile.id)
        .join(StoredFile, StoredFile.service_id == Service.id)
        .where(StoredFile.uploader_id == person_id)
        .order_by(Service.id, StoredFile.id)
    )
    of_each: dict[int, tuple[Service, list[int]]] = {}
    for service, file_id in rows:
        of_each.setdefault(service.id, (service, []))[1].append(file_id)
    for service, file_ids in of_each.values():
        remove_files(session, Actor.system(), service, file_ids)
