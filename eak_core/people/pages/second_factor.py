"""The page of one's second factor: set up with an application, its recovery codes, and the end."""

from flask import flash, g, redirect, render_template, request, session, url_for
from flask_security.utils import validate_redirect_url
from werkzeug.wrappers import Response

from eak_core.db import current_session
from eak_core.i18n import _
from eak_core.people.credentials import passkeys, second_factor
from eak_core.people.models import Person
from eak_core.people.pages.account import blueprint, me
from eak_core.people.signing_in.forms import PasswordForm, SetUpForm
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, form_page
from eak_core.web.limits import limit_sign_in
from eak_core.web.qr import qr_path

#: Where the browser keeps the secret, encrypted, until the application has shown a code of it.
DRAFT = "second_factor"


@blueprint.get("/second-facteur")
def second_factor_page() -> Answer:
    """What there is of a second factor; where there is none, the way to set one up."""
    person = me()
    if person.secured_at is None:
        return application()
    return render(
        "people/second_factor.html",
        person=person,
        left=second_factor.recovery_codes_left(current_session(), person.id),
        passkeys=passkeys.passkeys_of(current_session(), person.id),
    )


@blueprint.route("/second-facteur/application", methods=["GET", "POST"])
@limit_sign_in
def application() -> Answer:
    """Let an application on the telephone show codes."""
    person, form = me(), SetUpForm()
    return attempt(
        form,
        lambda: second_factor.switch_on(
            current_session(), person, _draft(), form.code.data, form.password.data
        ),
        done=codes_page,
    ) or form_page("people/second_factor_set_up.html", form, **_shown(person, _draft()))


@blueprint.route("/second-facteur/codes", methods=["GET", "POST"])
@limit_sign_in
def renew_recovery_codes() -> Answer:
    """Other recovery codes."""
    person, form = me(), PasswordForm()
    return attempt(
        form,
        lambda: second_factor.renew_recovery_codes(current_session(), person, form.password.data),
        done=codes_page,
    ) or form_page("people/renew_codes.html", form)


@blueprint.route("/second-facteur/arreter", methods=["GET", "POST"])
@limit_sign_in
def end_second_factor() -> Answer:
    """Do with the password alone again."""
    person, form = me(), PasswordForm()
    return attempt(
        form,
        lambda: second_factor.switch_off(current_session(), person, form.password.data),
        done=(_("Your account asks for your password alone again."), url_for("account.show")),
    ) or form_page("people/end_second_factor.html", form)


def _draft() -> str:
    """The secret that waits for its first code: the same until then, whichever page shows it."""
    draft = session.get(DRAFT)
    if not isinstance(draft, str):
        draft = session[DRAFT] = second_factor.codes().generate_totp_secret()
    return draft


def _shown(person: Person, secret: str) -> dict[str, object]:
    factory = second_factor.codes()
    uri = factory.get_totp_uri(str(person.email), secret)
    path, width = qr_path(uri)
    return {
        "uri": uri,
        "key": factory.get_totp_pretty_key(secret),
        "path": path,
        "width": width,
        "wanted": g.actor.unsecured,
    }


def codes_page(codes: list[str]) -> Response:
    """The recovery codes, shown this once; where there are no new ones, back to what there is."""
    session.pop(DRAFT, None)
    if not codes:
        flash(_("It is added, and your recovery codes stay as they are."), "success")
        return redirect(url_for("account.second_factor_page"))
    onward = request.args.get("next", "")
    if not validate_redirect_url(onward):
        onward = url_for("account.show")
    page = render_template("people/recovery_codes.html", codes=codes, onward=onward)
    return Response(page, mimetype="text/html")
