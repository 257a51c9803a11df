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
    is_public_post,
    limited,
    person_names,
    render,
    say_done,
)
from eak_matchmaking.models import Member
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
@members.JOIN.opens_signed_in
def join(subject: str) -> Answer:
    """What the letter of an invitation leads to: to accept, whoever holds it signs in."""
    session, form = current_session(), Form()
    invitation, organisation = members.invited_by_letter(session, subject)
    role = ROLE_TITLES[invitation.role]
    return attempt(
        form,
        lambda: members.accept(session, g.actor, g.service, invitation.id),
        done=lambda joined: (
            _("You act for “%(name)s” from now on.", name=joined.name),
            place_of(joined),
        ),
    ) or form_page("matchmaking/join.html", form, organisation=organisation, role=role)


@blueprint.route("/invitation/<token>/decliner", methods=["GET", "POST"])
@members.JOIN.opens
def decline_invitation(subject: str) -> Answer:
    """Do without the invitation, without an account."""
    session = current_session()
    invitation, organisation = members.invited_by_letter(session, subject)
    if is_public_post():
        members.decline(session, invitation.id)
        return say_done("matchmaking/decline_invitation.html", done=True)
    return render("matchmaking/decline_invitation.html", organisation=organisation)
