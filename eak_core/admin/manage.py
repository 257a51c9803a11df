"""The managers' desk of a service: what waits for them, its settings, who runs it with them."""

from flask import current_app, g, url_for
from sqlalchemy import exists, select
from werkzeug.wrappers import Response
from wtforms import (
    DateField,
    EmailField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from eak_core.admin.rights import rights_in
from eak_core.db import current_session
from eak_core.errors import Conflict, NotFound
from eak_core.i18n import _, _l
from eak_core.ideas.visibility import public_ideas
from eak_core.people.credentials.attempts import limit_recipient
from eak_core.people.mail.addresses import ADDRESS_LENGTH
from eak_core.people.rights import deputies, invitations
from eak_core.people.rights.relations import relations_in
from eak_core.people.rights.roles import managers_of, revoke_role
from eak_core.permissions import Actor, may, require
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.services.directory import (
    DESCRIPTION_LENGTH,
    NAME_LENGTH,
    archive_service,
    change_service,
    restore_service,
)
from eak_core.services.models import Service
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page
from eak_core.web.edits import stand_beside
from eak_core.web.forms import Form
from eak_core.web.i18n import current_language
from eak_core.web.limits import limited
from eak_core.web.themes import themes_of

blueprint = ServiceBlueprint("manage", __name__, below="/gestion")

limit_invite = limited("invite", "10/minute;60/day")


class DeputyForm(Form):
    """Who acts in whose place, from which day to which."""

    instead = SelectField(_l("In the place of"), validators=[InputRequired()])
    email = EmailField(
        _l("E-mail address of the deputy"),
        validators=[
            InputRequired(message=_l("Please give an e-mail address.")),
            Length(max=ADDRESS_LENGTH),
        ],
    )
    first = DateField(_l("From"), validators=[InputRequired(message=_l("Please give the day."))])
    last = DateField(
        _l("Until, included"), validators=[InputRequired(message=_l("Please give the day."))]
    )


class ServiceForm(Form):
    """What managers may change of their service. ``version`` is what they had before their eyes."""

    name = StringField(
        _l("Name of the service"),
        validators=[
            InputRequired(message=_l("Please give the service a name.")),
            Length(max=NAME_LENGTH, message=_l("The name is too long: 120 characters at most.")),
        ],
    )
    description = TextAreaField(
        _l("What it is about"),
        description=_l("Shown at the top of its home page. Markdown can be used."),
        validators=[Length(max=DESCRIPTION_LENGTH)],
    )
    audience = RadioField(
        _l("Who may read it"),
        description=_l(
            "You can change it. Whoever may not read the service any more finds nothing of it and"
            " gets no mail of it; what they wrote there is kept."
        ),
        choices=[
            SelectChoice("public", _l("Everybody")),
            SelectChoice("internal", _l("The agents of the administration, once signed in")),
            SelectChoice("preparing", _l("Only those who run it, as long as it is prepared")),
        ],
        validators=[InputRequired(message=_l("Please choose who may read this service."))],
    )
    theme = SelectField(_l("Appearance"))
    version = IntegerField(widget=HiddenInput())


class InvitationForm(Form):
    """Whom to invite."""

    email = EmailField(
        _l("E-mail address of the person to invite"),
        validators=[
            InputRequired(message=_l("Please give an e-mail address.")),
            Length(max=ADDRESS_LENGTH, message=_l("This address is too long.")),
        ],
    )


def has_desk(service: Service, actor: Actor) -> bool:
    """Whether there is anything for ``actor`` to manage in ``service``."""
    return may(actor, "service.manage", service) or _may_reopen(service, actor)


@blueprint.get("/")
def home() -> Answer:
    """The desk: what plugins bring to it, and the ways to everything that managers change."""
    if _may_reopen(g.service, g.actor):
        return render("manage/archived.html")
    require(g.actor, "service.manage", g.service)
    ideas = select(exists().where(*public_ideas(g.service.id)))
    return render("manage/home.html", begins=not current_session().scalar(ideas))


@blueprint.route("/reglages", methods=["GET", "POST"])
def settings() -> Answer:
    """Name, description, audience and theme of the service."""
    require(g.actor, "service.manage", g.service)
    session, form = current_session(), _settings_form(g.service)
    done = attempt(
        form,
        lambda: change_service(
            session, g.actor, g.service,
            version=form.version.data or 0, name=form.name.data,
            description=form.description.data, audience=form.audience.data,
            theme=form.theme.data or None,
        ),
        done=(_("The settings of the service are saved."), url_for("manage.settings")),
    )  # fmt: skip
    if isinstance(form.refusal, Conflict):
        # What was typed is ready to be saved over what stands there now.
        form.version.raw_data, form.version.data = None, g.service.version_id
        for field in (form.name, form.description, form.audience, form.theme):
            stands = g.service.readers if field is form.audience else getattr(g.service, field.name)
            if (now := stands or "") != field.data:
                stand_beside(field, now)
    return done or form_page("manage/settings.html", form)


@blueprint.post("/archiver")
def archive() -> Response:
    """Make the service read-only."""
    archive_service(current_session(), g.actor, g.service)
    message = _("The service is archived: it can be read, but no longer changed.")
    return finish(message, url_for("services.home"))


@blueprint.post("/rouvrir")
def restore() -> Response:
    """Open an archived service again."""
    restore_service(current_session(), g.actor, g.service)
    return finish(_("The service is open again."), url_for("manage.home"))


@blueprint.get("/equipe")
def people() -> Answer:
    """Who runs the service, who is invited to, and the form to invite."""
    return _team_page(InvitationForm())


@blueprint.get("/equipe/droits")
def rights() -> Answer:
    """Who has which right in the service, and why."""
    require(g.actor, "role.grant", g.service)
    holders = rights_in(current_session(), g.service, g.active)
    return render("manage/rights.html", holders=holders)


@blueprint.post("/equipe/invitations")
@limit_invite
@limit_recipient
def invite() -> Answer:
    """Invite somebody to run the service, by their address."""
    require(g.actor, "role.grant", g.service)
    session, form = current_session(), InvitationForm()
    return attempt(
        form,
        lambda: invitations.invite_manager(session, g.actor, g.service, form.email.data),
        done=lambda _invited: (
            _("An invitation is on its way to %(email)s.", email=form.email.data),
            url_for("manage.people"),
        ),
    ) or _team_page(form)


@blueprint.post("/equipe/invitations/<int:invitation_id>/annuler")
def cancel_invitation(invitation_id: int) -> Response:
    """Take an invitation back."""
    invitations.cancel(current_session(), g.actor, g.service, invitation_id)
    return finish(_("The invitation is taken back."), url_for("manage.people"))


@blueprint.post("/equipe/<int:person_id>/retirer")
def revoke(person_id: int) -> Response:
    """Take the role of manager from somebody."""
    session = current_session()
    require(g.actor, "role.revoke", g.service)
    # Looked up among the team: by the number of an account, anybody's name could be asked for.
    team = {person.id: person for person in managers_of(session, g.service)}
    person = team.get(person_id)
    if person is None:
        raise NotFound(_l("This person no longer runs this service."))
    revoke_role(session, g.actor, person, g.service, "manager")
    left = person_id == g.actor.person_id and not g.actor.administrator
    message = _("%(name)s no longer runs this service.", name=person.name)
    return finish(message, url_for("services.home" if left else "manage.people"))


@blueprint.route("/equipe/suppleances/nouvelle", methods=["GET", "POST"])
@limit_invite
@limit_recipient
def name_deputy() -> Answer:
    """Invite somebody to act in the place of a manager while they are away."""
    require(g.actor, "role.grant", g.service)
    session, form = current_session(), DeputyForm()
    managers = managers_of(session, g.service)
    whom = [each for each in managers if g.actor.administrator or each.id == g.actor.person_id]
    form.instead.choices = [SelectChoice(str(each.id), each.name) for each in whom]
    return attempt(
        form,
        lambda: invitations.invite_deputy(
            session,
            g.actor,
            g.service,
            email=form.email.data,
            for_id=int(form.instead.data),
            first=form.first.data,
            last=form.last.data,
        ),
        done=lambda _invited: (
            _("An invitation is on its way to %(email)s.", email=form.email.data),
            url_for("manage.people"),
        ),
    ) or form_page("manage/name_deputy.html", form, whom=whom)


@blueprint.post("/equipe/suppleances/<int:deputy_id>/terminer")
def end_deputy(deputy_id: int) -> Response:
    """End what somebody does in a manager's place."""
    mine = g.actor.deputy_in(g.service.id) is not None
    deputies.end_deputy(current_session(), g.actor, g.service, deputy_id)
    return finish(_("It is over now."), url_for("services.home" if mine else "manage.people"))


def _team_page(form: InvitationForm) -> Answer:
    # A deputy sees the team, and invites nobody into it.
    require(g.actor, "service.manage", g.service)
    session = current_session()
    return form_page(
        "manage/people.html",
        form,
        managers=managers_of(session, g.service),
        deputies=deputies.deputies_in(session, g.actor, g.service),
        pending=(
            invitations.pending(session, g.actor, g.service)
            if may(g.actor, "role.grant", g.service)
            else ()
        ),
        relations=relations_in(session, g.service, g.active),
    )


def _may_reopen(service: Service, actor: Actor) -> bool:
    return service.archived_at is not None and may(actor, "service.archive", service)


def theme_choices() -> list[SelectChoice]:
    """The themes that a service can have and their variants, each with its title."""
    language = current_language()
    choices = [
        SelectChoice(value, title)
        for theme in themes_of(current_app).all()
        for value, title in theme.choices(language)
    ]
    return [SelectChoice("", _("That of the site")), *choices]


def _settings_form(service: Service) -> ServiceForm:
    form = ServiceForm(obj=service)
    form.theme.choices = theme_choices()
    if not form.is_submitted():
        form.audience.data, form.theme.data = service.readers, service.theme or ""
        form.version.data = service.version_id
    return form
