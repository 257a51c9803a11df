"""Flask-Security, set up for this site: French addresses, our words, our mail, one query."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, NoReturn

from flask import (
    Flask,
    abort,
    after_this_request,
    redirect,
    request,
    session,
    url_for,
)
from flask_babel import get_locale
from flask_login import current_user
from flask_security import FSQLALiteUserDatastore, MailUtil, RoleMixin, Security
from flask_security.mail_util import EmailValidateException
from flask_security.utils import set_request_attr
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eak_core import clock
from eak_core.db import current_session, db
from eak_core.db.afterwards import afterwards
from eak_core.errors import Conflict
from eak_core.i18n import _l
from eak_core.people.credentials import sessions
from eak_core.people.credentials.attempts import limit_attempts
from eak_core.people.credentials.passwords import SHORTEST, Passwords
from eak_core.people.credentials.second_factor import WINDOW, Codes, RecoveryCodes
from eak_core.people.mail.addresses import normal_address
from eak_core.people.mail.letters import send_letter
from eak_core.people.models import Person, new_uniquifier
from eak_core.people.signing_in import forms
from eak_core.people.signing_in.messages import MESSAGES, Wording
from eak_core.people.signing_in.signals import connect, save
from eak_core.permissions import SignInRequired
from eak_core.security_log import note
from eak_core.web import render
from eak_core.web.forms import Form
from eak_core.web.links import on_site

SETTINGS: dict[str, Any] = {
    "URL_PREFIX": "/compte",
    "LOGIN_URL": "/connexion",
    "LOGOUT_URL": "/deconnexion",
    "REGISTER_URL": "/inscription",
    "RESET_URL": "/mot-de-passe",
    "CHANGE_URL": "/changer-de-mot-de-passe",
    "CONFIRM_URL": "/confirmation",
    "REGISTERABLE": True,
    "CONFIRMABLE": True,
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    # It would keep the address of the computer at each sign-in; a date is all that is needed.
    "TRACKABLE": False,
    "POST_LOGIN_VIEW": "/",
    "POST_LOGOUT_VIEW": "/",
    "POST_REGISTER_VIEW": "/compte/connexion",
    "POST_CONFIRM_VIEW": "/compte/connexion",
    "POST_CHANGE_VIEW": "/compte/",
    "LOGOUT_METHODS": ["POST"],
    "RETURN_GENERIC_RESPONSES": True,
    "CONFIRM_EMAIL_WITHIN": timedelta(days=2),
    "RESET_PASSWORD_WITHIN": timedelta(hours=4),
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    # OWASP's parameters: 19 MiB and two passes, about 20 ms.
    "PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__time_cost": 2,
        "argon2__memory_cost": 19_456,
        "argon2__parallelism": 1,
    },
    "PASSWORD_SINGLE_HASH": True,
    "PASSWORD_LENGTH_MIN": SHORTEST,
    # What stands in the signed links: the default would take a third of a second, and tell by that
    # time which addresses have an account.
    "HASHING_SCHEMES": ["hex_sha256"],
    "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": normal_address, "case_insensitive": False}}],
    "API_ENABLED_METHODS": ["session"],
    "FRESHNESS": timedelta(seconds=-1),
    "TWO_FACTOR": True,
    "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "TWO_FACTOR_IMPLEMENTATIONS": {
        "code": "flask_security.twofactor.CodeTfPlugin",
        "passkey": "eak_core.people.credentials.passkeys.AsSecondFactor",
    },
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/code",
    "TWO_FACTOR_AUTHENTICATOR_VALIDITY": WINDOW,
    # No browser is let in without a code because it gave one before.
    "TWO_FACTOR_ALWAYS_VALIDATE": True,
    # `Codes` has its own, which is kept apart.
    "TOTP_SECRETS": {"1": "unused"},
    "MULTI_FACTOR_RECOVERY_CODES": True,
    "MULTI_FACTOR_RECOVERY_URL": "/code-de-secours",
    "DATETIME_FACTORY": clock.now,
    "STATIC_FOLDER": None,
    # Its own spelling of these, ``no-store=True``, is none that a browser or a proxy understands.
    "CACHE_CONTROL": {"private": None, "no-store": None},
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
    # The letters are written by `Letters`, in the language of whoever receives them.
    "EMAIL_PLAINTEXT": False,
    "EMAIL_HTML": False,
}


class PeopleStore(FSQLALiteUserDatastore):
    """Where Flask-Security finds and makes accounts: in the session of the request."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Person | None:
        """The account with this attribute."""
        attribute, value = kwargs.popitem()
        query = select(Person).where(getattr(Person, attribute) == value)
        return current_session().scalars(query).one_or_none()

    def set_uniquifier(  # type: ignore[override]  # the one kind of account there is
        self, user: Person, uniquifier: str | None = None
    ) -> None:
        """The password of ``user`` is another one: all their sessions end."""
        sessions.end_all(current_session(), user)
        afterwards(current_session(), partial(note, "password_changed", person=user.id))

    def create_user(self, **kwargs: Any) -> Person:
        """A new account, not confirmed yet, in the language of whoever asks for it."""
        person = Person(
            **kwargs,
            active=True,
            fs_uniquifier=new_uniquifier(),
            created_at=clock.now(),
            locale=str(get_locale() or "fr"),
        )
        try:
            with current_session().begin_nested():
                current_session().add(person)
        except IntegrityError:
            # Two requests for one address in the same instant; the second may simply try again.
            raise Conflict(_l("The account was not created. Please try again.")) from None
        return person


