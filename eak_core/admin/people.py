"""The accounts of the site: found, given roles, closed.

An address or a name never stands in a page's address: the search is sent as a form, and pages are
known by the number of the account.
"""

from flask import current_app, g, url_for
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, Length

from eak_core.admin.desk import blueprint, find_service, places
from eak_core.admin.rights import rights_on_site
from eak_core.db import current_session
from eak_core.errors import Invalid, NotFound
from eak_core.i18n import _, _l
from eak_core.people.accounts.closing import close_account, reopen_account
from eak_core.people.accounts.consulting import consult, is_consulting, shortened
from eak_core.people.accounts.search import Found, administrators, search_people
from eak_core.people.accounts.sleeping import erased_on
from eak_core.people.mail.addresses import ADDRESS_LENGTH
from eak_core.people.models import Person
from eak_core.people.rights.roles import (
    grant_administrator,
    grant_role,
    revoke_administrator,
    revoke_role,
)
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page
from eak_core.web.forms import Form

PERSON = "/personnes/<int(max=2147483647):person_id>"


class SearchForm(Form):
    """Whom to find."""

    text = StringField(
        _l("Name or e-mail address"),
        description=_l("A part of it is enough."),
        validators=[
            DataRequired(message=_l("Please give at least two characters of the name or address.")),
            Length(max=ADDRESS_LENGTH, message=_l("This is longer than an address can be.")),
        ],
        render_kw={"autocomplete": "off"},
    )


class ManagerForm(Form):
    """The service that a person is to run."""

    service = SelectField(
        _l("Service"),
        validate_choice=False,
        validators=[DataRequired(message=_l("Please choose a service."))],
    )


@blueprint.route("/personnes/", methods=["GET", "POST"])
def people() -> Answer:
    """The search, what it found, and who runs the site."""
    session = current_session()
    form, found = SearchForm(), None
    if form.validate_on_submit():
        try:
            found = search_people(session, g.actor, form.text.data)
        except Invalid as refusal:
            form.refuse(refusal)
    return _people_page(form, found)


@blueprint.get("/droits")
def rights() -> Answer:
    """Who runs the site or a service, and what that lets them do."""
    return render("admin/rights.html", holders=rights_on_site(current_session()))


@blueprint.get(PERSON)
def person(person_id: int) -> Answer:
    """One account, its roles, and what can be done about them."""
    return _person_page(_existing(person_id), ManagerForm())


@blueprint.post(f"{PERSON}/fiche")
def consult_person(person_id: int) -> Response:
    """Show the address of a person, and when they were here, which they can read afterwards."""
    found = _existing(person_id)
    consult(current_session(), g.actor, found)
    return finish(None, url_for(".person", person_id=found.id))


@blueprint.post(f"{PERSON}/gestion")
def make_manager(person_id: int) -> Answer:
    """Let a person run a service."""
    session = current_session()
    found, form = _existing(person_id), ManagerForm()

    def act() -> str:
        service = find_service(session, form.service.data)
        grant_role(session, g.actor, found, service, "manager")
        return _("%(name)s now runs “%(service)s”.", name=found.name, service=service.name)

    place = url_for(".person", person_id=found.id)
    # An account that can hold no role is refused whichever service was chosen.
    done = attempt(form, act, done=lambda said: (said, place), shows=Invalid)
    return done or _person_page(found, form)


@blueprint.post(f"{PERSON}/gestion/<slug>/retirer")
def unmake_manager(person_id: int, slug: str) -> Response:
    """Take the running of a service from a person."""
    session = current_session()
    found, service = _existing(person_id), find_service(session, slug)
    revoke_role(session, g.actor, found, service, "manager")
    return _done(
        found,
        _("%(name)s no longer runs “%(service)s”.", name=found.name, service=service.name),
    )


@blueprint.post(f"{PERSON}/administration")
def make_administrator(person_id: int) -> Response:
    """Let a person run the whole site."""
    found = _existing(person_id)
    grant_administrator(current_session(), g.actor, found)
    return _done(found, _("%(name)s now runs the site.", name=found.name))


@blueprint.post(f"{PERSON}/administration/retirer")
def unmake_administrator(person_id: int) -> Response:
    """Take the running of the site from a person."""
    found = _existing(person_id)
    revoke_administrator(current_session(), g.actor, found)
    message = _("%(name)s no longer runs the site.", name=found.name)
    return finish(message, "/") if found.id == g.actor.person_id else _done(found, message)


@blueprint.post(f"{PERSON}/fermer")
def close(person_id: int) -> Response:
    """Keep a person from signing in."""
    found = _existing(person_id)
    close_account(current_session(), g.actor, found)
    return _done(found, _("The account of %(name)s is closed.", name=found.name))


@blueprint.post(f"{PERSON}/rouvrir")
def reopen(person_id: int) -> Response:
    """Let a person sign in again."""
    found = _existing(person_id)
    reopen_account(current_session(), g.actor, found)
    return _done(found, _("The account of %(name)s is open again.", name=found.name))


def _people_page(form: SearchForm, found: Found | None) -> Answer:
    session = current_session()
    return form_page(
        "admin/people.html",
        form,
        found=found,
        shortened=shortened,
        known=places(session) if found else {},
        administrators=administrators(session, g.actor),
    )


def _person_page(found: Person, form: ManagerForm) -> Answer:
    known = sorted(places(current_session()).values(), key=lambda service: service.name)
    managed_ids = {grant.service_id for grant in found.grants if grant.role == "manager"}
    form.service.choices = [
        SelectChoice("", _("Choose a service")),
        *(
            SelectChoice(service.slug, service.name)
            for service in known
            if service.id not in managed_ids and service.archived_at is None
        ),
    ]
    managed = [service for service in known if service.id in managed_ids]
    return form_page(
        "admin/person.html",
        form,
        person=found,
        managed=managed,
        shown=is_consulting(g.actor, found),
        erased_on=erased_on(found, current_app.extensions["eak_config"]),
    )


def _existing(person_id: int) -> Person:
    found = current_session().get(
        Person, person_id, options=[selectinload(Person.grants)], populate_existing=True
    )
    if found is None:
        raise NotFound(_l("There is no such account."))
    return found


def _done(found: Person, message: str) -> Response:
    return finish(message, url_for(".person", person_id=found.id))
