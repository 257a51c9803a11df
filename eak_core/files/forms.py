"""The form in which the files of something are described, taken away, and added."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, StringField
from wtforms.validators import Length, ValidationError

from eak_core.db import Session
from eak_core.files import attaching
from eak_core.files.fields import FilesField
from eak_core.files.models import ALT_LENGTH, StoredFile
from eak_core.i18n import _, _l
from eak_core.permissions import Actor
from eak_core.services.models import Service
from eak_core.web.acts import OnceForm
from eak_core.web.fields import Needed


class FilesForm(OnceForm):
    """The files of one thing: `files_form` adds what is asked of each that is there."""

    kept: Sequence[StoredFile] = ()

    files = FilesField(
        _l("Add pictures and documents"),
        description=_l(
            "Pictures (JPEG, PNG, WebP or GIF) and PDF documents, several at once if you like."
            " Where and when a picture was taken is not kept."
        ),
    )

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Whether every answer is in order: a picture that stays needs its description."""
        asked = {
            f"alt_{file.id}": [_needs_description]
            for file in self.kept
            if file.is_picture and not self[f"remove_{file.id}"].data
        }
        return super().validate(*args, extra_validators=asked, **kwargs)

    @property
    def to_remove(self) -> list[int]:
        """The ids of the files to take away."""
        return [file.id for file in self.kept if self[f"remove_{file.id}"].data]

    @property
    def descriptions(self) -> dict[int, str]:
        """What each picture that stays shows, by its id."""
        return {
            file.id: self[f"alt_{file.id}"].data
            for file in self.kept
            if file.is_picture and not self[f"remove_{file.id}"].data
        }


def _needs_description(_form: Any, field: Any) -> None:
    if not field.data:
        raise ValidationError(_("Say what the picture shows, or take it away."))


def files_form(kept: Sequence[StoredFile], *, pictures_only: bool = False) -> FilesForm:
    """The form for the files ``kept`` of something, and for more of them; where it shows
    ``pictures_only``, documents are refused."""
    fields: dict[str, Any] = {}
    if pictures_only:
        fields["files"] = FilesField(
            _l("Add pictures"),
            description=_l(
                "JPEG, PNG, WebP or GIF, several at once if you like. Where and when a picture was"
                " taken is not kept."
            ),
            pictures_only=True,
        )
    for file in kept:
        if file.is_picture:
            fields[f"alt_{file.id}"] = StringField(
                _l("What does this picture show?"),
                default=file.alt,
                validators=[Needed(), Length(max=ALT_LENGTH)],
            )
        fields[f"remove_{file.id}"] = BooleanField(_l("Take away for good"))
    form: FilesForm = type("FilesOfOneForm", (FilesForm,), fields)()
    form.kept = kept
    return form


def save_files(
    session: Session,
    actor: Actor,
    service: Service,
    owner: str,
    subject: str,
    form: FilesForm,
) -> list[int]:
    """Do what ``form`` says with the files of ``subject`` (see `attach_files`); answers the ids of
    those that are new. Ask first whether ``actor`` may."""
    attaching.remove_files(session, actor, service, form.to_remove)
    attaching.describe_pictures(session, actor, service, form.descriptions)
    return attaching.attach_files(session, actor, service, owner, subject, form.files.staged)
