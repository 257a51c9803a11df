"""The managers' pages of ballots: the list, preparing one, and each step of its life.

Of a running ballot they show what its public page shows, and nothing of its votes.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, cast
from uuid import uuid4

from flask import flash, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from eak_core.api import (
    Conflict,
    EakError,
    Form,
    Invalid,
    NotFound,
    Refused,
    Service,
    Session,
    SignInRequired,
    _,
    _l,
    communes,
    current_session,
    render,
    require,
    stage_graph,
)
from eak_voting import opening, preparing, wording
from eak_voting.addresses import ballot_url
from eak_voting.ballots import ballot_for, options_of, phase, settings_of, terms_of
from eak_voting.blueprint import manage
from eak_voting.booth.views import vote_form_page
from eak_voting.bursts import ballots_with_bursts
from eak_voting.electorate import changed_since
from eak_voting.managing import desk
from eak_voting.managing.drafting import (
    Candidates,
    ballot_form,
    candidates,
    draft_of,
    kept_values,
    new_values,
    waiting_ideas,
)
from eak_voting.managing.forms import BallotForm, CancelForm, ConfirmForm, idea_number
from eak_voting.masking import reasons_of
from eak_voting.models import Ballot
from eak_voting.settings import METHODS, Method

Answer = str | Response | tuple[str, int]

#: These show again what was typed, also to somebody whose sign-in has expired.
_FORMS = {"voting_manage.new", "voting_manage.edit"}


@manage.before_request
def managers_only() -> None:
    """Everything here belongs to those who run the service."""
    if request.method != "POST" or request.endpoint not in _FORMS or g.actor.signed_in:
        require(g.actor, "voting.manage", g.service)


@manage.context_processor
def words() -> dict[str, Any]:
    """What the templates of managers call things by."""
    return {"wording": wording, "ballot_url": ballot_url}


@manage.get("/")
def index() -> Answer:
    """The ballots of the service, by where they stand."""
    entries = desk.entries(current_session(), g.service)
    groups = [(name, [each for each in entries if each.phase == name]) for name in desk.PHASES]
    return render("voting/manage_index.html", groups=[group for group in groups if group[1]])


@manage.get("/nouveau")
def choose() -> Answer:
    """The four methods, to choose one from."""
    return render("voting/manage_choose.html", methods=METHODS)


@manage.route("/nouveau/<method>", methods=["GET", "POST"])
def new(method: str) -> Answer:
    """The form of a new ballot."""
    return _write(_known(method), None)


@manage.get("/<int:ballot_id>")
def show(ballot_id: int) -> Answer:
    """One ballot: what it says, where it stands, and what can be done about it."""
    session, ballot = current_session(), _ballot(ballot_id)
    return _page_of(session, ballot)


@manage.route("/<int:ballot_id>/modifier", methods=["GET", "POST"])
def edit(ballot_id: int) -> Answer:
    """The form again, for a draft."""
    if not g.actor.signed_in:
        return _write(_known(request.form.get("method", "")), None)
    ballot = _ballot(ballot_id)
    if request.method != "POST":
        preparing.require_draft(ballot)
    return _write(cast("Method", ballot.method), ballot)


@manage.get("/<int:ballot_id>/apercu")
def preview(ballot_id: int) -> Answer:
    """The ballot exactly as its voters will see it; nothing can be sent from there."""
    session, ballot = current_session(), _ballot(ballot_id)
    return vote_form_page(ballot, terms_of(session, g.service, ballot), preview=True)


@manage.route("/<int:ballot_id>/annoncer", methods=["GET", "POST"])
def announce(ballot_id: int) -> Answer:
    """Put a draft on the site."""
    done = _l("The ballot is on the site. It opens by itself.")
    return _step(ballot_id, "voting/manage_announce.html", "draft", opening.announce, done)


@manage.route("/<int:ballot_id>/retirer-annonce", methods=["GET", "POST"])
def withdraw(ballot_id: int) -> Answer:
    """Take the announcement of a ballot back, which makes it a draft again."""
    done = _l("The ballot is a draft again, and no longer on the site.")
    act = opening.withdraw_announcement
    return _step(ballot_id, "voting/manage_withdraw.html", "upcoming", act, done)


@manage.route("/<int:ballot_id>/ouvrir", methods=["GET", "POST"])
def open_now(ballot_id: int) -> Answer:
    """Open an announced ballot before its instant."""
    done = _l("The ballot is open. Its terms are frozen, and their hash stands in the public log.")
    return _step(ballot_id, "voting/manage_open.html", "upcoming", opening.open_now, done)


@manage.route("/<int:ballot_id>/annuler", methods=["GET", "POST"])
def cancel(ballot_id: int) -> Answer:
    """Call a ballot off, with a public reason."""
    form = CancelForm()

    def act(session: Session, actor: Any, service: Service, ballot: Ballot) -> None:
        opening.cancel(session, actor, service, ballot, form.reason.data or "")

    done = _l("The ballot is cancelled. Its page gives your reason.")
    phases = ("upcoming", "open", "closing")
    return _step(ballot_id, "voting/manage_cancel.html", phases, act, done, form)


@manage.route("/<int:ballot_id>/supprimer", methods=["GET", "POST"])
def discard(ballot_id: int) -> Answer:
    """Delete a draft."""
    done = _l("The draft is deleted.")
    act = preparing.delete_draft
    return _step(ballot_id, "voting/manage_discard.html", "draft", act, done, leave=True)


def _ballot(ballot_id: int) -> Ballot:
    return ballot_for(current_session(), g.actor, g.service, ballot_id)


def _place(ballot: Ballot) -> str:
    return url_for("voting_manage.show", ballot_id=ballot.id)


def _known(method: str) -> Method:
    if method not in METHODS:
        raise NotFound(_l("There is no such way to vote."))
    return method


def _page_of(session: Session, ballot: Ballot) -> str:
    names = {commune.code: commune.name for commune in communes(session)}
    rules = settings_of(ballot)
    declares = rules.electorate.who == "inhabitants" and ballot.state != "draft"
    return render(
        "voting/manage_show.html",
        ballot=ballot,
        phase=phase(ballot),
        rules=rules,
        redeclared=changed_since(session, ballot.created_at) if declares else None,
        options=options_of(session, ballot),
        hidden=reasons_of(session, g.service, terms_of(session, g.service, ballot)),
        names=names,
    )


def _write(method: Method, ballot: Ballot | None) -> Answer:
    """Show the form, or save what it holds; whatever is refused is shown again as typed."""
    session = current_session()
    posted = request.method == "POST"
    shown = _shown(session, ballot)
    chosen = _posted_ideas() if posted else shown["ideas"]
    words = request.form.get("q", "")[:100] if posted else ""
    offered = candidates(session, g.service, chosen, words)
    form = ballot_form(session, g.service, method, offered, shown)
    status = 200
    if posted and request.form.get("action") != "search":
        try:
            if not g.actor.signed_in:
                raise SignInRequired(_l("You are no longer signed in."))
            if form.validate():
                return _save(form, method, ballot, offered)
            status = 422
        except Invalid as refusal:
            places = form.PLACES
            form.add_errors({places.get(name, name): text for name, text in refusal.fields.items()})
            status = refusal.status
        except EakError as refusal:
            status = _refused(form, refusal, ballot)
    return _form_page(form, method, ballot, offered, words), status


def _shown(session: Session, ballot: Ballot | None) -> Mapping[str, Any]:
    if ballot is not None:
        return kept_values(session, g.service, ballot)
    return new_values(waiting_ideas(session, g.service), str(uuid4()))


def _posted_ideas() -> list[int]:
    """The ideas that were ticked; what is no number of an idea is the form's to refuse."""
    chosen = []
    for typed in request.form.getlist("ideas")[: 2 * preparing.MOST_OPTIONS]:
        with suppress(ValueError):
            chosen.append(idea_number(typed))
    return chosen


