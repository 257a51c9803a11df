"""Voting in three steps: choose, check, done.

Anybody may fill in the paper; what was chosen waits in their browser while they sign in. Nothing
is recorded before the last step, which takes what the page before showed, not what another window
may have put into the browser since.
"""

from flask import current_app, flash, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from eak_core.api import (
    Answer,
    Forbidden,
    Service,
    Session,
    _,
    attempt,
    current_session,
    finish,
    limited,
    reads_first,
    render,
    write_session,
)
from eak_voting.ballots.finding import ballot_of, terms_of
from eak_voting.casting import receipts
from eak_voting.casting.box import Cast
from eak_voting.casting.choices import WrongChoices, write
from eak_voting.casting.electorate import admission
from eak_voting.casting.opening import open_ballot
from eak_voting.casting.votes import cast, change_with_code, has_voted, own_choices
from eak_voting.models import Ballot
from eak_voting.pages import explained
from eak_voting.pages.blueprint import ballot_url, blueprint
from eak_voting.pages.booth import voter_session
from eak_voting.pages.booth.declaring import cast_form, declare_from
from eak_voting.pages.booth.forms import (
    CastForm,
    PaperForm,
    canonical_or_none,
    filled_in,
    points_error,
    said_by,
)
from eak_voting.pages.booth.pages import (
    ballot_to_vote,
    check_page,
    vote_form_page,
    voted_page,
    voter_network,
)
from eak_voting.pages.booth.toggle_views import buttons_page
from eak_voting.pages.booth.voter_session import Envelope
from eak_voting.pages.explained import stands
from eak_voting.settings import Terms

__all__ = ["blueprint", "vote_form_page"]

#: A person who thinks again needs a few votes; a robot needs thousands.
limit_votes = limited("voting.vote", "20/minute;200/day")


@blueprint.get("/<int:ballot_id>/voter")
def vote(ballot_id: int) -> Answer:
    """Step 1: the paper, with what was chosen before."""
    session, ballot = current_session(), ballot_to_vote(ballot_id)
    if ballot.state == "announced":
        _open_late(ballot.id)
        return redirect(url_for("voting.vote", ballot_id=ballot.id))
    envelope = voter_session.envelope(ballot.id, g.actor.person_id)
    changing = envelope is not None and envelope.code is not None and envelope.receipt is None
    if ballot.secrecy == "secret" and not changing and has_voted(session, g.actor, ballot):
        return voted_page(ballot)
    terms = terms_of(session, g.service, ballot)
    if ballot.method == "support" and admitted(session, terms):
        return buttons_page(session, ballot, terms)
    kept = voter_session.kept_choices(ballot.id) or own_choices(session, g.actor, ballot)
    return vote_form_page(ballot, terms, said=said_by(terms, kept))


def _open_late(ballot_id: int) -> None:
    """Open a ballot whose worker is late before anybody fills in its paper: opening may take ideas
    off it and number the others anew, and a vote names numbers."""
    with write_session(current_app) as session:
        ballot = session.get_one(Ballot, ballot_id)
        open_ballot(session, session.get_one(Service, ballot.service_id), ballot)


def admitted(session: Session, terms: Terms) -> bool:
    """Whether this person can vote here and now, with nothing left to declare."""
    return admission(session, g.actor, g.service, terms.settings.electorate).admitted


@blueprint.post("/<int:ballot_id>/voter")
def choose(ballot_id: int) -> Answer:
    """Keep what was chosen, and lead to the last look at it."""
    session, ballot = current_session(), ballot_to_vote(ballot_id)
    terms = terms_of(session, g.service, ballot)
    form, said = PaperForm(), filled_in(terms, request.form)
    if not form.validate():
        return vote_form_page(ballot, terms, said=said, form=form)
    wrong = points_error(terms, request.form)
    try:
        choices = write(terms, said)
    except WrongChoices as error:
        wrong = wrong or explained.fault_explained(error, terms)
    if wrong:
        form.form_errors.append(wrong)
        return vote_form_page(ballot, terms, said=said, form=form)
    if not g.actor.signed_in:
        return _wait(ballot, terms, choices)
    try:
        voter_session.keep_choices(ballot.id, choices)
    except ValueError:
        # More than a cookie holds; the next page holds it.
        return check_page(ballot, terms, choices)
    return redirect(url_for("voting.check", ballot_id=ballot.id), 303)


@blueprint.get("/<int:ballot_id>/verifier")
def check(ballot_id: int) -> Answer:
    """Step 2: what was chosen, what will be known of it, and what is still missing."""
    session, ballot = current_session(), ballot_to_vote(ballot_id)
    terms = terms_of(session, g.service, ballot)
    choices = canonical_or_none(terms, voter_session.kept_choices(ballot.id))
    if choices is None:
        envelope = voter_session.envelope(ballot.id, g.actor.person_id)
        done = envelope is not None and envelope.receipt is not None
        return redirect(url_for("voting.done" if done else "voting.vote", ballot_id=ballot.id))
    return check_page(ballot, terms, choices)


