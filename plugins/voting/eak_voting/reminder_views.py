"""Asking to be reminded of a ballot, and taking that back: two buttons of its page."""

from flask import flash, g, redirect
from werkzeug.wrappers import Response

from eak_core.api import _, current_session, limited
from eak_voting import reminders
from eak_voting.addresses import ballot_url
from eak_voting.ballots import ballot_of
from eak_voting.blueprint import blueprint
from eak_voting.models import Ballot

limit_reminders = limited("voting.remind", "30/minute;300/day")


@blueprint.post("/<int:ballot_id>/rappel")
@limit_reminders
def remind(ballot_id: int) -> Response:
    """Let the person be reminded by mail."""
    ballot = _ballot(ballot_id)
    session = current_session()
    reminders.ask(session, g.actor, g.service, ballot)
    session.commit()
    flash(_("We will remind you by mail, unless you have voted by then."), "success")
    return redirect(ballot_url(ballot), 303)


@blueprint.post("/<int:ballot_id>/rappel/oublier")
@limit_reminders
def forget_reminder(ballot_id: int) -> Response:
    """Let the person not be reminded."""
    ballot = _ballot(ballot_id)
    session = current_session()
    reminders.forget(session, g.actor, ballot)
    session.commit()
    flash(_("You will not be reminded of this ballot."), "success")
    return redirect(ballot_url(ballot), 303)


def _ballot(ballot_id: int) -> Ballot:
    return ballot_of(current_session(), g.service, ballot_id)
