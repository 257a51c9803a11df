"""The copy of a person's data in one file: what is stored about them, in JSON, and the files that
they have sent (RGPD, articles 15 and 20)."""

from tempfile import TemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from flask import Blueprint, Response, g, send_file
from sqlalchemy import select

from eak_core.db import Session, current_session
from eak_core.files.keys import key_of, parts_of
from eak_core.files.models import StoredFile
from eak_core.files.names import shown_name
from eak_core.files.room import room_of
from eak_core.i18n import _
from eak_core.people.accounts.personal_data import export_person
from eak_core.people.credentials.attempts import limit_export
from eak_core.people.credentials.passwords import is_password_of
from eak_core.people.pages.account import keep_private, me
from eak_core.people.signing_in.forms import PasswordForm
from eak_core.permissions import Actor
from eak_core.security_log import note
from eak_core.web.acts import Answer, form_page, reads_first
from eak_core.web.limits import limit_sign_in

#: What stands in the file besides what was sent.
DATA = "mes-donnees.json"

blueprint = Blueprint("copy", __name__, url_prefix="/compte")
blueprint.after_request(keep_private)


@blueprint.route("/mes-donnees", methods=["GET", "POST"])
@reads_first
@limit_sign_in
@limit_export
def take() -> Answer | Response:
    """Ask for the password, and send everything the site stores about whoever asks."""
    person, form = me(), PasswordForm()
    if form.validate_on_submit():
        if is_password_of(person, form.password.data):
            copy = TemporaryFile()  # noqa: SIM115  # it is closed once it was sent
            write_copy(current_session(), g.actor, person.id, copy)
            note("personal_data_copied", person=person.id)
            copy.seek(0)
            return send_file(copy, "application/zip", True, "mes-donnees.zip", max_age=0)
        note("wrong_password", person=person.id)
        form.add_errors({"password": _("The password is wrong.")})
    return form_page("people/copy.html", form)


def write_copy(session: Session, actor: Actor, person_id: int, into: IO[bytes]) -> None:
    """Write a zip to ``into``: what is stored about ``person_id``, and each of their files, one
    after the other; a picture in its largest size. `Forbidden` for anybody but them and
    administrators."""
    data = export_person(session, actor, person_id)
    sent = [
        (file.id, file.name, key_of(file.token, parts_of(file)[-1]))
        for file in session.scalars(
            select(StoredFile).where(StoredFile.uploader_id == person_id).order_by(StoredFile.id)
        )
    ]
    # A store takes its time, and nobody need wait for it.
    session.rollback()
    with ZipFile(into, "w", ZIP_DEFLATED) as archive:
        archive.writestr(DATA, msgspec.json.format(msgspec.json.encode(data), indent=2))
        for number, name, key in sent:
            content = room_of().storage.get(key)
            if content is not None:
                kept = shown_name(name, f".{key.rpartition('.')[2]}")
                archive.writestr(f"fichiers/{number}-{kept}", content)
