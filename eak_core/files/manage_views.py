"""Hiding a file and showing it again, for moderators."""

from flask import g, url_for

from eak_core.db import Session, current_session
from eak_core.errors import NotFound
from eak_core.files.holders import holder_of
from eak_core.files.models import StoredFile
from eak_core.i18n import _
from eak_core.moderation import decisions
from eak_core.permissions import require
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.web.acts import Answer, ReasonForm, attempt, form_page

blueprint = ServiceBlueprint("files_manage", __name__, below="/gestion")


@blueprint.route("/fichiers/<int:file_id>/masquer", methods=["GET", "POST"])
def hide(file_id: int) -> Answer:
    """Take a file off what it belongs to, with a public reason."""
    session, form = current_session(), ReasonForm()
    require(g.actor, "content.hide", g.service)
    file, page = _found(session, file_id)
    return attempt(
        form,
        lambda: decisions.hide(session, g.actor, g.service, file.moderated_as, form.reason.data),
        done=(_("The file is hidden. Your reason stands in its place."), page),
    ) or form_page("files/hide.html", form, file=file, page=page)


@blueprint.route("/fichiers/<int:file_id>/retablir", methods=["GET", "POST"])
def restore(file_id: int) -> Answer:
    """Show a hidden file to its moderators, and to everybody again with a public reason."""
    session, form = current_session(), ReasonForm()
    require(g.actor, "content.restore", g.service)
    file, page = _found(session, file_id)
    reason = decisions.hidden_reason(session, g.service.id, file.moderated_as)
    if reason is None:
        raise NotFound(_("This file is not hidden."))
    return attempt(
        form,
        lambda: decisions.restore(session, g.actor, g.service, file.moderated_as, form.reason.data),
        done=(_("The file is shown again."), page),
    ) or form_page("files/restore.html", form, file=file, page=page, hidden_because=reason)


def _found(session: Session, file_id: int) -> tuple[StoredFile, str]:
    """The file of this service, and the page of what it belongs to, which its moderator sees."""
    file = session.get(StoredFile, file_id)
    if file is None or file.service_id != g.service.id or not file.is_shown:
        raise NotFound(_("There is no file at this address."))
    holder = holder_of(session, g.service, g.active, file.owner, file.subject, g.actor)
    if holder is None:
        raise NotFound(_("There is no file at this address."))
    return file, url_for(holder.endpoint, **holder.values)
