"""The pages of ideas for readers and authors: list, page, form, drafts, withdrawal."""

from dataclasses import replace

from flask import g, redirect, request, url_for

from eak_core.db import current_session
from eak_core.files.attaching import attach_files
from eak_core.i18n import _
from eak_core.ideas import begun, listing, prepared, proposals, rows, transitions
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.attachments import OWNER, attached_to, shown_of, shown_of_all
from eak_core.ideas.criteria import criteria_of
from eak_core.ideas.display import words
from eak_core.ideas.filtering import active_filters, feed_values, read_filters
from eak_core.ideas.forms import (
    ProposalForm,
    StageForm,
    WithdrawForm,
    as_shown,
    proposal_form,
)
from eak_core.ideas.history import history_of
from eak_core.ideas.models import Criterion, Idea
from eak_core.ideas.reading import read_idea
from eak_core.ideas.stages import DRAFT
from eak_core.ideas.subjects import subjects_of
from eak_core.ideas.territory import communes
from eak_core.ideas.texts import Proposal, checked, says_the_same
from eak_core.ideas.visibility import IdeaGone, check_readable, subject_of
from eak_core.people.accounts import hold_account
from eak_core.permissions import SignInRequired, require
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.plugins.per_request.slots import slot_cards
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page, reads_first
from eak_core.web.edits import ensure_unchanged
from eak_core.web.limits import limit_submit
from eak_core.web.pagination import cut, paginate
from eak_core.web.uploads import takes_files

blueprint = ServiceBlueprint("ideas", __name__)
blueprint.context_processor(words)


@blueprint.get("/idees/")
def index() -> Answer:
    """The public ideas of the service, as the reader wants them."""
    session = current_session()
    form, filters = read_filters(session, g.service, g.active)
    found = listing.found(session, g.service.id, g.actor, filters)
    if found is None:
        page = paginate(
            session,
            listing.listed(session, g.service.id, filters),
            total=listing.counted(session, g.service.id, filters),
        )
    else:
        page = cut(found.hits)
        page = replace(page, items=listing.rows_of(session, [hit.id for hit in page.items]))
    cards = listing.cards(session, page.items)
    return form_page(
        "ideas/index.html",
        form,
        filters=filters,
        active_filters=active_filters(form),
        feed=feed_values(),
        page=replace(page, items=cards),
        more=found is not None and bool(found.more),
        graph=transitions.stage_graph(g.active),
        extras=slot_cards(cards),
        files=shown_of_all(session, g.service.id, cards),
    )


@blueprint.get("/idees/<int:idea_id>")
@blueprint.get("/idees/<int:idea_id>-<slug>")
def show(idea_id: int, slug: str = "") -> Answer:
    """One idea; a former title in the address leads to the present one."""
    idea = rows.idea_of(current_session(), g.service, idea_id)
    try:
        check_readable(current_session(), g.actor, g.service, idea)
    except IdeaGone as gone:
        # No redirect here: the address would give the title away.
        return render("ideas/gone.html", idea_id=idea.id, gone=gone), 410
    if slug != idea.slug:
        return redirect(idea_url(idea), 301)
    return page_of(idea)


def page_of(idea: Idea, stage_form: StageForm | None = None) -> str:
    """The page of a readable idea, with the manager's form where they may move it."""
    session = current_session()
    graph = transitions.stage_graph(g.active)
    offered = transitions.next_stages(g.active, g.service, idea, g.actor)
    waiting = prepared.prepared_for(session, idea) if offered else None
    if offered and stage_form is None:
        stage_form = StageForm.showing(prepared.terms(waiting))
        stage_form.stage.data = idea.stage
        stage_form.offer(offered)
    reading = read_idea(session, graph, idea)
    return render(
        "ideas/show.html",
        idea=idea,
        reading=reading,
        history=history_of(reading),
        files=shown_of(session, g.service.id, idea.id),
        form=stage_form if offered else None,
        waiting=waiting,
        can_withdraw=transitions.can_withdraw(g.active, g.service, idea, g.actor),
        can_edit=proposals.can_edit(g.service, idea, g.actor),
    )


