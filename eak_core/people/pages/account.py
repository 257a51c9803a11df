"""The pages of one's own account: who I am here, what is kept about me, and the way out."""

from typing import cast

from flask import Blueprint, Response, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user
from flask_security.confirmable import confirm_email_token_status
from flask_security.proxies import _security
from flask_security.utils import login_user
from flask_security.views import confirm_email
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectChoice

from eak_core.db import current_session
from eak_core.errors import Invalid
from eak_core.i18n import _
from eak_core.people.accounts.account import change_profile, confirm_person
from eak_core.people.accounts.consulting import consultations_of
from eak_core.people.accounts.personal_data import erase_own_account, legal_holds
from eak_core.people.credentials import sessions
from eak_core.people.credentials.attempts import limit_rename
from eak_core.people.credentials.passwords import is_password_of
from eak_core.people.mail import mailing
from eak_core.people.models import Person
from eak_core.people.rights import invitations
from eak_core.people.rights.actor import current_person
from eak_core.people.signing_in import way_back
from eak_core.people.signing_in.forms import ConfirmForm, EraseForm, ProfileForm
from eak_core.permissions import SignInRequired
from eak_core.security_log import note
from eak_core.services.links import links_of
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page
from eak_core.web.i18n import LANGUAGES, current_language, date
from eak_core.web.limits import limit_sign_in
from eak_core.web.signed_links import is_public_post, say_done

blueprint = Blueprint("account", __name__, url_prefix="/compte")


def me() -> Person:
    """Whose account this is. `SignInRequired` for visitors."""
    person = current_person()
    if person is None:
        raise SignInRequired(_("Please sign in to open this page."))
    return person


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """Let nothing of an account stay in a browser's or a proxy's store."""
    response.headers["Cache-Control"] = "no-store, private"
    return response


@blueprint.get("/")
def show() -> Answer:
    """The account: name, language, roles offered, and the ways to the data."""
    person = me()
    return _account_page(person, _profile_form(person))


@blueprint.post("/profil")
@limit_rename
def change() -> Answer:
    """Save the name and the language."""
    person = me()
    form = _profile_form(person)
    return attempt(
        form,
        lambda: change_profile(
            current_session(), person, name=form.name.data, locale=form.locale.data
        ),
        done=lambda _changed: (
            _("Your changes are saved."),
            url_for("account.show", lang=person.locale),
        ),
    ) or _account_page(person, form)


@blueprint.route("/effacer", methods=["GET", "POST"])
@limit_sign_in
def erase() -> Answer:
    """Say what erasure takes and leaves, ask for the password, and erase."""
    person = me()
    form = EraseForm()
    done = attempt(
        form,
        lambda: erase_own_account(current_session(), person, form.password.data),
        done=_erased,
        # The last administrator is refused whatever they type.
        shows=Invalid,
    )
    if form.refusal is not None:
        note("wrong_password", person=person.id)
    holds = legal_holds(current_session(), person.id)
    return done or form_page("people/erase.html", form, holds=holds)


def _erased(_nothing: object) -> tuple[str, str]:
    logout_user()
    return _("Your account is erased. Thank you for having taken part."), "/"


@blueprint.post("/sessions/<int:session_id>/terminer")
def end_session(session_id: int) -> Answer:
    """Sign out in another browser."""
    sessions.end_one(current_session(), me(), session_id)
    note("session_ended", person=me().id)
    return finish(_("This session has ended."), url_for("account.show"))


@blueprint.post("/sessions/terminer-les-autres")
def end_other_sessions() -> Answer:
    """Sign out everywhere but here."""
    sessions.end_others(current_session(), me())
    note("session_ended", person=me().id, others=True)
    return finish(_("You are signed out everywhere else."), url_for("account.show"))


