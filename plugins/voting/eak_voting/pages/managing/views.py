"""The managers' pages of ballots: the list, preparing one, and each step of its life.

Of a running ballot they show what its public page shows, and nothing of its votes.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, cast

from flask import g, request, url_for

from eak_core.api import (
    Answer,
    Conflict,
    DeskItem,
    NotFound,
    Service,
    Session,
    _,
    _l,
    attempt,
    communes,
    current_session,
    form_page,
    ngettext,
    progress_answer,
    render,
    require,
    stage_graph,
)
from eak_voting.ballots import desk, preparing
from eak_voting.ballots.finding import ballot_for, options_of, phase, settings_of, terms_of
from eak_voting.casting.bursts import ballots_with_bursts
from eak_voting.casting.electorate import changed_since
from eak_voting.models import Ballot
from eak_voting.pages import wording
from eak_voting.pages.blueprint import ballot_url, manage
from eak_voting.pages.booth.views import vote_form_page
from eak_voting.pages.managing.closing import closing_progress
from eak_voting.pages.managing.drafting import (
    Candidates,
    ballot_form,
    candidates,
    draft_of,
    kept_values,
    new_values,
    waiting_ideas,
)
from eak_voting.pages.managing.forms import BallotForm, idea_number
from eak_voting.publishing.masking import reasons_of
from eak_voting.settings import METHODS, Method

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
    return render("voting/manage_choose.html", methods=METHODS, asked=_asked())


@manage.route("/nouveau/<method>", methods=["GET", "POST"])
def new(method: str) -> Answer:
    """The form of a new ballot."""
    return _write(_known(method), None)


@manage.get("/<int:ballot_id>")
def show(ballot_id: int) -> Answer:
    """One ballot: what it says, where it stands, and what can be done about it."""
    session, ballot = current_session(), _ballot(ballot_id)
    return _page_of(session, ballot)


@manage.get("/<int:ballot_id>/depouillement.json")
def closing_state(ballot_id: int) -> Answer:
    """How far the close of the ballot is, for the script of its page."""
    return progress_answer(closing_progress(current_session(), _ballot(ballot_id)))


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


def _ballot(ballot_id: int) -> Ballot:
    return ballot_for(current_session(), g.actor, g.service, ballot_id)


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
        closing=closing_progress(session, ballot) if phase(ballot) == "closing" else None,
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
    searching = posted and request.form.get("action") == "search"
    done = None
    if not searching:
        done = attempt(form, lambda: _save(form, method, ballot, offered), done=_saved)
    if isinstance(form.refusal, Conflict) and ballot is not None:
        # What was typed can be saved over what stands there now, once it was compared.
        form.version.data = str(ballot.version_id)
    return done or form_page(
        "voting/manage_form.html",
        form,
        method=method,
        ballot=ballot,
        offered=offered,
        words=words,
        asked=_asked(),
        stage_title=lambda name: stage_graph(g.active).stage(name).title,
    )


def _shown(session: Session, ballot: Ballot | None) -> Mapping[str, Any]:
    if ballot is not None:
        return kept_values(session, g.service, ballot)
    asked = _asked()
    return new_values([asked] if asked else waiting_ideas(session, g.service))


def _asked() -> int | None:
    """The idea from whose page somebody came to put it to the vote."""
    return request.args.get("idee", type=idea_number)


def _posted_ideas() -> list[int]:
    """The ideas that were ticked; what is no number of an idea is the form's to refuse."""
    chosen = []
    for typed in request.form.getlist("ideas")[: 2 * preparing.MOST_OPTIONS]:
        with suppress(ValueError):
            chosen.append(idea_number(typed))
    return chosen


def _save(form: BallotForm, method: Method, ballot: Ballot | None, offered: Candidates) -> Ballot:
    session, draft = current_session(), draft_of(form, method, offered)
    if ballot is None:
        return preparing.prepare(session, g.actor, g.service, draft, form_key=form.key)
    version = int(form.version.data or 0)
    preparing.change(session, g.actor, g.service, ballot, draft, version=version)
    return ballot


def _saved(ballot: Ballot) -> tuple[str, str]:
    after = request.form.get("action", "")
    after = after if after in ("preview", "announce") else "show"
    message = _("The draft is saved. Only those who run the service see it.")
    return message, url_for(f"voting_manage.{after}", ballot_id=ballot.id)


def desk_items(session: Session, service: Service) -> Iterator[DeskItem]:
    """What waits for managers."""
    drafts, counted = desk.waiting(session, service)
    yield DeskItem(
        drafts,
        ngettext(
            "%(num)s ballot is a draft to finish", "%(num)s ballots are drafts to finish", drafts
        ),
        "voting_manage.index",
    )
    yield DeskItem(
        counted,
        ngettext(
            "%(num)s counted ballot waits for your decisions",
            "%(num)s counted ballots wait for your decisions",
            counted,
        ),
        "voting_manage.index",
    )
    for ballot in ballots_with_bursts(session, service):
        label = _("Unusual bursts of votes: %(title)s", title=ballot.title)
        yield DeskItem(1, label, "voting_manage.bursts", {"ballot_id": ballot.id})