def _refused(form: BallotForm, refusal: EakError, ballot: Ballot | None) -> int:
    form.form_errors.append(str(refusal))
    if isinstance(refusal, Conflict) and ballot is not None:
        # What was typed can be saved over what stands there now, once it was compared.
        form.version.data = str(ballot.version_id)
    return refusal.status


def _save(form: BallotForm, method: Method, ballot: Ballot | None, offered: Candidates) -> Response:
    session = current_session()
    draft = draft_of(form, method, offered)
    if ballot is None:
        key = form.form_key.data or None
        ballot = preparing.prepare(session, g.actor, g.service, draft, form_key=key)
    else:
        version = int(form.version.data or 0)
        preparing.change(session, g.actor, g.service, ballot, draft, version=version)
    session.commit()
    flash(_("The draft is saved. Only those who run the service see it."), "success")
    after = "preview" if request.form.get("action") == "preview" else "show"
    return redirect(url_for(f"voting_manage.{after}", ballot_id=ballot.id))


def _form_page(
    form: BallotForm, method: Method, ballot: Ballot | None, offered: Candidates, words: str
) -> str:
    return render(
        "voting/manage_form.html",
        form=form,
        method=method,
        ballot=ballot,
        offered=offered,
        words=words,
        stage_title=lambda name: stage_graph(g.active).stage(name).title,
        signed_out=not g.actor.signed_in,
    )


def _step(
    ballot_id: int,
    template: str,
    phases: str | tuple[str, ...],
    act: Callable[[Session, Any, Service, Ballot], None],
    done: Any,
    form: Form | None = None,
    *,
    leave: bool = False,
) -> Answer:
    """Explain a step of a ballot that stands in one of ``phases``, and take it once it is
    confirmed. ``leave``: the ballot is no more."""
    session, ballot = current_session(), _ballot(ballot_id)
    form = form or ConfirmForm()
    if request.method == "POST" and form.validate():
        try:
            act(session, g.actor, g.service, ballot)
        except Invalid as refusal:
            form.form_errors.append(str(refusal.message))
            form.add_errors({name: text for name, text in refusal.fields.items() if name in form})
        else:
            session.commit()
            flash(str(done), "success")
            return redirect(url_for("voting_manage.index") if leave else _place(ballot))
    elif phase(ballot) not in ((phases,) if isinstance(phases, str) else phases):
        raise Refused(_l("This ballot has gone on in between: this step is no longer possible."))
    options = options_of(session, ballot)
    page = render(template, form=form, ballot=ballot, rules=settings_of(ballot), options=options)
    return page, 422 if form.errors else 200


def manage_home(session: Session, service: Service) -> Markup:
    """What waits for managers, on their desk."""
    drafts, counted = desk.waiting(session, service)
    return Markup(  # noqa: S704 – a template's own output
        render(
            "voting/manage_home.html",
            drafts=drafts,
            counted=counted,
            unusual=ballots_with_bursts(session, service),
        )
    )
