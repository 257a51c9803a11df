"""Serving files to whoever may see what they belong to."""

import logging
from typing import Literal
from urllib.parse import quote

from flask import Response, g, request

from eak_core.db import Session, current_session
from eak_core.errors import NotFound
from eak_core.files.holders import holder_of
from eak_core.files.keys import key_of, media_type, parts_of
from eak_core.files.models import StoredFile
from eak_core.files.reading import file_at
from eak_core.files.room import room_of
from eak_core.i18n import _l
from eak_core.permissions import may
from eak_core.plugins.loading.blueprint import ServiceBlueprint

logger = logging.getLogger("eak.files")

blueprint = ServiceBlueprint("files", __name__)

#: What an address shows never changes, so a browser need not ask again. Only the reader's own: what
#: is hidden one day must not be handed on by a cache in between.
PUBLIC = "private, max-age=31536000, immutable"
#: For what not everybody may see: asked again each time, so that it ends with the right to it.
RESTRICTED = "private, no-cache"
#: A file that is opened by itself is a document of this site, and may do nothing as such.
POLICY = "default-src 'none'; sandbox"

Reach = Literal["everybody", "some"]


@blueprint.get("/fichiers/<token>/<name>")
def serve(token: str, name: str) -> Response:
    """One file: pictures to be shown, documents to be downloaded and never opened here."""
    session = current_session()
    file, hidden = file_at(session, g.service.id, token)
    reach = _reach(session, file, hidden is not None) if file is not None else None
    if file is None or reach is None or name not in parts_of(file):
        raise _not_here()
    response = Response(content_type=media_type(name))
    response.set_etag(f"{file.token}-{name}")
    response.headers["Cache-Control"] = PUBLIC if reach == "everybody" else RESTRICTED
    response.headers["Content-Security-Policy"] = POLICY
    if reach == "everybody":
        # A letter that is read in the page of a mail program shows it as well.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Content-Disposition"] = _disposition(file)
    response.make_conditional(request)
    if response.status_code == 200:
        response.set_data(_content(file, name))
    return response


def _reach(session: Session, file: StoredFile, hidden: bool) -> Reach | None:
    """Who may see ``file``, if whoever asks is among them."""
    holder = holder_of(session, g.service, g.active, file.owner, file.subject, g.actor)
    if holder is None:
        return None
    if hidden:
        return "some" if may(g.actor, "content.restore", g.service) else None
    if not file.is_shown and file.uploader_id != g.actor.person_id:
        return None
    open_to_all = holder.public and file.is_shown and g.service.audience == "public"
    return "everybody" if open_to_all else "some"


def _content(file: StoredFile, name: str) -> bytes:
    content = room_of().storage.get(key_of(file.token, name))
    if content is None:
        logger.error("The storage lacks %s: restore it from a backup.", key_of(file.token, name))
        raise _not_here()
    return content


def _disposition(file: StoredFile) -> str:
    if file.is_picture:
        return "inline"
    plain = file.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"


def _not_here() -> NotFound:
    return NotFound(_l("There is no file at this address."))
