"""What editors do with a letter that is frozen: send it, follow it, stop it, and decide of what
nobody knows."""

from flask import g, url_for
from werkzeug.wrappers import Response
from wtforms.validators import Optional

from eak_core.api import (
    Answer,
    Form,
    InstantField,
    _,
    _l,
    attempt,
    current_session,
    finish,
    form_page,
    progress_answer,
)
from eak_newsletter.deliveries import running
from eak_newsletter.issues.editing import issue_of
from eak_newsletter.pages.desk import progress_of
from eak_newsletter.pages.managing import ConfirmForm, blueprint


class SendForm(Form):
    """When a letter leaves."""

    at = InstantField(
        _l("Day and hour (Paris)"),
        description=_l("Leave it empty to send the letter now."),
        validators=[Optional()],
    )


@blueprint.route("/<int:issue_id>/envoyer", methods=["GET", "POST"])
def send(issue_id: int) -> Answer:
    """Send a frozen letter, now or at an instant."""
    issue, form = issue_of(current_session(), g.service, issue_id), SendForm()
    return attempt(
        form,
        lambda: running.plan(current_session(), g.actor, g.service, issue_id, form.at.data),
        done=(_("The letter leaves by itself."), _place(issue_id)),
    ) or form_page("newsletter/manage_send.html", form, issue=issue)


@blueprint.get("/<int:issue_id>/avancement")
def state(issue_id: int) -> Response:
    """How far the sending is, for the script of the page."""
    issue = issue_of(current_session(), g.service, issue_id)
    return progress_answer(progress_of(current_session(), issue))


@blueprint.post("/<int:issue_id>/suspendre")
def pause(issue_id: int) -> Answer:
    """Let no further letter leave for now."""
    running.pause(current_session(), g.actor, g.service, issue_id)
    return finish(_("Nothing more leaves for now."), _place(issue_id))


@blueprint.post("/<int:issue_id>/continuer")
def resume(issue_id: int) -> Answer:
    """Let a paused letter go on."""
    running.resume(current_session(), g.actor, g.service, issue_id)
    return finish(_("The letter goes on."), _place(issue_id))


@blueprint.route("/<int:issue_id>/annuler", methods=["GET", "POST"])
def cancel(issue_id: int) -> Answer:
    """Let nothing more leave, ever."""
    issue, form = issue_of(current_session(), g.service, issue_id), ConfirmForm()
    return attempt(
        form,
        lambda: running.cancel(current_session(), g.actor, g.service, issue_id),
        done=(_("Nothing more of this letter leaves."), _place(issue_id)),
    ) or form_page("newsletter/manage_cancel.html", form, issue=issue)


@blueprint.post("/<int:issue_id>/inconnus/<int:delivery_id>/arrive")
def arrived(issue_id: int, delivery_id: int) -> Answer:
    """Say of a letter that nobody knows of that it has arrived."""
    return _decide(issue_id, delivery_id, "arrived")


@blueprint.post("/<int:issue_id>/inconnus/<int:delivery_id>/renvoyer")
def send_again(issue_id: int, delivery_id: int) -> Answer:
    """Send a letter that nobody knows of again."""
    return _decide(issue_id, delivery_id, "again")


def _decide(issue_id: int, delivery_id: int, verdict: running.Verdict) -> Answer:
    running.decide(current_session(), g.actor, g.service, issue_id, delivery_id, verdict)
    return finish(_("It is written down."), f"{_place(issue_id)}#inconnus")


def _place(issue_id: int) -> str:
    return url_for("newsletter_manage.show", issue_id=issue_id)
