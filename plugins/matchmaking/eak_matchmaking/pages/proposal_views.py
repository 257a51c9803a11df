"""The pages of proposals: the form, the page of each with its history, the agreement, and what its
organisation and the author of the idea answer."""

from typing import Any

from flask import g, redirect, url_for

from eak_core.api import (
    Answer,
    NotFound,
    ReasonForm,
    _,
    attempt,
    current_session,
    form_page,
    hidden_reason,
    idea_url,
    limited,
    paginate,
    public_idea,
    render,
    require,
)
from eak_matchmaking.models import Need, Offer, Presence
from eak_matchmaking.offers.offering import acted_for
from eak_matchmaking.organisations.finding import organisation_of
from eak_matchmaking.organisations.numbers import shown
from eak_matchmaking.organisations.wording import KIND_TITLES
from eak_matchmaking.pages import proposal_words, resource_words
from eak_matchmaking.pages.blueprint import blueprint
from eak_matchmaking.pages.proposal_forms import (
    AnswerForm,
    ProposalForm,
    ViewForm,
    WithdrawForm,
)
from eak_matchmaking.proposals import deciding, finding, proposing
from eak_matchmaking.proposals.finding import Seen
from eak_matchmaking.proposals.keeping import ensure_open, ensure_possible
from eak_matchmaking.proposals.tables import Proposal

limit_proposals = limited("matchmaking.proposal", "20/minute;200/day")


@blueprint.route("/idees/<int:idea_id>/proposer", methods=["GET", "POST"])
def propose(idea_id: int) -> Answer:
    """Offer to pilot an idea, for the organisation one acts for."""
    session, form = current_session(), ProposalForm()
    organisation = acted_for(session, g.actor, g.service)
    idea = public_idea(session, g.service, idea_id)
    ensure_possible(session, g.service, idea)
    matched = proposing.awaited(session, organisation.id, idea.id)
    form.offer_choices(
        finding.offers_to_choose(session, g.service.id, organisation.id),
        finding.needs_to_choose(session, g.service.id, idea.id),
    )
    if matched is not None:
        # A place of the offer that the round has found is kept for it.
        del form.offer

    @limit_proposals
    def act() -> Proposal:
        return proposing.propose(session, g.actor, g.service, idea, form.terms(), form_key=form.key)

    said = _("Your proposal is on its way: this page says whom it waits for.")
    done = attempt(form, act, done=lambda made: (said, place_of(made)))
    if done is not None:
        return done
    before = None if form.is_submitted() else finding.living(session, organisation.id, idea.id)
    if before is not None and before.brings:
        return redirect(place_of(before))
    return form_page(
        "matchmaking/proposal_form.html", form, idea=idea, organisation=organisation,
        matched=matched, back=idea_url(idea),
    )  # fmt: skip


@blueprint.get("/propositions/<int:proposal_id>")
def proposal(proposal_id: int) -> Answer:
    """One proposal, as far as whoever reads it may: what it says, and what happened."""
    session, seen = current_session(), seen_by_reader(proposal_id)
    whole = [
        each
        for each in finding.steps_of(session, seen.proposal.id)
        if seen.whole or each.kind in proposal_words.PUBLIC_STEPS
    ]
    return render(
        "matchmaking/proposal.html",
        steps=whole,
        waits=seen.proposal.waits_for,
        **_described(seen),
    )


@blueprint.get("/propositions/<int:proposal_id>/accord")
def agreement(proposal_id: int) -> Answer:
    """The agreement on a pilot, as one page to print."""
    seen = seen_by_reader(proposal_id)
    if seen.proposal.accepted_at is None:
        raise NotFound(_("There is no agreement at this address."))
    organisation = seen.organisation
    return render(
        "matchmaking/agreement.html",
        kind=KIND_TITLES[organisation.kind],
        number=shown(organisation.identifier) if organisation.identifier else "",
        address=url_for(".proposal", proposal_id=proposal_id, _external=True),
        **_described(seen),
    )


def _described(seen: Seen) -> dict[str, Any]:
    session, about = current_session(), seen.proposal
    offer = session.get(Offer, about.offer_id) if about.offer_id else None
    if offer is not None and hidden_reason(session, g.service.id, offer.subject) is not None:
        offer = None
    need = session.get(Need, about.need_id) if about.need_id else None
    if need is not None and hidden_reason(session, g.service.id, need.subject) is not None:
        need = None
    title = (
        seen.idea.title if seen.idea_public or seen.manager else _("an idea that is not public now")
    )
    return {
        "seen": seen,
        "proposal": about,
        "organisation": seen.organisation,
        "idea": seen.idea,
        "idea_title": title,
        "title": proposal_words.title_of(title, seen.organisation.name),
        "offer": offer,
        "need": need,
        "words": proposal_words,
        "amount": resource_words.amount,
    }