class Letters(MailUtil):
    """Sends the letters of Flask-Security through the outbox, in the request's transaction."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: Any,
        sender: Any,
        body: str | None,
        html: str | None,
        **context: Any,
    ) -> None:
        """Queue the letter named by ``template``, with links on the site's own address."""
        links: dict[str, Any] = {
            name: on_site(context[name])
            for name in ("confirmation_link", "reset_link", "recovery_link")
            if context.get(name)
        }
        send_letter(
            current_session(),
            template.rpartition("/")[2],
            to=recipient,
            locale=context["user"].locale,
            person=context["user"],
            within=context.get("within"),
            **links,
        )
        # Not every view of Flask-Security that writes to somebody also saves.
        after_this_request(save)

    def normalize(self, email: str) -> str:
        """The one form of ``email``; see `eak_core.people.mail.addresses`."""
        try:
            return normal_address(email)
        except ValueError as error:
            raise EmailValidateException(str(MESSAGES["INVALID_EMAIL_ADDRESS"][0])) from error

    validate = normalize


def init_security(app: Flask) -> Security:
    """Give ``app`` accounts and sessions. CSRF protection must stand already."""
    for name, value in SETTINGS.items():
        app.config.setdefault(f"SECURITY_{name}", value)
    app.config.setdefault("SECURITY_TOTP_ISSUER", app.extensions["eak_config"].site_name)
    for name, message in MESSAGES.items():
        app.config.setdefault(f"SECURITY_MSG_{name}", message)
    security = Security(
        app,
        PeopleStore(db, Person, RoleMixin),
        login_form=forms.SignInForm,
        logout_form=forms.SignOutForm,
        register_form=forms.RegistrationForm,
        send_confirmation_form=forms.ResendForm,
        forgot_password_form=forms.ForgottenForm,
        reset_password_form=forms.NewPasswordForm,
        change_password_form=forms.OtherPasswordForm,
        two_factor_verify_code_form=forms.CodeForm,
        mf_recovery_form=forms.RecoveryForm,
        totp_cls=Codes,
        mf_recovery_codes_util_cls=RecoveryCodes,
        mail_util_cls=Letters,
        password_util_cls=Passwords,
        render_template=render_account_page,
    )
    security.i18n_domain = Wording()  # type: ignore[assignment]  # it is asked for gettext alone
    app.jinja_env.globals["_fsdomain"] = security.i18n_domain.gettext
    security.want_json(lambda _request: False)
    security.unauthn_handler(_ask_to_sign_in)
    _leave_out(app, security)
    limit_attempts(app)
    connect(app)
    return security


def render_account_page(template: str, **context: Any) -> Any:
    """A page of Flask-Security; 422 where the form on it was refused."""
    # Where a page comes with several, the site shows the first that is its own.
    form = next(value for value in context.values() if isinstance(value, Form))
    page = render(template, form=form, **context)
    return (page, 422) if form.errors else page


def _ask_to_sign_in(mechanisms: Any = None, headers: Any = None) -> NoReturn:
    """Its own way leads back to the host that the request claimed."""
    raise SignInRequired(MESSAGES["UNAUTHENTICATED"][0])


def _leave_out(app: Flask, security: Security) -> None:
    """Take off what Flask-Security brings and the site does not use."""
    # Sessions are the only proof of identity: no tokens in addresses or headers.
    security.login_manager.request_loader(None)
    security.login_manager.user_loader(_load)
    # The second factor is set up and taken off on the account page, with the password.
    for name in ("setup", "setup_validate", "rescue", "select"):
        prefix = "tf" if name == "select" else "two_factor"
        app.view_functions[f"security.{prefix}_{name}"] = _nothing_here
    app.view_functions["security.mf_recovery_codes"] = _nothing_here
    code_page = "security.two_factor_token_validation"
    app.view_functions[code_page] = _not_signed_in(app.view_functions[code_page])
    # It would read the person in every request, before the request says whether it may write.
    app.before_request_funcs[None].remove(security.principal._on_before_request)  # noqa: SLF001
    app.before_request_funcs.setdefault("security", []).append(_refuse_json)


def _nothing_here(**_parts: str) -> NoReturn:
    abort(404)


def _not_signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """``view`` for who is not signed in yet; it would sign out whoever is."""

    def led() -> Any:
        return redirect(url_for("account.show")) if current_user.is_authenticated else view()

    return led


def _load(uniquifier: str) -> Person | None:
    person = sessions.load(current_session(), uniquifier)
    if person is not None:
        # How Flask-Security's own pages know that this is a session.
        set_request_attr("fs_authn_via", "session")
        set_request_attr("fs_paa", session.get("fs_paa", 0))
    return person


def _refuse_json() -> None:
    # The account pages are forms; their JSON twins are untested surface.
    if request.is_json:
        abort(415)
