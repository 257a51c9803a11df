"""Bytes go to the storage before the transaction that tells of them, which must not wait for it.

What no row tells of in the end is deleted when the request is over, or swept once a day where the
process was killed.
"""

import hashlib
import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import g, has_request_context

from eak_core.db import Session
from eak_core.errors import EakError
from eak_core.files.errors import Unfit
from eak_core.files.judging import kind_of
from eak_core.files.keys import DOCUMENT, key_of, media_type
from eak_core.files.models import Kind
from eak_core.files.names import shown_name
from eak_core.files.room import Room, room_of
from eak_core.i18n import _
from eak_core.web.figures import file_size

logger = logging.getLogger("eak.files")

_WAITING = "eak_staged_files"


@dataclass(slots=True)
class StagedFile:
    """A file that the storage has, and no row tells of yet.

    ``token`` makes its address, and ``keys`` are those of the storage. ``kind`` is ``picture`` or
    ``document``, ``name`` what is shown of it, ``digest`` the SHA-256 of what was sent, ``size``
    the bytes that are kept; ``width``, ``height`` and ``alt`` are a picture's. ``kept`` says
    that a row has it, ``attached_in`` which session wrote one.
    """

    token: str
    kind: Kind
    name: str
    digest: str
    size: int
    width: int | None
    height: int | None
    keys: tuple[str, ...]
    alt: str = ""
    kept: bool = field(default=False)
    attached_in: Session | None = field(default=None, repr=False)

    def keep(self) -> None:
        """A row has it from here on."""
        self.kept = True

    @property
    def may_have_row(self) -> bool:
        """Whether it is to stay: where the database was lost while it committed, nobody knows, and
        what has no row then is swept."""
        return self.kept or (self.attached_in is not None and self.attached_in.in_doubt)


def stage_file(raw: bytes, name: str | None = None, *, alt: str = "") -> StagedFile:
    """Judge the file ``raw`` by its content, draw it anew where it is a picture, and put it into
    the storage.

    ``name`` is what its sender calls it, ``alt`` what a picture says to those who do not see it.
    `Unfit` where it is not taken, `StorageTrouble` where the storage fails; nothing of it stays.
    """
    room = room_of()
    kind = kind_of(raw)
    _check_size(room, kind, len(raw))
    width = height = None
    contents: Mapping[str, bytes] = {DOCUMENT: raw}
    if kind == "picture":
        # A process that takes no picture needs no decoders in its memory.
        from eak_core.files.pictures import draw

        drawn = draw(raw)
        width, height, contents = drawn.width, drawn.height, drawn.files
    token = secrets.token_hex(16)
    staged = StagedFile(
        token=token,
        kind=kind,
        name=shown_name(name, "" if kind == "picture" else ".pdf"),
        digest=hashlib.sha256(raw).hexdigest(),
        size=sum(map(len, contents.values())),
        width=width,
        height=height,
        keys=tuple(key_of(token, part) for part in contents),
        alt=alt,
    )
    _put(room, staged, contents)
    return staged


def _check_size(room: Room, kind: Kind, size: int) -> None:
    most = room.largest[kind]
    if size > most:
        raise Unfit(
            _(
                "This file is too large: at most %(most)s are taken.",
                most=file_size(most),
            )
        )


def _put(room: Room, staged: StagedFile, contents: Mapping[str, bytes]) -> None:
    try:
        for part, content in contents.items():
            room.storage.put(key_of(staged.token, part), content, media_type(part))
    except BaseException:
        drop([staged])
        raise
    if has_request_context():
        g.setdefault(_WAITING, []).append(staged)


def drop(staged: Iterable[StagedFile]) -> None:
    """Take out of the storage what no row has; what cannot be deleted now is swept later."""
    for each in staged:
        if not each.may_have_row:
            try:
                room_of().storage.delete(each.keys)
            except EakError:
                logger.warning("A file that nothing refers to stays until it is swept.")


def drop_unkept(_error: BaseException | None = None) -> None:
    """At the end of a request: take out what it staged and no row has."""
    drop(g.pop(_WAITING, ()))
