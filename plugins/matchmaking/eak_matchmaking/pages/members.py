"""The pages of who acts for an organisation: its members, and what an invitation leads to."""

from flask import g, request, url_for

from eak_core.api import (
    Answer,
    Form,
    _,
    attempt,
    current_session,
    finish,
    form_page,
    limited,
    person_names,
)
from eak_matchmaking.models import Member, Organisation
from eak_matchmaking.organisations import finding, members
from eak_matchmaking.organisations.wording import ROLE_TITLES
from eak_matchmaking.pages.blueprint import blueprint
from eak_matchmaking.pages.forms import InviteForm
from eak_matchmaking.pages.organisations import answered_for, place_of

limit_invite = limited("matchmaking.invite", "10/minute;60/day")


@blueprint.route("/<int:organisation_id>/membres", methods=["GET", "POST"])
def team(organisation_id: int) -> Answer:
    """Who acts for an organisation, for whoever answers for it, with a form to invite."""
    session, form = current_session(), InviteForm()
    organisation = answered_for(organisation_id)

    @limit_invite
    def invite() -> None:
        members.invite(
            session, g.actor, g.service, organisation, form.email.data or "", form.role.data or ""
        )

    here = url_for(".team", organisation_id=organisation.id)
    done = attempt(form, invite, done=(_("The invitation is on its way."), here))
    if done is not None:
        return done
    names = person_names(session, [each.person_id for each in organisation.members])
    return form_page(
        "matchmaking/members.html",
        form,
        organisation=organisation,
        members=sorted(organisation.members, key=_in_order),
        names=names,
        invited=members.invited(session, organisation.id),
        roles=ROLE_TITLES,
    )


def _in_order(member: Member) -> tuple[bool, object]:
    return member.role != "referent", member.since


@blueprint.post("/<int:organisation_id>/membres/<int:person_id>/retirer")
def remove(organisation_id: int, person_id: int) -> Answer:
    """Let a member go; members leave in the same way."""
    session = current_session()
    organisation = finding.organisation_of(session, g.service, organisation_id)
    members.leave(session, g.actor, g.service, organisation, person_id)
    left = person_id == g.actor.person_id
    said = _("You no longer act for it.") if left else _("This person no longer acts for it.")
    return finish(
        said,
        place_of(organisation) if left else url_for(".team", organisation_id=organisation.id),
    )


@blueprint.post("/<int:organisation_id>/membres/<int:person_id>/role")
def give_role(organisation_id: int, person_id: int) -> Answer:
    """Make a member a referent, or a referent a member."""
    organisation = answered_for(organisation_id)
    members.give_role(
        current_session(),
        g.actor,
        g.service,
        organisation,
        person_id,
        request.form.get("role", "")[:20],
    )
    return finish(_("The role is changed."), url_for(".team", organisation_id=organisation.id))


@blueprint.post("/<int:organisation_id>/invitations/<int:invitation_id>/retirer")
def take_back(organisation_id: int, invitation_id: int) -> Answer:
    """Take an invitation back."""
    organisation = answered_for(organisation_id)
    members.take_back(current_session(), g.actor, g.service, organisation, invitation_id)
    here = url_for(".team", organisation_id=organisation.id)
    return finish(_("The invitation is taken back."), here)


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@limited("matchmaking.join", "30/minute")
def join(token: str) -> Answer:
    """What the letter of an invitation leads to: accept, or decline."""
    session, form = current_session(), Form()
    invitation_id = int(members.JOIN.read(token).subject)
    invitation = members.invitation_of(session, invitation_id)
    organisation = session.get_one(Organisation, invitation.organisation_id)
    declined = request.form.get("answer") == "decline"

    def answer() -> None:
        if declined:
            members.decline(session, invitation_id)
        else:
            members.accept(session, g.actor, g.service, invitation_id)

    said = (
        _("You have declined: your address is forgotten.")
        if declined
        else _("You act for “%(name)s” from now on.", name=organisation.name)
    )
    place = url_for(".index") if declined else place_of(organisation)
    return attempt(form, answer, done=(said, place)) or form_page(
        "matchmaking/join.html",
        form,
        organisation=organisation,
        role=ROLE_TITLES[invitation.role],
    )