@blueprint.post("/<int:ballot_id>/verifier")
@reads_first
def send(ballot_id: int) -> Answer:
    """Cast what the page before showed."""
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    terms = terms_of(session, g.service, ballot)
    choices = canonical_or_none(terms, request.form.get("choices"))
    if choices is None:
        flash(_("Your vote did not arrive whole, and was not recorded. Please choose again."),
              "warning")  # fmt: skip
        return redirect(url_for("voting.vote", ballot_id=ballot.id), 303)
    if not g.actor.signed_in:
        return _wait(ballot, terms, choices)
    form = cast_form(session, g.actor, terms)

    def recorded(sealed: tuple[Envelope, Cast]) -> Response:
        envelope, done = sealed
        voter_session.seal(ballot.id, envelope, done.receipt, changed=done.changed)
        return redirect(url_for("voting.done", ballot_id=ballot.id), 303)

    return attempt(
        form,
        lambda: _seal(session, ballot, terms, choices, form),
        done=recorded,
        shows=Forbidden,
    ) or check_page(ballot, terms, choices, form=form)


def _seal(
    session: Session, ballot: Ballot, terms: Terms, choices: str, form: CastForm
) -> tuple[Envelope, Cast]:
    """Declare and cast; what the browser keeps once this is recorded."""
    envelope = _envelope(session, ballot)
    declare_from(session, g.actor, g.service, terms, form)
    return envelope, _cast(session, g.service, ballot, choices, envelope)


def _wait(ballot: Ballot, terms: Terms, choices: str) -> Answer:
    """Keep ``choices`` in the browser of somebody who is to sign in, or at least on the page."""
    try:
        voter_session.keep_choices(ballot.id, choices)
    except ValueError:
        # Hundreds of options on many criteria are more than a cookie holds.
        form = PaperForm(formdata=None)
        form.form_errors.append(
            _("This vote is too long to wait while you sign in. Leave this page open, sign in in"
              " another window, then send it from here.")
        )  # fmt: skip
        return vote_form_page(ballot, terms, said=said_by(terms, choices), form=form)
    if request.endpoint == "voting.send":
        flash(_("You are no longer signed in. What you chose is kept: sign in, and send it."),
              "warning")  # fmt: skip
    return redirect(url_for("voting.check", ballot_id=ballot.id), 303)


def _envelope(session: Session, ballot: Ballot) -> Envelope:
    """The envelope that this person's vote goes into: a new one where the vote it held was taken
    back since, in another browser, because a receipt is given once."""
    assert g.actor.person_id is not None
    known = voter_session.open_envelope(ballot.id, g.actor.person_id)
    if known.receipt is not None and not has_voted(session, g.actor, ballot):
        voter_session.forget(ballot.id)
        known = voter_session.open_envelope(ballot.id, g.actor.person_id)
    return known


@limit_votes
def _cast(
    session: Session, service: Service, ballot: Ballot, choices: str, envelope: Envelope
) -> Cast:
    if envelope.code is not None:
        return change_with_code(session, g.actor, service, ballot, envelope.code, choices)
    source = voter_network()
    return cast(session, g.actor, service, ballot, choices, form_key=envelope.key, source=source)


@blueprint.get("/<int:ballot_id>/recu")
def done(ballot_id: int) -> Answer:
    """Step 3: the receipt, and in a secret ballot the code, as long as this browser keeps them."""
    ballot = ballot_of(current_session(), g.service, ballot_id)
    envelope = voter_session.envelope(ballot.id, g.actor.person_id)
    if envelope is None or envelope.receipt is None:
        flash(_("This browser no longer keeps a receipt of this ballot."), "info")
        return redirect(ballot_url(ballot))
    code = None
    if ballot.secrecy == "secret":
        code = envelope.code or receipts.new_code(envelope.key, ballot.id)
    page = render(
        "voting/vote_done.html",
        ballot=ballot,
        stands=stands(ballot),
        receipt=envelope.receipt,
        code=receipts.in_groups(code) if code else None,
        changed=envelope.changed,
    )
    return _not_stored(page)


@blueprint.post("/<int:ballot_id>/recu/oublier")
def forget(ballot_id: int) -> Answer:
    """Drop receipt and code from this browser: somebody else may come after."""
    ballot = ballot_of(current_session(), g.service, ballot_id)
    voter_session.forget(ballot.id)
    message = _("This browser has forgotten your receipt and your code.")
    return finish(message, ballot_url(ballot), code=303)


def _not_stored(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
