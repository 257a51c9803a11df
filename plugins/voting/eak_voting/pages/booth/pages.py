"""The pages of the first two steps of a vote, and those that say why there is no vote."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from eak_core.api import Session, _, client_network, current_session, figures, form_page, render
from eak_voting.ballots.finding import ballot_of
from eak_voting.casting.box import CodeNeeded, WrongCode
from eak_voting.casting.choices import is_blank
from eak_voting.casting.electorate import admission
from eak_voting.casting.holding import NotOpen, require_open
from eak_voting.casting.votes import has_voted
from eak_voting.models import Ballot
from eak_voting.pages import explained
from eak_voting.pages.blueprint import blueprint
from eak_voting.pages.booth import voter_session
from eak_voting.pages.booth.declaring import cast_form, prepared
from eak_voting.pages.booth.forms import (
    PaperForm,
    chosen_numbers,
    grade_name,
    points_name,
    said_by,
)
from eak_voting.pages.booth.ordering import visitor_key
from eak_voting.pages.booth.paper import lines, summed_up, total
from eak_voting.pages.booth.voter_session import Envelope
from eak_voting.pages.explained import stands
from eak_voting.pages.wording import GRADE_TITLES
from eak_voting.settings import Terms


def vote_form_page(
    ballot: Ballot,
    terms: Terms,
    *,
    said: Any = None,
    form: PaperForm | None = None,
    preview: bool = False,
) -> tuple[str, int]:
    """The paper of ``terms``, with ``said`` filled in; in a ``preview`` it cannot be sent."""
    session = current_session()
    method = _kind(terms)
    return form_page(
        "voting/vote_paper.html",
        form or PaperForm(formdata=None),
        ballot=ballot,
        terms=terms,
        settings=terms.settings,
        kind=method,
        paper=lines(session, g.service, terms, "preview" if preview else visitor_key()),
        chosen=chosen_numbers(said if said is not None else said_by(terms, None)),
        limits=explained.limits_explained(terms.settings) if method != "grades" else "",
        grades=GRADE_TITLES,
        grade_name=grade_name,
        points_name=points_name,
        preview=preview,
        stands=stands(ballot),
    )


def _kind(terms: Terms) -> str:
    """Which paper: ``boxes`` to tick, ``points`` to write, or ``grades`` to choose."""
    if terms.settings.method == "majority":
        return "grades"
    budget = terms.settings.budget
    return "points" if budget is not None and budget.ballot == "points" else "boxes"


def check_page(ballot: Ballot, terms: Terms, choices: str, *, form: Any = None) -> tuple[str, int]:
    """The last look at ``choices``."""
    session = current_session()
    said = said_by(terms, choices)
    paper = lines(session, g.service, terms, visitor_key())
    if g.actor.signed_in:
        # The key must be in the browser before the vote is sent, so that sending it twice is once.
        envelope = voter_session.open_envelope(ballot.id, g.actor.person_id)
    else:
        envelope = None
    if form is None:
        form = prepared(cast_form(session, g.actor, terms, fresh=True), session, g.actor)
    form.choices.data = choices
    return form_page(
        "voting/vote_check.html",
        form,
        ballot=ballot,
        terms=terms,
        kind=_kind(terms),
        said=summed_up(terms, paper, said),
        left_out=len(paper) - len(chosen_numbers(said)),
        total=_total(terms, said),
        blank=is_blank(choices),
        admission=admission(session, g.actor, g.service, terms.settings.electorate),
        changing=_is_changing(session, ballot, envelope),
        secrecy=explained.secrecy_explained(terms.settings),
        stands=stands(ballot),
    )


def _total(terms: Terms, said: Any) -> str | None:
    """What a basket costs, or how many points were given, in words; None for other methods."""
    budget, sum_ = terms.settings.budget, total(terms, said)
    if budget is None or sum_ is None:
        return None
    if budget.ballot == "points":
        return _("In all: %(given)s of %(most)s points", given=sum_, most=budget.points)
    return _(
        "In all: %(cost)s of %(amount)s",
        cost=figures.money(sum_, budget.currency),
        amount=figures.money(budget.amount, budget.currency),
    )


def _is_changing(session: Session, ballot: Ballot, envelope: Envelope | None) -> bool:
    if envelope is not None and envelope.code is not None:
        return True
    return ballot.secrecy != "secret" and has_voted(session, g.actor, ballot)


def ballot_to_vote(ballot_id: int) -> Ballot:
    """The ballot that is asked for, as long as it takes votes; another page otherwise."""
    ballot = ballot_of(current_session(), g.service, ballot_id)
    require_open(current_session(), ballot)
    return ballot


def voter_network() -> str | None:
    """The network of whoever votes, as far as bursts are looked for: a /24, or of IPv6 a /48,
    which is what one subscriber or one site commonly holds. None where there is no address."""
    return client_network(ipv4=24, ipv6=48)


@blueprint.errorhandler(NotOpen)
def not_open_page(_refusal: NotOpen) -> tuple[str, int]:
    """The ballot takes no votes (any more, or yet), and what was sent was not recorded."""
    ballot, sent = _asked_for(), request.method == "POST"
    page = render("voting/vote_not_open.html", ballot=ballot, stands=stands(ballot), sent=sent)
    return page, 409


@blueprint.errorhandler(CodeNeeded)
def code_needed_page(_refusal: CodeNeeded) -> tuple[str, int]:
    """As `voted_page`, where a vote was sent all the same."""
    return voted_page(_asked_for())


@blueprint.errorhandler(WrongCode)
def ask_for_code(refusal: WrongCode) -> Response:
    """The code that this browser kept opens no vote any more: ask for it."""
    ballot = _asked_for()
    voter_session.forget(ballot.id)
    flash(str(refusal), "warning")
    return redirect(url_for("voting.code", ballot_id=ballot.id), 303)


def _asked_for() -> Ballot:
    """The ballot of the request, as it stands now that its act was refused."""
    current_session().rollback()
    assert request.view_args is not None
    return ballot_of(current_session(), g.service, request.view_args["ballot_id"])


def voted_page(ballot: Ballot) -> tuple[str, int]:
    """This person has voted in this secret ballot; nothing else was recorded."""
    sent = request.method == "POST"
    page = render("voting/vote_voted.html", ballot=ballot, stands=stands(ballot), sent=sent)
    return page, 409 if sent else 200
