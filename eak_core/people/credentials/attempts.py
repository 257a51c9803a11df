"""How often somebody may try what can be guessed, or used to flood somebody with mail."""

import hmac
from typing import Any

from flask import Flask, current_app, request, session

from eak_core.people.mail.addresses import normal_address
from eak_core.web.limits import limit_register, limit_sign_in, limited, limited_by


def typed_address() -> str | None:
    """The address that somebody typed, whether or not it has an account, in a form that tells
    nobody who reads the counts; None where it is none, so that nobody's slip counts for others."""
    try:
        typed = normal_address(request.form.get("email", ""))
    except ValueError:
        return None
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, typed.encode(), "sha256").hexdigest()


#: Beside the limit per computer: a password guessed from many computers. Wide enough that nobody
#: is kept out of their account by a stranger's few attempts.
limit_account = limited_by("sign-in-account", "30/hour;100/day", typed_address)


def half_signed_in() -> str | None:
    """Whose password was right, while the code is asked for."""
    known = session.get("tf_user_id")
    return known if isinstance(known, str) else None


#: Codes for one account, from anywhere: whoever sends them knows its password already.
limit_codes = limited_by("second-factor", "10/hour;30/day", half_signed_in)
limit_mail = limited("account-mail", "5/minute;30/hour")
#: One mailbox, whoever asks for the mail and from however many computers. Counted for what was
#: typed, so it tells nobody whether there is an account.
limit_recipient = limited_by("mail-recipient", "6/hour;20/day", typed_address)
limit_rename = limited("rename", "10/hour;30/day")
limit_export = limited("personal-data", "10/hour;40/day")
LIMITS = {
    "login": limit_sign_in,
    "change_password": limit_sign_in,
    "register": limit_register,
    "forgot_password": limit_mail,
    "send_confirmation": limit_mail,
    "reset_password": limit_sign_in,
    "two_factor_token_validation": limit_sign_in,
    "mf_recovery": limit_sign_in,
}


def limit_attempts(app: Flask) -> None:
    """Count the attempts at what can be guessed, or used to flood somebody with mail."""
    views: dict[str, Any] = app.view_functions
    # Within the limit per computer, so that what one computer is refused does not use up the
    # attempts of all others at that account.
    views["security.login"] = limit_account(views["security.login"])
    for name in ("two_factor_token_validation", "mf_recovery"):
        views[f"security.{name}"] = limit_codes(views[f"security.{name}"])
    for name in ("register", "forgot_password", "send_confirmation"):
        views[f"security.{name}"] = limit_recipient(views[f"security.{name}"])
    for name, limit in LIMITS.items():
        views[f"security.{name}"] = limit(views[f"security.{name}"])
