"""The pages of passkeys: add one, sign in with one, take one away."""

from flask import redirect, request, session, url_for
from flask_login import current_user
from flask_security.utils import login_user, validate_redirect_url
from sqlalchemy import select
from werkzeug.wrappers import Response

from eak_core.db import current_session
from eak_core.i18n import _
from eak_core.people.credentials import passkeys
from eak_core.people.credentials.attempts import half_signed_in, limit_codes
from eak_core.people.models import Person
from eak_core.people.pages.account import blueprint, me
from eak_core.people.pages.second_factor import codes_page
from eak_core.people.signing_in import way_back
from eak_core.people.signing_in.forms import NewPasskeyForm, PasskeyForm, PasswordForm
from eak_core.web.acts import Answer, attempt, form_page
from eak_core.web.limits import limit_sign_in


@blueprint.route("/cles/ajouter", methods=["GET", "POST"])
@limit_sign_in
def add_passkey() -> Answer:
    """Add a passkey of this telephone, computer or stick."""
    person, form = me(), NewPasskeyForm()
    done = attempt(
        form,
        lambda: passkeys.add_passkey(
            current_session(),
            person,
            form.name.data,
            form.credential.data,
            form.password.data,
        ),
        done=codes_page,
    )
    if done is not None:
        return done
    form.credential.data = ""
    options = passkeys.creation_options(current_session(), person)
    return form_page("people/add_passkey.html", form, options=options)


@blueprint.route("/cles/<int:passkey_id>/retirer", methods=["GET", "POST"])
@limit_sign_in
def remove_passkey(passkey_id: int) -> Answer:
    """Take a passkey away."""
    person, form = me(), PasswordForm()
    return attempt(
        form,
        lambda: passkeys.remove_passkey(current_session(), person, passkey_id, form.password.data),
        done=(_("The passkey is taken away."), url_for("account.second_factor_page")),
    ) or form_page("people/remove_passkey.html", form)


@blueprint.route("/cle", methods=["GET", "POST"])
@limit_sign_in
@limit_codes
def passkey() -> Answer:
    """Sign in with a passkey: in the place of address and password, or after them."""
    if current_user.is_authenticated:
        return redirect(url_for("account.show"))
    form, waiting = PasskeyForm(), _waiting()
    if not form.is_submitted():
        form.next.data = request.args.get("next") or way_back.remembered()
    done = attempt(
        form,
        lambda: passkeys.who_shows(current_session(), form.credential.data, waiting),
        done=lambda person: _signed_in(person, form.next.data or "/"),
    )
    if done is not None:
        return done
    form.credential.data = ""
    options = passkeys.request_options(current_session(), waiting)
    return form_page("people/passkey.html", form, options=options, waiting=waiting)


def _waiting() -> int | None:
    """Whose password was right in this browser."""
    known = half_signed_in()
    if known is None or session.get("tf_state") != "ready":
        return None
    return current_session().scalar(select(Person.id).where(Person.fs_uniquifier == known))


def _signed_in(person: Person, place: str) -> Response:
    login_user(person, authn_via=["passkey"])
    current_session().commit()
    return redirect(place if validate_redirect_url(place) else "/")
