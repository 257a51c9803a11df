"""Changing a secret vote with its code, and taking a vote back."""

from flask import flash, g, redirect, url_for
from werkzeug.wrappers import Response

from eak_core.api import (
    Answer,
    EakError,
    Forbidden,
    NotFound,
    Session,
    TooMany,
    _,
    attempt,
    current_session,
    form_page,
    limited,
    require,
)
from eak_voting.casting import receipts
from eak_voting.casting.votes import choices_with_code, has_voted, withdraw
from eak_voting.models import Ballot
from eak_voting.pages.blueprint import ballot_url, blueprint
from eak_voting.pages.booth import voter_session
from eak_voting.pages.booth.forms import ChangeForm, CodeForm, WithdrawForm
from eak_voting.pages.booth.pages import ballot_to_vote
from eak_voting.pages.explained import stands

#: Nobody guesses 130 bits; whoever tries is slowed down all the same.
limit_codes = limited("voting.code", "10/minute;60/day")


@blueprint.route("/<int:ballot_id>/changer", methods=["GET", "POST"])
def code(ballot_id: int) -> Answer:
    """Ask for the code of a secret vote; then the paper opens with what was chosen."""
    session, ballot = current_session(), ballot_to_vote(ballot_id)
    paper = url_for("voting.vote", ballot_id=ballot.id)
    if ballot.secrecy != "secret":
        return redirect(paper)
    require(g.actor, "voting.vote", g.service)
    form = ChangeForm()
    return attempt(
        form,
        lambda: _open_with(session, ballot, form.code.data),
        done=lambda _opened: redirect(paper, 303),
        shows=EakError,
    ) or form_page("voting/vote_code.html", form, ballot=ballot, stands=stands(ballot))


@limit_codes
def _open_with(session: Session, ballot: Ballot, typed: str) -> None:
    choices = choices_with_code(session, ballot, typed)
    assert g.actor.person_id is not None
    voter_session.forget_all(ballot.id)
    voter_session.change_with(ballot.id, g.actor.person_id, receipts.read_code(typed))
    voter_session.keep_choices(ballot.id, choices)


@blueprint.route("/<int:ballot_id>/retirer", methods=["GET", "POST"])
def take_back(ballot_id: int) -> Answer:
    """Ask once more, with the code where the ballot is secret, then take the vote back."""
    session, ballot = current_session(), ballot_to_vote(ballot_id)
    require(g.actor, "voting.vote", g.service)
    if not has_voted(session, g.actor, ballot):
        flash(_("You have no vote in this ballot."), "info")
        return redirect(ballot_url(ballot))
    form = CodeForm() if ballot.secrecy == "secret" else WithdrawForm()

    def taken_back(_nothing: object) -> Response:
        voter_session.forget_all(ballot.id)
        flash(_("Your vote is taken back. You can vote again until the close."), "success")
        return redirect(ballot_url(ballot), 303)

    return attempt(
        form,
        lambda: _withdraw(session, ballot, form.code.data if isinstance(form, CodeForm) else None),
        done=taken_back,
        shows=(Forbidden, NotFound, TooMany),
    ) or form_page("voting/vote_withdraw.html", form, ballot=ballot, stands=stands(ballot))


@limit_codes
def _withdraw(session: Session, ballot: Ballot, typed: str | None) -> None:
    withdraw(session, g.actor, g.service, ballot, code=typed)