@blueprint.get("/<int:organisation_id>/propositions")
def our_proposals(organisation_id: int) -> Answer:
    """What an organisation has proposed, for its members: what waits for them first."""
    session = current_session()
    organisation = organisation_of(session, g.service, organisation_id)
    require(g.actor, "matchmaking.act", g.service, organisation)
    return render(
        "matchmaking/our_proposals.html",
        organisation=organisation,
        presence=session.get_one(Presence, (g.service.id, organisation.id)),
        page=paginate(session, finding.of_organisation(g.service.id, organisation.id)),
        words=proposal_words,
    )


@blueprint.route("/propositions/<int:proposal_id>/avis", methods=["GET", "POST"])
def view_proposal(proposal_id: int) -> Answer:
    """Say what the author of the idea thinks of a proposal."""
    session, form, seen = current_session(), ViewForm(), seen_by_reader(proposal_id)
    require(g.actor, "matchmaking.view_pilot", g.service, seen.idea)
    ensure_open(seen.proposal)

    @limit_proposals
    def act() -> None:
        view, words = form.view.data or "", form.words.data or ""
        deciding.give_view(session, g.actor, g.service, seen.proposal, view, words)

    return attempt(
        form, act, done=lambda _none: (_("Your view is kept."), place_of(seen.proposal))
    ) or act_page(
        seen, form, _("What do you think of this proposal?"), _("Give my view"),
        told=_("The service decides with your view before its eyes. You can give it anew until"
               " then."),
    )  # fmt: skip


@blueprint.route("/propositions/<int:proposal_id>/repondre", methods=["GET", "POST"])
def answer_proposal(proposal_id: int) -> Answer:
    """Answer what the service asked about a proposal."""
    session, form, seen = current_session(), AnswerForm(), seen_by_reader(proposal_id)
    proposing.require_member(session, g.actor, g.service, seen.proposal)
    ensure_open(seen.proposal)

    @limit_proposals
    def act() -> None:
        words = form.words.data or ""
        proposing.answer(session, g.actor, g.service, seen.proposal, words)

    return attempt(
        form, act, done=lambda _none: (_("Your answer is on its way."), place_of(seen.proposal))
    ) or act_page(
        seen, form, _("Answer the service"), _("Send the answer"),
        quoted=finding.words_of(session, proposal_id, "asked_back"),
    )  # fmt: skip


@blueprint.route("/propositions/<int:proposal_id>/retirer", methods=["GET", "POST"])
def withdraw_proposal(proposal_id: int) -> Answer:
    """Take a proposal back before it was decided."""
    session, form, seen = current_session(), WithdrawForm(), seen_by_reader(proposal_id)
    proposing.require_member(session, g.actor, g.service, seen.proposal)
    ensure_open(seen.proposal)

    def act() -> None:
        words = form.words.data or ""
        proposing.withdraw(session, g.actor, g.service, seen.proposal, words)

    return attempt(
        form, act, done=lambda _none: (_("Your proposal is withdrawn."), place_of(seen.proposal))
    ) or act_page(
        seen, form, _("Withdraw the proposal"), _("Withdraw it"), style="danger",
        told=_("Nobody decides about it any more. You can propose something else later."),
    )  # fmt: skip


@blueprint.route("/propositions/<int:proposal_id>/terminer", methods=["GET", "POST"])
def end_pilot(proposal_id: int) -> Answer:
    """End a pilot, for its organisation and for those who run the service."""
    session, form, seen = current_session(), ReasonForm(), seen_by_reader(proposal_id)
    if not seen.manager:
        proposing.require_member(session, g.actor, g.service, seen.proposal)

    def act() -> None:
        deciding.end(session, g.actor, g.service, seen.proposal, form.reason.data or "")

    return attempt(
        form, act, done=lambda _none: (_("The pilot has ended."), place_of(seen.proposal))
    ) or act_page(
        seen, form, _("End the pilot"), _("End the pilot"), style="danger",
        told=_("What it had of an offer is free again, and what it brought is missing again. Its"
               " page stays, with your reason."),
    )  # fmt: skip


def act_page(seen: Seen, form: Any, heading: str, button: str, **values: Any) -> Answer:
    """A page with one form about a proposal."""
    return form_page(
        "matchmaking/proposal_act.html", form, heading=heading, button=button,
        **_described(seen), **values,
    )  # fmt: skip


def seen_by_reader(proposal_id: int) -> Seen:
    """A proposal as far as whoever asks may read it; `NotFound` otherwise."""
    return finding.proposal_for(current_session(), g.actor, g.service, proposal_id)


def place_of(about: Proposal) -> str:
    """The address of a proposal's page."""
    return url_for("matchmaking.proposal", proposal_id=about.id)
