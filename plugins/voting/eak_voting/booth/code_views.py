"""Changing a secret vote with its code, and taking a vote back."""

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from eak_core.api import (
    EakError,
    Session,
    _,
    current_session,
    limited,
    render,
    require,
)
from eak_voting import receipts
from eak_voting.addresses import ballot_url
from eak_voting.ballots import ballot_of, takes_votes
from eak_voting.blueprint import blueprint
from eak_voting.booth import voter_session
from eak_voting.booth.forms import CodeForm, WithdrawForm
from eak_voting.booth.pages import not_open_page
from eak_voting.casting import TooEarly, TooLate, choices_with_code, has_voted, withdraw
from eak_voting.models import Ballot
from eak_voting.views import stands

Answer = str | Response | tuple[str, int]

#: Nobody guesses 130 bits; whoever tries is slowed down all the same.
limit_codes = limited("voting.code", "10/minute;60/day")


@blueprint.route("/<int:ballot_id>/changer", methods=["GET", "POST"])
def code(ballot_id: int) -> Answer:
    """Ask for the code of a secret vote; then the paper opens with what was chosen."""
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    if not takes_votes(session, ballot):
        return not_open_page(ballot)
    if ballot.secrecy != "secret":
        return redirect(url_for("voting.vote", ballot_id=ballot.id))
    require(g.actor, "voting.vote", g.service)
    form, status = CodeForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                _open_with(session, ballot, form.code.data or "")
            except EakError as refusal:
                form.code.errors = [str(refusal)]
                status = refusal.status
            else:
                return redirect(url_for("voting.vote", ballot_id=ballot.id), 303)
    return render("voting/vote_code.html", ballot=ballot, form=form, stands=stands(ballot)), status


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
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    if not takes_votes(session, ballot):
        return not_open_page(ballot)
    require(g.actor, "voting.vote", g.service)
    if not has_voted(session, g.actor, ballot):
        flash(_("You have no vote in this ballot."), "info")
        return redirect(ballot_url(ballot))
    form = CodeForm() if ballot.secrecy == "secret" else WithdrawForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                _withdraw(session, ballot, form.code.data if isinstance(form, CodeForm) else None)
                session.commit()
            except (TooLate, TooEarly):
                session.rollback()
                return not_open_page(ballot)
            except EakError as refusal:
                session.rollback()
                form.form_errors.append(str(refusal))
                status = refusal.status
            else:
                voter_session.forget_all(ballot.id)
                flash(_("Your vote is taken back. You can vote again until the close."), "success")
                return redirect(ballot_url(ballot), 303)
    page = render("voting/vote_withdraw.html", ballot=ballot, form=form, stands=stands(ballot))
    return page, status


@limit_codes
def _withdraw(session: Session, ballot: Ballot, typed: str | None) -> None:
    withdraw(session, g.actor, g.service, ballot, code=typed)