@blueprint.post("/invitations/<int:invitation_id>/accepter")
def accept(invitation_id: int) -> Answer:
    """Take the role that was offered."""
    offer = invitations.accept(current_session(), me(), invitation_id)
    service = offer.service
    if offer.invitation.role == "deputy":
        message = _(
            "You act in “%(service)s” in the place of %(name)s until %(last)s included.",
            service=service.name, name=offer.instead_of, last=date(offer.last),
        )  # fmt: skip
        return finish(message, url_for("account.show"))
    message = _("You now run the service “%(service)s”.", service=service.name)
    return finish(message, url_for("manage.home", service_slug=service.slug))


@blueprint.post("/invitations/<int:invitation_id>/decliner")
def decline(invitation_id: int) -> Answer:
    """Do without the role that was offered."""
    invitations.decline(current_session(), me(), invitation_id)
    return finish(_("You have declined the invitation."), url_for("account.show"))


@blueprint.route("/invitations/refuser/<token>", methods=["GET", "POST"])
@invitations.DECLINE.opens
def decline_by_link(subject: str) -> Answer:
    """Do without the role, without signing in: for whoever has no account and wants none."""
    session = current_session()
    if is_public_post():
        invitations.decline_named(session, subject)
        return say_done("people/declined.html")
    return render("people/decline.html", offer=invitations.named(session, subject))


@blueprint.route("/courriels/arreter/<token>", methods=["GET", "POST"])
@mailing.STOP.opens
def stop_list(subject: str) -> Answer:
    """End a list, as its mails offer; mail programs send the button themselves (RFC 8058)."""
    title = mailing.title_of(subject)
    if is_public_post():
        mailing.stop_list(current_session(), subject)
        return say_done("people/list_stopped.html", title=title)
    return render("people/stop_list.html", title=title)


@limit_sign_in
def confirm_address(token: str) -> ResponseReturnValue:
    """The page behind the link of a confirmation mail, which asks for the password.

    The link alone changes nothing: mail filters follow links before anybody reads them, and the
    owner of an address that somebody else has registered follows them in good faith.
    """
    expired, invalid, person = confirm_email_token_status(  # type: ignore[no-untyped-call]
        token
    )
    if not person or expired or invalid or person.confirmed_at:
        return confirm_email(token)
    form = ConfirmForm()
    if form.validate_on_submit():
        if is_password_of(person, form.password.data):
            return _welcome(person)
        note("wrong_password", person=person.id)
        form.add_errors({"password": _("The password is wrong.")})
    return form_page("security/confirm_address.html", form, person=person, token=token)


def _welcome(person: Person) -> AnyResponse:
    """Confirm the address, and sign in whoever has just proved to hold it and to have made the
    account: back to where they were going, with what they had begun."""
    somebody = current_person()
    if somebody is not None and somebody != person:
        logout_user()
    place = way_back.remembered() or "/"
    confirm_person(current_session(), person)
    if person.is_active:
        asked = _security.two_factor_plugins.tf_enter(person, None, "confirm", next_loc=place)
        if asked is not None:
            current_session().commit()
            return cast("AnyResponse", asked)
        login_user(person, authn_via=["confirm"])
        flash(_("Your address is confirmed, and you are signed in. Welcome!"), "success")
    else:
        flash(_("This account is closed."), "danger")
    current_session().commit()
    return redirect(place)


def _profile_form(person: Person) -> ProfileForm:
    form = ProfileForm(obj=person)
    form.locale.choices = [SelectChoice(code, name) for code, name in LANGUAGES.items()]
    if not form.is_submitted():
        form.locale.data = person.locale or current_language()
    return form


def _account_page(person: Person, form: ProfileForm) -> Answer:
    links = links_of(current_session(), g.actor)
    return form_page(
        "people/account.html",
        form,
        person=person,
        offers=invitations.offered_to(current_session(), person),
        links=links,
        waiting=[each for found in links for each in found.waiting],
        sessions=sessions.sessions_of(current_session(), person),
        consulted=consultations_of(current_session(), person.id),
    )
