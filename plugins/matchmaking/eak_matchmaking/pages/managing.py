"""Partners, for those who run a service: who is there, verified or not, and who is there twice."""

from typing import Any

from flask import g, url_for

from eak_core.api import (
    Answer,
    ReasonForm,
    _,
    attempt,
    current_session,
    form_page,
    paginate,
    render,
)
from eak_matchmaking.models import Organisation, Presence
from eak_matchmaking.organisations import finding, registering, reported, rights, standing
from eak_matchmaking.organisations.wording import KIND_TITLES
from eak_matchmaking.pages.blueprint import manage
from eak_matchmaking.pages.forms import MergeForm
from eak_matchmaking.pages.organisations import answered_for, place_of


@manage.get("/")
def index() -> Answer:
    """The partners of the service, those that wait for a look first."""
    page = paginate(current_session(), finding.at_desk(g.service.id))
    answered = {
        each.Organisation.id
        for each in page.items
        if rights.answers(g.actor, g.service, each.Organisation)
    }
    return render("matchmaking/manage.html", page=page, answered=answered, titles=KIND_TITLES)


@manage.route("/<int:organisation_id>/verifier", methods=["GET", "POST"])
def verify(organisation_id: int) -> Answer:
    """Verify an organisation with a public reason, or take that back."""
    session, form = current_session(), ReasonForm()
    organisation = finding.organisation_of(session, g.service, organisation_id)
    registering.require_open(organisation)
    presence = session.get_one(Presence, (g.service.id, organisation.id))
    verified = presence.verified_at is None
    return attempt(
        form,
        lambda: standing.verify(
            session, g.actor, g.service, organisation, form.reason.data or "", verified=verified
        ),
        done=lambda _none: (
            _("The organisation is verified.") if verified else _("It is no longer verified."),
            url_for(".index"),
        ),
    ) or form_page("matchmaking/verify.html", form, organisation=organisation, presence=presence)


@manage.route("/<int:organisation_id>/fusionner", methods=["GET", "POST"])
def merge(organisation_id: int) -> Answer:
    """Merge an organisation that was registered twice into another one."""
    session, form = current_session(), MergeForm()
    organisation = answered_for(organisation_id)
    registering.require_open(organisation)
    others = [
        each
        for each in finding.others(session, g.service.id, organisation.id)
        if rights.answers(g.actor, g.service, each)
    ]
    form.offer(others)

    def act() -> Organisation:
        into = finding.organisation_of(session, g.service, form.into.data)
        standing.merge(session, g.actor, g.service, organisation, into, form.reason.data or "")
        return into

    return attempt(
        form, act, done=lambda into: (_("The two are one now."), place_of(into))
    ) or form_page("matchmaking/merge.html", form, organisation=organisation, others=others)


@manage.route("/<int:organisation_id>/masquer", methods=["GET", "POST"])
def hide_organisation(organisation_id: int) -> Answer:
    """Hide what an organisation says of itself, with a public reason."""
    return _moderate(organisation_id, reported.hide_texts, _("What it says of itself is hidden."))


@manage.route("/<int:organisation_id>/retablir", methods=["GET", "POST"])
def show_organisation(organisation_id: int) -> Answer:
    """Show it again, with a public reason."""
    return _moderate(organisation_id, reported.show_texts, _("It is shown again."))


def _moderate(organisation_id: int, act: Any, said: str) -> Answer:
    session, form = current_session(), ReasonForm()
    organisation = finding.organisation_of(session, g.service, organisation_id)
    return attempt(
        form,
        lambda: act(session, g.actor, g.service, organisation, form.reason.data or ""),
        done=(said, place_of(organisation)),
    ) or form_page(
        "matchmaking/organisation_moderate.html",
        form,
        organisation=organisation,
        hides=act is reported.hide_texts,
    )
