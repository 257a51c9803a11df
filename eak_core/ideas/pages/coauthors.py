"""The pages on which people are invited to write an idea together, answer, and leave."""

from flask import g, url_for
from wtforms import EmailField
from wtforms.validators import InputRequired, Length

from eak_core.db import current_session
from eak_core.i18n import _, _l
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.content import rows
from eak_core.ideas.models import Idea
from eak_core.ideas.pages.views import blueprint
from eak_core.ideas.proposing import coauthors
from eak_core.ideas.stages import DRAFT
from eak_core.ideas.visibility import check_readable
from eak_core.people.credentials.attempts import limit_recipient
from eak_core.people.mail.addresses import ADDRESS_LENGTH
from eak_core.people.names import person_names
from eak_core.permissions import require
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page
from eak_core.web.forms import Form
from eak_core.web.limits import limited
from eak_core.web.signed_links import is_public_post, say_done

#: Each invitation is a letter to an address that somebody has typed.
limit_inviting = limited("ideas.invite", "10/hour;20/day")


class CoauthorForm(Form):
    """Whom to invite."""

    email = EmailField(
        _l("E-mail address of the person to invite"),
        description=_l(
            "We write to this address, whether or not it has an account here; nobody is told which."
        ),
        validators=[
            InputRequired(message=_l("Please give an e-mail address.")),
            Length(max=ADDRESS_LENGTH, message=_l("This address is too long.")),
        ],
    )


@blueprint.route("/idees/<int:idea_id>/auteurs", methods=["GET", "POST"])
def authors(idea_id: int) -> Answer:
    """Who writes an idea, for those who do; its author invites from here."""
    session, form = current_session(), CoauthorForm()
    idea = _written(idea_id)

    @limit_inviting
    @limit_recipient
    def invite() -> None:
        coauthors.invite(session, g.actor, g.service, idea, form.email.data)

    said = _("An invitation is on its way to %(email)s.", email=form.email.data)
    return attempt(form, invite, done=(said, _place(idea))) or form_page(
        "ideas/authors.html",
        form,
        idea=idea,
        author=person_names(session, [idea.author_id or 0]).get(idea.author_id or 0),
        coauthors=coauthors.coauthors_of(session, [idea.id]).get(idea.id, {}),
        waiting=coauthors.waiting_for(session, idea),
        most=coauthors.MOST,
    )


@blueprint.post("/idees/<int:idea_id>/auteurs/<int:person_id>/retirer")
def leave(idea_id: int, person_id: int) -> Answer:
    """Take somebody off those who write an idea, or leave them."""
    idea = rows.idea_of(current_session(), g.service, idea_id)
    check_readable(current_session(), g.actor, g.service, idea)
    coauthors.leave(current_session(), g.actor, g.service, idea, person_id)
    if person_id != g.actor.person_id:
        return finish(_("This person no longer writes the idea with you."), _place(idea))
    place = url_for("ideas.index") if idea.stage == DRAFT else idea_url(idea)
    return finish(_("You no longer write this idea, and are told no more of it."), place)


@blueprint.post("/idees/<int:idea_id>/auteurs/invitations/<int:invitation_id>/reprendre")
def take_back(idea_id: int, invitation_id: int) -> Answer:
    """Take back an invitation that was not answered."""
    idea = _written(idea_id)
    coauthors.take_back(current_session(), g.actor, g.service, idea, invitation_id)
    return finish(_("The invitation is taken back."), _place(idea))


@blueprint.route("/idees/invitation/<token>", methods=["GET", "POST"])
@coauthors.ANSWER.opens_signed_in
def join(subject: str) -> Answer:
    """What the letter of an invitation leads to: to accept, whoever holds it signs in."""
    session, form = current_session(), Form()
    idea = coauthors.invited(session, g.service, subject).idea
    return attempt(
        form,
        lambda: coauthors.accept(session, g.actor, g.service, subject),
        done=lambda joined: (
            _("You write this idea together from now on."),
            idea_url(joined),
        ),
    ) or form_page(
        "ideas/join.html",
        form,
        idea=idea,
        author=person_names(session, [idea.author_id or 0]).get(idea.author_id or 0),
    )


@blueprint.route("/idees/invitation/<token>/decliner", methods=["GET", "POST"])
@coauthors.ANSWER.opens
def decline(subject: str) -> Answer:
    """Do without the invitation, without an account."""
    session = current_session()
    if is_public_post():
        coauthors.decline(session, g.service, subject)
        return say_done("ideas/decline.html", done=True)
    idea = coauthors.invited(session, g.service, subject).idea
    return render("ideas/decline.html", idea=idea)


def _written(idea_id: int) -> Idea:
    """The idea, for those who write it."""
    idea = rows.idea_of(current_session(), g.service, idea_id)
    check_readable(current_session(), g.actor, g.service, idea)
    require(g.actor, "idea.edit", g.service, idea)
    return idea


def _place(idea: Idea) -> str:
    return url_for("ideas.authors", idea_id=idea.id)
