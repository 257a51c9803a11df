"""What Flask-Security says to people, in our words; French stands with the room's translations."""

from typing import Any

from flask_babel.speaklater import LazyString

from eak_core.i18n import _, _l

#: By Flask-Security's name: the sentence and its category. Those left out are of features that
#: are off.
MESSAGES: dict[str, tuple[Any, str]] = {
    "API_ERROR": (_l("This value has the wrong form."), "danger"),
    "GENERIC_AUTHN_FAILED": (
        _l(
            "The address or the password is wrong, or the address is not confirmed yet. Nothing"
            " says which, to protect your account."
        ),
        "danger",
    ),
    "UNAUTHORIZED": (_l("You are not allowed to do this here."), "danger"),
    "UNAUTHENTICATED": (_l("Please sign in to open this page."), "info"),
    "REAUTHENTICATION_REQUIRED": (_l("Please enter your password again to go on."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you, it is you."), "success"),
    "CONFIRM_REGISTRATION": (
        _l(
            "Thank you. We have sent a mail to %(email)s: open the link in it within two days to"
            " confirm your address."
        ),
        "success",
    ),
    "ALREADY_CONFIRMED": (_l("This address is confirmed already. You can sign in."), "info"),
    "INVALID_CONFIRMATION_TOKEN": (
        _l("This link is not valid. Ask for a new one here."),
        "danger",
    ),
    "CONFIRMATION_EXPIRED": (
        _l("This link has expired: it holds for %(within)s. Ask for a new one here."),
        "danger",
    ),
    "CONFIRMATION_REQUEST": (
        _l(
            "If an account with the address %(email)s waits for confirmation, a new link is on its"
            " way there."
        ),
        "info",
    ),
    "CONFIRMATION_REQUIRED": (_l("Please confirm your e-mail address first."), "danger"),
    "EMAIL_ALREADY_ASSOCIATED": (_l("This address cannot be used."), "danger"),
    "USER_DOES_NOT_EXIST": (_l("This address cannot be used."), "danger"),
    "DISABLED_ACCOUNT": (_l("This account is closed."), "danger"),
    "EMAIL_NOT_PROVIDED": (_l("Please give your e-mail address."), "danger"),
    "INVALID_EMAIL_ADDRESS": (
        _l("This is not an e-mail address. Example: camille.martin@example.fr"),
        "danger",
    ),
    "PASSWORD_NOT_PROVIDED": (_l("Please give a password."), "danger"),
    "RETYPE_PASSWORD_MISMATCH": (_l("The two passwords differ."), "danger"),
    "INVALID_PASSWORD": (_l("The password is wrong."), "danger"),
    "PASSWORD_IS_THE_SAME": (
        _l("This is your present password. Please choose another one."),
        "danger",
    ),
    "PASSWORD_RESET_REQUEST": (
        _l(
            "If an account has the address %(email)s, a mail on its way there explains how to"
            " choose a new password."
        ),
        "info",
    ),
    "PASSWORD_RESET_EXPIRED": (
        _l("This link has expired: it holds for %(within)s. Ask for a new one here."),
        "danger",
    ),
    "INVALID_RESET_PASSWORD_TOKEN": (
        _l("This link is not valid, or was used already. Ask for a new one here."),
        "danger",
    ),
    "PASSWORD_RESET_NO_LOGIN": (
        _l("Your new password is saved. You can sign in with it now."),
        "success",
    ),
    "PASSWORD_CHANGE": (
        _l("Your new password is saved. You were signed out everywhere else."),
        "success",
    ),
    "TWO_FACTOR_INVALID_TOKEN": (
        _l("This code is wrong, was used already, or is over. Type the one shown now."),
        "danger",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (_l("You are signed in."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (
        _l("Please begin with your address and your password."),
        "info",
    ),
    "INVALID_RECOVERY_CODE": (
        _l("This is none of your recovery codes, or it was used already."),
        "danger",
    ),
    "FORGOT_PASSWORD": (_l("Forgotten password?"), "info"),
    "ANONYMOUS_USER_REQUIRED": (_l("You are signed in already."), "info"),
    "INVALID_REDIRECT": (_l("This address leads away from the site."), "danger"),
}


class Wording:
    """The translations Flask-Security asks for, answered from ours."""

    def gettext(self, message: Any, **variables: Any) -> str:
        """``message`` in the reader's language, with its ``%(name)s`` filled in."""
        text = str(message) if isinstance(message, LazyString) else _(message)
        return text % variables if variables else text
