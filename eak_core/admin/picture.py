"""The page on which those who run a service choose its picture."""

from typing import Any

from flask import g, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, StringField
from wtforms.validators import Length, ValidationError

from eak_core.admin.manage import blueprint
from eak_core.db import current_session
from eak_core.files.fields import FilesField
from eak_core.files.models import ALT_LENGTH
from eak_core.i18n import _, _l
from eak_core.permissions import require
from eak_core.portal.picture import change_picture, kept_picture, remove_picture
from eak_core.web.acts import Answer, attempt, finish, form_page, reads_first
from eak_core.web.fields import Needed
from eak_core.web.forms import Form
from eak_core.web.limits import limit_submit
from eak_core.web.uploads import takes_files


class PictureForm(Form):
    """A picture, and what it says to those who do not see it."""

    files = FilesField(
        _l("Picture"),
        description=_l(
            "JPEG, PNG, WebP or GIF, wider than high. Where and when it was taken is not kept."
        ),
        most=1,
        pictures_only=True,
        validators=[Needed()],
    )
    alt = StringField(
        _l("What does this picture show?"),
        description=_l(
            "For those who do not see it, and where it does not load: who or what is seen, and"
            " doing what."
        ),
        validators=[Needed(), Length(max=ALT_LENGTH)],
    )
    decorative = BooleanField(
        _l("It is decorative: it says nothing that does not stand beside it.")
    )

    def validate_alt(self, field: Any) -> None:
        """One of both, or who does not see it is told nothing, or something that is not meant."""
        if bool((field.data or "").strip()) == bool(self.decorative.data):
            raise ValidationError(
                _("Leave this empty, or say that the picture is not decorative.")
                if self.decorative.data
                else _("Say what the picture shows, or that it is decorative.")
            )


@blueprint.route("/image", methods=["GET", "POST"])
@takes_files
@reads_first
def picture() -> Answer:
    """The picture of the service, with what it shows."""
    require(g.actor, "service.manage", g.service)
    kept = kept_picture(current_session(), g.service)
    form = PictureForm(obj=kept)
    if kept is not None:
        form.files.label.text = _("Another picture")
        form.files.flags.required = False
    return attempt(
        form,
        lambda: _change(form),
        done=(_("The picture of the service is saved."), url_for("manage.picture")),
    ) or form_page("manage/picture.html", form, kept=kept)


@limit_submit
def _change(form: PictureForm) -> None:
    alt = None if form.decorative.data else form.alt.data
    staged = next(iter(form.files.staged), None)
    change_picture(current_session(), g.actor, g.service, staged, alt)


@blueprint.post("/retirer-image")
def drop_picture() -> Response:
    """Take the picture away."""
    remove_picture(current_session(), g.actor, g.service)
    message = _("The picture is taken away: that of the theme is shown again.")
    return finish(message, url_for("manage.picture"))
