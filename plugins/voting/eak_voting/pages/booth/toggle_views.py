"""A ballot by support: each click is a vote, saved at once."""

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from eak_core.api import (
    Forbidden,
    Session,
    _,
    current_session,
    limited,
    render,
    require,
)
from eak_voting.ballots.finding import ballot_of, terms_of
from eak_voting.casting import box, receipts
from eak_voting.casting.choices import WrongChoices, write
from eak_voting.casting.holding import require_open
from eak_voting.casting.votes import cast, own_choices, withdraw
from eak_voting.models import Ballot
from eak_voting.pages.blueprint import blueprint
from eak_voting.pages.booth.forms import said_by
from eak_voting.pages.booth.ordering import visitor_key
from eak_voting.pages.booth.pages import voter_network
from eak_voting.pages.booth.paper import lines
from eak_voting.pages.explained import stands
from eak_voting.settings import Terms

#: As many clicks as there may be options, and some more for those who think again.
limit_clicks = limited("voting.toggle", "60/minute;1000/day")


@blueprint.post("/<int:ballot_id>/soutenir")
def toggle(ballot_id: int) -> Response:
    """Support one option of the ballot, or no longer. Which of both is said by the button, so that
    pressing it twice is the same as once."""
    require(g.actor, "voting.vote", g.service)
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    paper = url_for("voting.vote", ballot_id=ballot.id)
    if ballot.method != "support":
        return redirect(paper, 303)
    require_open(session, ballot)
    number = request.form.get("option", type=int) or 0
    try:
        _click(session, ballot, number, on=request.form.get("on") == "1")
        session.commit()
    except WrongChoices:
        session.rollback()
        flash(_("This ballot has no such option."), "warning")
    except Forbidden as refusal:
        session.rollback()
        flash(str(refusal), "warning")
        return redirect(paper, 303)
    return redirect(f"{paper}#option-{number}", 303)


@limit_clicks
def _click(session: Session, ballot: Ballot, number: int, *, on: bool) -> None:
    # Two clicks on two options at once each add to what the other one has saved. Those of one
    # person wait for each other; those of others do not.
    box.one_at_a_time(session, ballot, g.actor.person_id)
    terms = terms_of(session, g.service, ballot)
    before = own_choices(session, g.actor, ballot)
    chosen = set(said_by(terms, before))
    choices = write(terms, chosen | {number} if on else chosen - {number})
    if choices == (before or "[]"):
        return
    if choices == "[]":  # the last support is taken back: nothing is left of this vote
        withdraw(session, g.actor, g.service, ballot)
        return
    source = voter_network()
    key = receipts.new_form_key()
    cast(session, g.actor, g.service, ballot, choices, form_key=key, source=source)


def buttons_page(session: Session, ballot: Ballot, terms: Terms) -> str:
    """The options of ``terms``, each with its button."""
    return render(
        "voting/vote_support.html",
        ballot=ballot,
        paper=lines(session, g.service, terms, visitor_key()),
        chosen=set(said_by(terms, own_choices(session, g.actor, ballot))),
        stands=stands(ballot),
    )
