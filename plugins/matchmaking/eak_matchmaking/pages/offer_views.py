"""The pages of offers: the list of a service, each one's own, and the forms of its organisation."""

from collections.abc import Sequence
from typing import Any

from flask import g, url_for

from eak_core.api import (
    Answer,
    Form,
    ReasonForm,
    Session,
    _,
    attempt,
    communes,
    current_session,
    finish,
    form_page,
    hidden_reasons,
    limited,
    matching,
    may,
    paginate,
    render,
)
from eak_matchmaking.models import Offer
from eak_matchmaking.offers import ending, finding, moderating, offering
from eak_matchmaking.organisations.finding import acting_for, names_of
from eak_matchmaking.pages import resource_words
from eak_matchmaking.pages.blueprint import blueprint, manage
from eak_matchmaking.pages.resource_forms import offer_form, offers_form
from eak_matchmaking.subscribers import OFFERS

#: So many are counted and shown of a list: who looks for more asks for less.
MOST_SHOWN = 1_000

limit_offers = limited("matchmaking.offer", "20/minute;200/day")


@blueprint.get("/offres")
@limited("matchmaking.search", "60/minute", reads=True)
def offers() -> Answer:
    """What partners offer to the service now."""
    session = current_session()
    form = offers_form(session)
    filters = form.filters()
    found = matching(session, g.service.id, OFFERS, form.text)
    query = finding.listed(g.service.id, filters).where(*found)
    page = paginate(session, query, most=MOST_SHOWN)
    return form_page(
        "matchmaking/offers.html",
        form,
        page=page,
        narrow=filters.narrow or bool(form.text),
        acting=acting_for(session, g.actor),
        **_described(session, page.items),
    )


@blueprint.get("/offres/les-notres")
def our_offers() -> Answer:
    """All that the organisation one acts for has offered, drafts first."""
    session = current_session()
    organisation = offering.acted_for(session, g.actor, g.service)
    page = paginate(session, finding.own_offers(g.service.id, organisation.id))
    return render(
        "matchmaking/our_offers.html",
        page=page,
        organisation=organisation,
        **_described(session, page.items),
    )


def _described(session: Session, shown: Sequence[Offer]) -> dict[str, Any]:
    """What lists of offers name: organisations, communes, and why some are hidden, with a statement
    for each."""
    subjects = [each.subject for each in shown]
    return {
        "hidden": hidden_reasons(session, g.service.id, subjects),
        "organisations": names_of(session, {each.organisation_id for each in shown}),
        "places": {each.code: each.name for each in communes(session)},
        "words": resource_words,
    }


@blueprint.get("/offres/<int:offer_id>")
def offer(offer_id: int) -> Answer:
    """One offer, also one that has ended; a draft to its own members."""
    session = current_session()
    shown = finding.offer_for(session, g.actor, g.service, offer_id)
    acting = acting_for(session, g.actor)
    private = finding.may_read_private(session, g.actor, g.service, shown)
    return render(
        "matchmaking/offer.html",
        offer=shown,
        own=acting is not None and acting.id == shown.organisation_id,
        private=shown.private_conditions if private else "",
        runs=may(g.actor, "matchmaking.run", g.service),
        **_described(session, [shown]),
    )


@blueprint.route("/offres/nouvelle", methods=["GET", "POST"])
def new_offer() -> Answer:
    """Prepare an offer of the organisation one acts for."""
    session = current_session()
    organisation = offering.acted_for(session, g.actor, g.service)
    form = offer_form(session)

    @limit_offers
    def act() -> Offer:
        return offering.draft(session, g.actor, g.service, form.terms(), form_key=form.key)

    said = _("Your draft is kept: only your organisation sees it. Read it again, then publish it.")
    return attempt(form, act, done=lambda made: (said, place_of(made))) or form_page(
        "matchmaking/offer_form.html", form, offer=None, organisation=organisation
    )


@blueprint.route("/offres/<int:offer_id>/modifier", methods=["GET", "POST"])
def edit_offer(offer_id: int) -> Answer:
    """Change an offer of one's own, a draft or one that is open."""
    session = current_session()
    shown = _own(offer_id)
    organisation = offering.acted_for(session, g.actor, g.service)
    form = offer_form(session, shown)

    @limit_offers
    def act() -> None:
        offering.edit_offer(session, g.actor, g.service, shown, form.terms(), seen=form.seen.data)

    published = shown.published_at is not None
    said = _("Your changes are public.") if published else _("Your draft is kept.")
    return attempt(form, act, done=lambda _none: (said, place_of(shown))) or form_page(
        "matchmaking/offer_form.html", form, offer=shown, organisation=organisation
    )


@blueprint.post("/offres/<int:offer_id>/publier")
@limit_offers
def publish_offer(offer_id: int) -> Answer:
    """Show a draft to everybody."""
    shown = _own(offer_id)
    offering.publish_offer(current_session(), g.actor, g.service, shown)
    return finish(_("Your offer is public."), place_of(shown))


@blueprint.post("/offres/<int:offer_id>/supprimer")
@limit_offers
def discard_offer(offer_id: int) -> Answer:
    """Delete a draft."""
    offering.discard(current_session(), g.actor, g.service, _own(offer_id))
    return finish(_("The draft is deleted."), url_for(".our_offers"))


@blueprint.route("/offres/<int:offer_id>/terminer", methods=["GET", "POST"])
def end_offer(offer_id: int) -> Answer:
    """Ask once more, then end an offer."""
    session, form, shown = current_session(), Form(), _own(offer_id)
    return attempt(
        form,
        lambda: ending.take_back(session, g.actor, g.service, shown),
        done=(_("The offer has ended. Its page says so."), place_of(shown)),
    ) or form_page("matchmaking/offer_end.html", form, offer=shown)


@manage.route("/offres/<int:offer_id>/masquer", methods=["GET", "POST"])
def hide(offer_id: int) -> Answer:
    """Hide an offer, with a public reason."""
    return _moderate(offer_id, moderating.hide_offer, _("The offer is hidden."))


@manage.route("/offres/<int:offer_id>/retablir", methods=["GET", "POST"])
def restore(offer_id: int) -> Answer:
    """Show a hidden offer again, with a public reason."""
    return _moderate(offer_id, moderating.show_offer, _("The offer is shown again."))


def _moderate(offer_id: int, act: Any, said: str) -> Answer:
    session, form = current_session(), ReasonForm()
    shown = finding.offer_for(session, g.actor, g.service, offer_id)
    return attempt(
        form,
        lambda: act(session, g.actor, g.service, shown, form.reason.data or ""),
        done=(said, place_of(shown)),
    ) or form_page(
        "matchmaking/offer_moderate.html",
        form,
        offer=shown,
        hides=act is moderating.hide_offer,
    )


def _own(offer_id: int) -> Offer:
    """An offer of the organisation one acts for. `NotFound` and `Forbidden` otherwise."""
    session = current_session()
    shown = finding.offer_for(session, g.actor, g.service, offer_id)
    offering.ensure_own(session, g.actor, g.service, shown)
    return shown


def place_of(shown: Offer) -> str:
    """The address of an offer's page."""
    return url_for("matchmaking.offer", offer_id=shown.id)
