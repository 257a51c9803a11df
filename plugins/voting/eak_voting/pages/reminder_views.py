"""Asking to be reminded of a ballot, and taking that back: two buttons of its page."""

from flask import g
from werkzeug.wrappers import Response

from eak_core.api import _, current_session, finish, limited
from eak_voting.ballots.finding import ballot_of
from eak_voting.casting import reminders
from eak_voting.pages.addresses import ballot_url
from eak_voting.pages.blueprint import blueprint

limit_reminders = limited("voting.remind", "30/minute;300/day")


@blueprint.post("/<int:ballot_id>/rappel")
@limit_reminders
def remind(ballot_id: int) -> Response:
    """Let the person be reminded by mail."""
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    reminders.ask(session, g.actor, g.service, ballot)
    message = _("We will remind you by mail, unless you have voted by then.")
    return finish(message, ballot_url(ballot), code=303)


@blueprint.post("/<int:ballot_id>/rappel/oublier")
@limit_reminders
def forget_reminder(ballot_id: int) -> Response:
    """Let the person not be reminded."""
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    reminders.forget(session, g.actor, ballot)
    return finish(_("You will not be reminded of this ballot."), ballot_url(ballot), code=303)
