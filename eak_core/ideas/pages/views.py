"""The pages of ideas for readers and authors: list, page, form, drafts, withdrawal."""

from dataclasses import replace

from flask import g, redirect, request, url_for

from eak_core import clock
from eak_core.db import current_session
from eak_core.errors import NotFound
from eak_core.i18n import _
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.content import rows
from eak_core.ideas.content.attachments import shown_of, shown_of_all
from eak_core.ideas.deciding import merging, prepared, screening, transitions
from eak_core.ideas.describing.territory import communes
from eak_core.ideas.models import Idea
from eak_core.ideas.pages.display import words
from eak_core.ideas.pages.filtering import active_filters, feed_values, read_filters
from eak_core.ideas.pages.forms import (
    StageForm,
    WithdrawForm,
)
from eak_core.ideas.pages.spread import spread
from eak_core.ideas.proposing import proposals
from eak_core.ideas.reading import listing, places
from eak_core.ideas.reading.details import read_idea
from eak_core.ideas.stages import Stage
from eak_core.ideas.telling.history import history_of
from eak_core.ideas.visibility import IdeaElsewhere, IdeaGone, check_readable
from eak_core.permissions import SignInRequired, require
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.plugins.per_request.slots import slot_cards
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page
from eak_core.web.caching import valid_until
from eak_core.web.pagination import cut, paginate

blueprint = ServiceBlueprint("ideas", __name__)
blueprint.context_processor(words)


@blueprint.get("/idees/")
def index() -> Answer:
    """The public ideas of the service, as the reader wants them."""
    session = current_session()
    every = communes(session)
    form, filters = read_filters(session, g.service, g.active, every)
    found = listing.found(session, g.service.id, g.actor, filters)
    if found is None:
        ids = listing.latest_ids(session, g.service.id, filters)
        listed = listing.listed(session, g.service.id, filters, ids)
        page = paginate(
            session,
            listed,
            total=listing.counted(session, g.service.id, filters),
            counting=listing.countable(listed),
        )
    else:
        ids = [hit.id for hit in found.hits]
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
        spread=spread(session, g.service.id, filters, every, ids),
        more=found is not None and bool(found.more),
        graph=transitions.stage_graph(g.active),
        extras=slot_cards(cards),
        files=shown_of_all(session, g.service.id, cards),
    )


@blueprint.get("/idees/<int:idea_id>")
@blueprint.get("/idees/<int:idea_id>-<slug>")
def show(idea_id: int, slug: str = "") -> Answer:
    """One idea; a former title in the address leads to the present one, and so does a service where
    it was before."""
    try:
        idea = rows.idea_of(current_session(), g.service, idea_id)
    except NotFound:
        place = places.leads_to(current_session(), g.actor, g.service, idea_id)
        if place is None:
            raise
        # Not for ever: it may come back, and no browser must lead round in circles then.
        slug, there = place
        return redirect(url_for("ideas.show", service_slug=slug, idea_id=there), 302)
    try:
        check_readable(current_session(), g.actor, g.service, idea)
    except IdeaElsewhere as merged:
        # Without its title, which its own page gives to whoever may read it.
        return redirect(url_for("ideas.show", idea_id=merged.into_id), 301)
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
    offered, near = _may_bring(idea)
    waiting = prepared.prepared_for(session, idea) if offered else None
    if offered and stage_form is None:
        stage_form = StageForm.showing(prepared.terms(waiting))
        stage_form.stage.data = idea.stage
        stage_form.offer(offered)
    reading = read_idea(session, graph, idea)
    merged = merging.merged_into(session, idea)
    transfers = places.transfers_of(session, idea.id)
    if transfers:
        # It names other services, and what these are called and who may read them is in their logs.
        valid_until(clock.now())
    return render(
        "ideas/show.html",
        idea=idea,
        reading=reading,
        history=history_of(reading, merged, places.told_of(session, g.actor, transfers)),
        files=shown_of(session, g.service.id, idea.id),
        merged=merged,
        form=stage_form if offered else None,
        near=near,
        waiting=waiting,
        can_withdraw=transitions.can_withdraw(g.active, g.service, idea, g.actor),
        can_edit=proposals.can_edit(g.service, idea, g.actor),
    )


def _may_bring(idea: Idea) -> tuple[list[Stage], screening.Nearness | None]:
    """Where the reader may bring an idea; and why not out of its screening, where they are too near
    to it."""
    offered = transitions.next_stages(g.active, g.service, idea, g.actor)
    if not offered or idea.stage not in screening.OPEN:
        return offered, None
    near = screening.nearness(current_session(), g.service, idea, g.actor)
    if near is not None:
        offered = [each for each in offered if each.name in screening.OPEN]
    return offered, near


@blueprint.get("/idees/les-miennes")
def mine() -> Answer:
    """The reader's own ideas in this service, drafts first."""
    if not g.actor.signed_in:
        raise SignInRequired(_("Please sign in to find your ideas."))
    cards = listing.own_ideas(current_session(), g.service.id, g.actor.person_id)
    return render("ideas/mine.html", cards=cards, graph=transitions.stage_graph(g.active))


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
        prepared.ensure_shown(
            session, g.service, idea, form.to.data, form.reason.data, form.seen.data
        )
        (transitions.change_stage if publishes else prepared.prepare)(
            session, g.actor, g.service, g.active, idea,
            form.to.data, form.reason.data, seen=form.stage.data or None,
        )  # fmt: skip

    done = attempt(form, decide, done=said)
    if done is not None:
        return done
    form.offer(_may_bring(idea)[0])
    form.stage.data = idea.stage
    return page_of(idea, form), form.answer_status


@blueprint.post("/idees/<int:idea_id>/reponse/oublier")
def discard_prepared(idea_id: int) -> Answer:
    """Forget the answer that was prepared."""
    idea = rows.idea_of(current_session(), g.service, idea_id)
    check_readable(current_session(), g.actor, g.service, idea)
    prepared.discard(current_session(), g.actor, g.service, idea)
    return finish(_("What was prepared is forgotten."), f"{idea_url(idea)}#decision")