@blueprint.get("/idees/les-miennes")
def mine() -> Answer:
    """The reader's own ideas in this service, drafts first."""
    if not g.actor.signed_in:
        raise SignInRequired(_("Please sign in to find your ideas."))
    cards = listing.own_ideas(current_session(), g.service.id, g.actor.person_id)
    return render("ideas/mine.html", cards=cards, graph=transitions.stage_graph(g.active))


@blueprint.route("/idees/nouvelle", methods=["GET", "POST"])
@takes_files
@reads_first
def new() -> Answer:
    """The form of a new idea. A visitor may begin: what they typed stays in their browser while
    they sign in or make an account, and this page shows it again."""
    visits = not g.actor.signed_in and g.service.archived_at is None
    if request.method != "POST" and not visits:
        require(g.actor, "idea.submit", g.service)
    form, criteria = _open_form(begun.begun(g.service))
    if visits and form.is_submitted() and not form.files.data:
        if not form.validate():
            return _form_shown(form, criteria, None)
        if begun.keep_begun(g.service, form.proposal(criteria)):
            kept = _(
                "Your idea is kept in this browser for a day. Sign in, or create an account: you"
                " will find it again, ready to be submitted."
            )
            return finish(kept, url_for("security.login", next=url_for("ideas.new")), "info")
    return _write(form, criteria, None)


@blueprint.route("/idees/<int:idea_id>/modifier", methods=["GET", "POST"])
@takes_files
@reads_first
def edit(idea_id: int) -> Answer:
    """The form again, for the author of a draft or of an idea that is not being examined yet."""
    session = current_session()
    idea = rows.idea_of(session, g.service, idea_id)
    check_readable(session, g.actor, g.service, idea)
    if request.method != "POST":
        proposals.require_editable(g.service, idea, g.actor)
    form, criteria = _open_form(rows.proposal_of(session, idea))
    return _write(form, criteria, idea)


def _open_form(proposal: Proposal | None = None) -> tuple[ProposalForm, list[Criterion]]:
    session = current_session()
    criteria = criteria_of(session, g.service.id)
    subjects = subjects_of(session, g.service.id)
    return proposal_form(criteria, subjects, communes(session), proposal), criteria


def _write(form: ProposalForm, criteria: list[Criterion], idea: Idea | None) -> Answer:
    """Show the form, or save what it holds; whatever is refused is shown again as typed."""
    done = attempt(form, lambda: _save(form, criteria, idea), done=lambda told: told)
    return done or _form_shown(form, criteria, idea)


def _form_shown(form: ProposalForm, criteria: list[Criterion], idea: Idea | None) -> Answer:
    return form_page(
        "ideas/form.html",
        form,
        criteria=criteria,
        idea=idea,
        attached=attached_to(current_session(), g.service.id, idea.id) if idea else (),
        is_draft=idea is None or idea.stage == DRAFT,
        begun=idea is None and begun.begun(g.service) is not None,
        visits=not g.actor.signed_in,
        signed_out=isinstance(form.refusal, SignInRequired),
    )


@limit_submit
def _save(form: ProposalForm, criteria: list[Criterion], idea: Idea | None) -> tuple[str, str]:
    """Save what was typed; answers what is said of it, and where that is."""
    session = current_session()
    proposal = form.proposal(criteria)
    if idea is not None:
        # As it stands now: it was read before anybody waited for the database.
        hold_account(session, g.actor)
        session.refresh(idea, with_for_update=True)
        check_readable(session, g.actor, g.service, idea)
        proposals.require_editable(g.service, idea, g.actor)
        now = rows.proposal_of(session, idea)
        # What is sent twice is said already, and no text of anybody's is lost.
        if not says_the_same(now, checked(proposal, needed=())):
            ensure_unchanged(form.seen.data, as_shown(now))
    draft = request.form.get("action") == "draft"
    if idea is not None and idea.stage != DRAFT:
        saved = proposals.edit_idea(session, g.actor, g.service, idea, proposal)
        said = _("Your changes are public.")
    elif draft:
        saved = proposals.save_draft(
            session, g.actor, g.service, proposal, idea=idea, form_key=form.key
        )
        said = _("Your draft is saved. Only you can see it.")
    else:
        saved = proposals.submit_idea(
            session, g.actor, g.service, proposal, idea=idea, form_key=form.key
        )
        said = _("Thank you! Your idea is public. The team of this service will read it.")
        if saved.changed:
            said = _("Your changes are public.")
    if idea is None:
        begun.forget_begun(g.service)
    attach_files(session, g.actor, g.service, OWNER, subject_of(saved.id), form.files.staged)
    place = place_to_describe(saved.id)
    if place is not None:
        ask = _("Say what each picture shows: it appears then.")
        return f"{said} {ask}", place
    return said, url_for("ideas.edit", idea_id=saved.id) if draft else idea_url(saved)


