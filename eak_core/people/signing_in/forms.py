"""Forms about accounts. Those of Flask-Security keep its checks and get our words and bounds."""

from typing import Any

from flask import request
from flask_security.forms import (
    ChangePasswordForm,
    EmailValidation,
    ForgotPasswordForm,
    LoginForm,
    LogoutForm,
    RegisterFormV2,
    ResetPasswordForm,
    SendConfirmationForm,
    TwoFactorVerifyCodeForm,
    unique_user_email,
    valid_user_email,
)
from flask_security.forms import Form as SecurityForm
from flask_security.recovery_codes import MfRecoveryForm
from wtforms import (
    EmailField,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired, EqualTo, Length, Regexp, ValidationError

from eak_core.errors import Invalid
from eak_core.i18n import _, _l
from eak_core.people.accounts.account import checked_name
from eak_core.people.credentials.passwords import LONGEST, SHORTEST
from eak_core.people.mail.addresses import ADDRESS_LENGTH
from eak_core.people.models import NAME_LENGTH
from eak_core.people.signing_in import way_back
from eak_core.security_log import note, note_address
from eak_core.web.forms import Form

_address_given = DataRequired(message=_l("Please give your e-mail address."))
_address_length = Length(max=ADDRESS_LENGTH, message=_l("This address is too long."))
_password_given = DataRequired(message=_l("Please give a password."))
_password_length = Length(max=LONGEST, message=_l("The password is too long."))
_same_password = EqualTo("password", message=_l("The two passwords differ."))


#: Characters of what a browser says of a passkey, in JSON.
LONGEST_CREDENTIAL = 20_000
NO_PASSKEY = _l(
    "This browser has shown no passkey: it needs JavaScript and a recent version. The code of an"
    " application works everywhere."
)


def _address(*checks: Any) -> EmailField:
    return EmailField(
        _l("E-mail address"),
        validators=[_address_given, _address_length, *checks],
        render_kw={"autocomplete": "email"},
    )


def _password(label: Any, *checks: Any, new: bool = False, again: bool = False) -> PasswordField:
    hint = _l("At least %(count)s characters; a sentence is easy to keep in mind.", count=SHORTEST)
    return PasswordField(
        label,
        description=hint if new and not again else "",
        validators=[_password_given, _password_length, *checks],
        render_kw={"autocomplete": "new-password" if new else "current-password"},
    )


def _next() -> HiddenField:
    return HiddenField(validators=[Length(max=500)])


class SignInForm(LoginForm, Form):
    """Address and password. Nobody is remembered past the end of the browser's session."""

    email = _address(EmailValidation(verify=False))
    password = _password(_l("Password"))
    next = _next()
    remember = None
    submit = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Flask-Security puts a link there; the page has its own, after the field.
        self.password.description = ""
        if self.next.data:
            way_back.remember(self.next.data)
        else:
            self.next.data = way_back.remembered()

    def validate(self, **kwargs: Any) -> bool:
        """Whether somebody signs in; a failure is noted in the log of security."""
        if super().validate(**kwargs):
            return True
        if self.user is not None:
            note("sign_in_failed", person=self.user.id)
        elif self.email.data and self.password.data:
            note_address("sign_in_failed", self.email.data)
        return False


class RegistrationForm(RegisterFormV2, Form):
    """A new account: the public name, the address, the password."""

    name = StringField(
        _l("Your name on the site"),
        description=_l("Everybody sees it beside what you write. It need not be your real name."),
        validators=[
            DataRequired(message=_l("Please give the name under which you will appear.")),
            Length(max=NAME_LENGTH, message=_l("The name is too long: 80 characters at most.")),
        ],
        render_kw={"autocomplete": "name"},
    )
    email = _address(EmailValidation(verify=True), unique_user_email)
    password = _password(_l("Password"), new=True)
    password_confirm = _password(
        _l("The same password again"), _same_password, new=True, again=True
    )
    next = _next()
    submit = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        way_back.remember(self.next.data or request.args.get("next", ""))

    def validate_name(self, field: StringField) -> None:
        """Refuse what the domain refuses, beside the field; keep the name as it is shown."""
        try:
            field.data = checked_name(field.data or "")
        except Invalid as refusal:
            raise ValidationError(str(refusal.fields["name"])) from None


class ResendForm(SendConfirmationForm, Form):
    """Ask for another confirmation mail."""

    email = _address(EmailValidation(verify=True), valid_user_email)
    submit = None


class ForgottenForm(ForgotPasswordForm, Form):
    """Ask for the mail that lets one choose a new password."""

    email = _address(EmailValidation(verify=True), valid_user_email)
    submit = None

    def validate(self, **kwargs: Any) -> bool:
        """Whether a mail leaves: also for an address not confirmed yet, since answering it proves
        the same (and takes the account from anybody who registered it under a false address)."""
        if not SecurityForm.validate(self, **kwargs):
            return False
        if self.user is None or not self.user.is_active:
            self.email.errors = [_("This account is closed.")]
            return False
        return True


class NewPasswordForm(ResetPasswordForm, Form):
    """The new password, behind the link of the mail."""

    password = _password(_l("New password"), new=True)
    password_confirm = _password(
        _l("The same password again"), _same_password, new=True, again=True
    )
    submit = None


class OtherPasswordForm(ChangePasswordForm, Form):
    """The present password and the new one."""

    password = _password(_l("Present password"))
    new_password = _password(_l("New password"), new=True)
    new_password_confirm = _password(
        _l("The new password again"),
        EqualTo("new_password", message=_l("The two passwords differ.")),
        new=True,
        again=True,
    )
    submit = None


class SignOutForm(LogoutForm, Form):
    """Nothing but the token that says the click was meant."""

    refresh_token = HiddenField(validators=[Length(max=1)])
    submit = None


def _code() -> StringField:
    return StringField(
        _l("Code of the application"),
        description=_l("Six digits, which change every thirty seconds."),
        validators=[
            DataRequired(message=_l("Please type the code.")),
            Length(max=20),
            Regexp(r"^[0-9]{6}$", message=_l("A code has six digits.")),
        ],
        # People copy it in two groups of three.
        filters=[lambda typed: "".join(typed.split()) if typed else typed],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class CodeForm(TwoFactorVerifyCodeForm, Form):
    """The code of the application, after the password."""

    code = _code()
    submit = None

    def validate(self, **kwargs: Any) -> bool:
        """Whether somebody signs in; a failure is noted in the log of security."""
        valid = bool(super().validate(**kwargs))
        if not valid and self.user is not None:
            note("sign_in_failed", person=self.user.id)
        return valid


class RecoveryForm(MfRecoveryForm, Form):
    """A recovery code, in the place of the application that is lost."""

    code = StringField(
        _l("Recovery code"),
        description=_l("Each can be used once. Example: 1a2b-3c4d-5e6f"),
        validators=[DataRequired(message=_l("Please type the code.")), Length(max=40)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    submit = None

    def validate(self, **kwargs: Any) -> bool:
        """Whether somebody signs in; a failure is noted in the log of security."""
        valid = bool(super().validate(**kwargs))
        if not valid and self.user is not None:
            note("sign_in_failed", person=self.user.id)
        return valid


class SetUpForm(Form):
    """A code, by which the application shows that it holds the secret, and the password."""

    code = _code()
    password = _password(_l("Your password"))


class NewPasskeyForm(Form):
    """A passkey that the browser has made, the name it goes by, and the password."""

    name = StringField(
        _l("Name of this passkey"),
        description=_l("So that you know it again. Example: my work computer"),
        validators=[DataRequired(message=_l("Please give it a name.")), Length(max=60)],
    )
    password = _password(_l("Your password"))
    credential = HiddenField(
        validators=[DataRequired(message=NO_PASSKEY), Length(max=LONGEST_CREDENTIAL)]
    )


class PasskeyForm(Form):
    """A passkey that the browser shows."""

    next = _next()
    credential = HiddenField(
        validators=[DataRequired(message=NO_PASSKEY), Length(max=LONGEST_CREDENTIAL)]
    )


class PasswordForm(Form):
    """The password again, for what whoever finds an open browser must not do."""

    password = _password(_l("Your password"))


class ConfirmForm(Form):
    """The password, behind the link of a confirmation mail: the link proves who holds the address,
    the password who made the account. One of the two alone would let somebody who registered
    another's address sign in once its owner has confirmed it."""

    password = _password(_l("The password that you chose for this account"))


class ProfileForm(Form):
    """What a person may change about themselves."""

    name = StringField(
        _l("Your name on the site"),
        validators=[
            DataRequired(message=_l("Please give the name under which you will appear.")),
            Length(max=NAME_LENGTH, message=_l("The name is too long: 80 characters at most.")),
        ],
        render_kw={"autocomplete": "name"},
    )
    locale = SelectField(_l("Language of the site and of our mail"), validators=[DataRequired()])


class EraseForm(PasswordForm):
    """The password again, because nothing brings an erased account back."""


__all__ = [
    "CodeForm",
    "ConfirmForm",
    "EraseForm",
    "ForgottenForm",
    "NewPasskeyForm",
    "NewPasswordForm",
    "OtherPasswordForm",
    "PasskeyForm",
    "PasswordForm",
    "ProfileForm",
    "RecoveryForm",
    "RegistrationForm",
    "ResendForm",
    "SetUpForm",
    "SignInForm",
    "SignOutForm",
]
