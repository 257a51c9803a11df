"""The page on which an author describes, adds and takes away the files of an idea."""

from flask import g, url_for

from eak_core.db import current_session
from eak_core.files.forms import FilesForm, files_form, save_files
from eak_core.i18n import _
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.content import rows
from eak_core.ideas.content.attachments import OWNER, attached_to, place_to_describe
from eak_core.ideas.models import Idea
from eak_core.ideas.pages.views import blueprint
from eak_core.ideas.proposing import proposals
from eak_core.ideas.stages import DRAFT
from eak_core.ideas.visibility import check_readable, subject_of
from eak_core.people.accounts.account import hold_account
from eak_core.permissions import require
from eak_core.web.acts import Answer, attempt, form_page, reads_first
from eak_core.web.limits import limit_submit
from eak_core.web.uploads import takes_files


@blueprint.route("/idees/<int:idea_id>/fichiers", methods=["GET", "POST"])
@takes_files
@reads_first
def files(idea_id: int) -> Answer:
    """The files of an idea, for its author; once it is examined none can be added."""
    session = current_session()
    idea = rows.idea_of(session, g.service, idea_id)
    check_readable(session, g.actor, g.service, idea)
    require(g.actor, "idea.edit", g.service, idea)
    form = files_form(attached_to(session, g.service.id, idea.id))
    return attempt(form, lambda: _save(form, idea), done=lambda told: told) or form_page(
        "ideas/files.html",
        form,
        idea=idea,
        editable=proposals.can_edit(g.service, idea, g.actor),
    )


@limit_submit
def _save(form: FilesForm, idea: Idea) -> tuple[str, str]:
    session = current_session()
    # As the idea stands now: it was read before anybody waited for the database.
    hold_account(session, g.actor)
    rows.hold_idea(session, g.service, idea)
    check_readable(session, g.actor, g.service, idea)
    require(g.actor, "idea.edit", g.service, idea)
    if form.files.staged:
        proposals.require_editable(g.service, idea, g.actor)
    save_files(session, g.actor, g.service, OWNER, subject_of(idea.id), form)
    place = place_to_describe(session, g.service.id, idea.id)
    if place is not None:
        return _("Your files are kept. Say what each picture shows: it appears then."), place
    if idea.stage == DRAFT:
        return _("Your changes are saved."), url_for("ideas.submit", idea_id=idea.id)
    return _("Your changes are public."), idea_url(idea)