def place_to_describe(idea_id: int) -> str | None:
    """Where the author describes the pictures of an idea that nobody sees yet; None where all are
    described."""
    if all(file.is_shown for file in attached_to(current_session(), g.service.id, idea_id)):
        return None
    return url_for("ideas.files", idea_id=idea_id)


@blueprint.post("/idees/<int:idea_id>/supprimer")
def discard(idea_id: int) -> Answer:
    """Delete a draft."""
    session = current_session()
    idea = rows.idea_of(session, g.service, idea_id)
    check_readable(session, g.actor, g.service, idea)
    proposals.discard_draft(session, g.actor, g.service, idea)
    return finish(_("The draft is deleted."), url_for("ideas.mine"))


@blueprint.route("/idees/<int:idea_id>/retirer", methods=["GET", "POST"])
def withdraw(idea_id: int) -> Answer:
    """Ask the author for a public reason, then take the idea back."""
    session, form = current_session(), WithdrawForm()
    idea = rows.idea_of(session, g.service, idea_id)
    check_readable(session, g.actor, g.service, idea)
    require(g.actor, "idea.withdraw", g.service, idea)
    return attempt(
        form,
        lambda: transitions.withdraw_idea(
            session, g.actor, g.service, g.active, idea, form.reason.data
        ),
        done=(_("Your idea is withdrawn. Its page says so, with your reason."), idea_url(idea)),
    ) or form_page("ideas/withdraw.html", form, idea=idea)


@blueprint.post("/idees/<int:idea_id>/etape")
def change_stage(idea_id: int) -> Answer:
    """A manager brings the idea to another stage."""
    session, form = current_session(), StageForm()
    idea = rows.idea_of(session, g.service, idea_id)
    check_readable(session, g.actor, g.service, idea)
    require(g.actor, "idea.change_stage", g.service, idea)
    graph = transitions.stage_graph(g.active)
    # Every stage is let through here, so that the domain says why one cannot be reached.
    form.offer(graph.stages())

    publishes = request.form.get("act") != "prepare"

    def said(_done: object) -> tuple[str, str]:
        stage = graph.stage(form.to.data).title
        if publishes:
            return _("The idea is now in “%(stage)s”.", stage=stage), idea_url(idea)
        told = _(
            "Your answer is prepared, and only those who decide here read it: publish it from this"
            " page."
        )
        return told, f"{idea_url(idea)}#decision"

    def decide() -> None:
        prepared.ensure_shown(session, idea, form.to.data, form.reason.data, form.seen.data)
        (transitions.change_stage if publishes else prepared.prepare)(
            session, g.actor, g.service, g.active, idea,
            form.to.data, form.reason.data, seen=form.stage.data or None,
        )  # fmt: skip

    done = attempt(form, decide, done=said)
    if done is not None:
        return done
    form.offer(transitions.next_stages(g.active, g.service, idea, g.actor))
    form.stage.data = idea.stage
    return page_of(idea, form), form.answer_status


@blueprint.post("/idees/<int:idea_id>/reponse/oublier")
def discard_prepared(idea_id: int) -> Answer:
    """Forget the answer that was prepared."""
    idea = rows.idea_of(current_session(), g.service, idea_id)
    check_readable(current_session(), g.actor, g.service, idea)
    prepared.discard(current_session(), g.actor, g.service, idea)
    return finish(_("What was prepared is forgotten."), f"{idea_url(idea)}#decision")
