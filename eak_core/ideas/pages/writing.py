"""The pages on which authors write: a draft in short steps, each saved by itself, read again before
it is submitted; what is public already on one page."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, redirect, request, url_for

from eak_core.db import current_session
from eak_core.errors import NotFound
from eak_core.files.attaching import attach_files
from eak_core.i18n import _, _l
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.content import begun, rows
from eak_core.ideas.content.attachments import OWNER, attached_to, place_to_describe, shown_of
from eak_core.ideas.content.texts import Proposal, checked, missing, says_the_same
from eak_core.ideas.deciding import transitions
from eak_core.ideas.describing.criteria import criteria_of
from eak_core.ideas.describing.subjects import subjects_of
from eak_core.ideas.describing.territory import communes
from eak_core.ideas.models import Idea
from eak_core.ideas.pages.alike import alike, alike_elsewhere
from eak_core.ideas.pages.forms import STEPS, ProposalForm, Step, as_shown, proposal_form
from eak_core.ideas.pages.views import blueprint
from eak_core.ideas.proposing import proposals
from eak_core.ideas.reading.details import read_idea
from eak_core.ideas.reading.indexing import document_of
from eak_core.ideas.stages import DRAFT
from eak_core.ideas.visibility import check_readable, subject_of
from eak_core.people.accounts.account import hold_account
from eak_core.permissions import SignInRequired, require
from eak_core.web.acts import Answer, attempt, finish, form_page, reads_first
from eak_core.web.edits import EditForm, ensure_unchanged
from eak_core.web.limits import limit_submit, limited
from eak_core.web.uploads import takes_files

TITLES: Mapping[Step, Any] = {
    "essentiel": _l("The essential"),
    "details": _l("The details"),
    "lieu": _l("Place and pictures"),
}
#: So many ideas, and so many other things, that resemble a draft are shown before it is submitted.
MOST_ALIKE = 3

#: Each step of a draft is a request.
limit_writing = limited("ideas.write", "30/minute;400/day")


@blueprint.route("/idees/nouvelle", methods=["GET", "POST"])
@reads_first
def new() -> Answer:
    """The first step of a new idea. A visitor may begin: what they typed stays in their browser
    while they sign in or make an account, and this page shows it again."""
    visits = not g.actor.signed_in and g.service.archived_at is None
    if request.method != "POST" and not visits:
        require(g.actor, "idea.submit", g.service)
    waiting = begun.begun(g.service)
    form = _form(waiting, STEPS[0])
    if visits and form.is_submitted():
        if form.validate() and begun.keep_begun(g.service, form.proposal()):
            kept = _(
                "Your idea is kept in this browser for a day. Sign in, or create an account: you"
                " will find it again, ready to be continued."
            )
            return finish(kept, url_for("security.login", next=url_for("ideas.new")), "info")
        if form.errors:
            return _step_shown(form, STEPS[0], None)

    @limit_writing
    def act() -> tuple[str, str]:
        saved = proposals.save_draft(
            current_session(), g.actor, g.service, form.proposal(), form_key=form.key
        )
        begun.forget_begun(g.service)
        return _kept(saved.id, STEPS[0], shared=False)

    return attempt(form, act, done=lambda told: told) or _step_shown(
        form, STEPS[0], None, begun=waiting is not None
    )


@blueprint.post("/idees/commencee/oublier")
def forget() -> Answer:
    """Forget what a visitor began in this browser."""
    begun.forget_begun(g.service)
    return finish(_("Nothing of it is kept in this browser any more."), url_for("ideas.index"))


@blueprint.route("/idees/<int:idea_id>/ecrire/<name>", methods=["GET", "POST"])
@takes_files
@reads_first
def write(idea_id: int, name: str) -> Answer:
    """A step of a draft, saved by itself."""
    step = next((each for each in STEPS if each == name), None)
    if step is None:
        raise NotFound
    if not g.actor.signed_in:
        return _signed_out(step)
    session, idea = current_session(), _own(idea_id)
    if idea.stage != DRAFT and request.method != "POST":
        return redirect(url_for("ideas.edit", idea_id=idea.id))
    form = _form(rows.proposal_of(session, idea), step)

    @limit_writing
    def act() -> tuple[str, str]:
        now = _held(idea)
        typed = form.proposal(now)
        _ensure_seen(form, now, typed, step)
        proposals.save_draft(session, g.actor, g.service, typed, idea=idea)
        if step == "lieu":
            attach_files(session, g.actor, g.service, OWNER, subject_of(idea.id), form.files.staged)
        return _kept(idea.id, step, shared=bool(idea.coauthors))

    return attempt(form, act, done=lambda told: told) or _step_shown(form, step, idea)


@blueprint.route("/idees/<int:idea_id>/soumettre", methods=["GET", "POST"])
@reads_first
def submit(idea_id: int) -> Answer:
    """A draft as everybody will read it, what resembles it, and the button that makes it public."""
    session, idea = current_session(), _own(idea_id)
    if idea.stage != DRAFT and request.method != "POST":
        return redirect(idea_url(idea))
    proposal = rows.proposal_of(session, idea)
    form = EditForm.showing(as_shown(proposal))

    @limit_submit
    def act() -> tuple[str, str]:
        now = _held(idea)
        ensure_unchanged(form.seen.data, as_shown(now))
        if idea.stage == DRAFT:
            proposals.submit_idea(session, g.actor, g.service, now, idea=idea)
        # A second click finds it public already.
        return _("Thank you! Your idea is public. The team of this service will read it."), (
            idea_url(idea)
        )

    return attempt(form, act, done=lambda told: told) or form_page(
        "ideas/submit.html",
        form,
        idea=idea,
        reading=read_idea(session, transitions.stage_graph(g.active), idea),
        files=shown_of(session, g.service.id, idea.id),
        undescribed=place_to_describe(session, g.service.id, idea.id),
        lacks=missing(proposal),
        steps=_steps(idea),
        alike=alike(session, g.service, g.actor, document_of(idea), MOST_ALIKE, idea.id),
        elsewhere=alike_elsewhere(
            session, g.service, g.active, g.actor, document_of(idea), MOST_ALIKE
        ),
        graph=transitions.stage_graph(g.active),
    )


@blueprint.route("/idees/<int:idea_id>/modifier", methods=["GET", "POST"])
@takes_files
@reads_first
def edit(idea_id: int) -> Answer:
    """All that an idea says, for those who write it, until it is examined; a draft in steps."""
    session, idea = current_session(), _own(idea_id)
    if idea.stage == DRAFT and request.method != "POST":
        return redirect(url_for("ideas.write", idea_id=idea.id, name=STEPS[0]))
    if request.method != "POST":
        proposals.require_editable(g.service, idea, g.actor)
    form = _form(rows.proposal_of(session, idea))

    @limit_submit
    def act() -> tuple[str, str]:
        now = _held(idea)
        typed = form.proposal(now)
        _ensure_seen(form, now, typed)
        saved = proposals.edit_idea(session, g.actor, g.service, idea, typed)
        attach_files(session, g.actor, g.service, OWNER, subject_of(idea.id), form.files.staged)
        place = place_to_describe(session, g.service.id, idea.id)
        said = _("Your changes are public.")
        return (f"{said} {_ask()}", place) if place else (said, idea_url(saved))

    return attempt(form, act, done=lambda told: told) or form_page(
        "ideas/form.html",
        form,
        idea=idea,
        criteria=criteria_of(session, g.service.id),
        attached=attached_to(session, g.service.id, idea.id),
    )


@blueprint.post("/idees/<int:idea_id>/supprimer")
def discard(idea_id: int) -> Answer:
    """Delete a draft."""
    proposals.discard_draft(current_session(), g.actor, g.service, _own(idea_id))
    return finish(_("The draft is deleted."), url_for("ideas.mine"))


def _signed_out(step: Step) -> Answer:
    """What was typed is shown again; of the draft nothing, not even whether it is there."""
    refusal = SignInRequired(_l("Please sign in to find your ideas."))
    if request.method != "POST":
        raise refusal
    form = _form(None, step)
    form.refuse(refusal)
    return _step_shown(form, step, None)


def _own(idea_id: int) -> Idea:
    idea = rows.idea_of(current_session(), g.service, idea_id)
    check_readable(current_session(), g.actor, g.service, idea)
    if request.method != "POST":
        require(g.actor, "idea.edit", g.service, idea)
    return idea


def _form(proposal: Proposal | None, step: Step | None = None) -> ProposalForm:
    session = current_session()
    return proposal_form(
        criteria_of(session, g.service.id),
        subjects_of(session, g.service.id),
        communes(session),
        proposal,
        step,
    )


def _held(idea: Idea) -> Proposal:
    """What ``idea`` says now, held: it was read before anybody waited for the database."""
    session = current_session()
    hold_account(session, g.actor)
    rows.hold_idea(session, g.service, idea)
    check_readable(session, g.actor, g.service, idea)
    proposals.require_editable(g.service, idea, g.actor)
    return rows.proposal_of(session, idea)


def _ensure_seen(
    form: ProposalForm, now: Proposal, typed: Proposal, step: Step | None = None
) -> None:
    # What is sent twice is said already, and no text of anybody's is lost.
    if not says_the_same(now, checked(typed, needed=())):
        ensure_unchanged(form.seen.data, as_shown(now, step))


def _kept(idea_id: int, step: Step, *, shared: bool) -> tuple[str, str]:
    """What is said once a step is saved, and where it goes on."""
    said = _("Your draft is saved. Only you can see it.")
    if shared:
        said = _("Your draft is saved. Only those who write it with you can see it.")
    if request.form.get("action") == "later":
        return said, url_for("ideas.mine")
    place = place_to_describe(current_session(), g.service.id, idea_id)
    if step == "lieu" and place is not None:
        return f"{said} {_ask()}", place
    later = STEPS[STEPS.index(step) + 1 :]
    if later and request.form.get("action") != "read":
        return said, url_for("ideas.write", idea_id=idea_id, name=later[0])
    return said, url_for("ideas.submit", idea_id=idea_id)


def _ask() -> str:
    return _("Say what each picture shows: it appears then.")


def _steps(idea: Idea | None) -> Sequence[tuple[Any, str | None]]:
    """The steps with their addresses, which they have once there is a draft."""
    if idea is None:
        return [*((TITLES[step], None) for step in STEPS), (_("Read it again"), None)]
    each = [(TITLES[step], url_for("ideas.write", idea_id=idea.id, name=step)) for step in STEPS]
    return [*each, (_("Read it again"), url_for("ideas.submit", idea_id=idea.id))]


def _step_shown(
    form: ProposalForm, step: Step, idea: Idea | None, *, begun: bool = False
) -> Answer:
    attached = attached_to(current_session(), g.service.id, idea.id) if idea else ()
    return form_page(
        "ideas/step.html",
        form,
        idea=idea,
        step=step,
        heading=TITLES[step],
        number=STEPS.index(step) + 1,
        steps=_steps(idea),
        criteria=[field for field in form if field.name.startswith("criterion_")],
        attached=attached if step == "lieu" else (),
        begun=begun,
        visits=not g.actor.signed_in,
    )
