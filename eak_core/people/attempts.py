"""How often somebody may try what can be guessed, or used to flood somebody with mail."""

import hmac
from typing import Any

from flask import Flask, current_app, request

from eak_core.people.addresses import normal_address
from eak_core.web.limits import limit_register, limit_sign_in, limited, limited_by


def _tried_account() -> str:
    """The address that somebody tries to sign in with, whether or not it has an account, in a form
    that tells nobody who reads the counts."""
    typed = request.form.get("email", "")
    try:
        typed = normal_address(typed)
    except ValueError:
        typed = "no address"
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, typed.encode(), "sha256").hexdigest()


#: Beside the limit per computer: a password guessed from many computers. Wide enough that nobody
#: is kept out of their account by a stranger's few attempts.
limit_account = limited_by("sign-in-account", "30/hour;100/day", _tried_account)
limit_mail = limited("account-mail", "5/minute;30/hour")
LIMITS = {
    "login": limit_sign_in,
    "change_password": limit_sign_in,
    "register": limit_register,
    "forgot_password": limit_mail,
    "send_confirmation": limit_mail,
    "reset_password": limit_sign_in,
}


def limit_attempts(app: Flask) -> None:
    """Count the attempts at what can be guessed, or used to flood somebody with mail."""
    views: dict[str, Any] = app.view_functions
    # Within the limit per computer, so that what one computer is refused does not use up the
    # attempts of all others at that account.
    views["security.login"] = limit_account(views["security.login"])
    for name, limit in LIMITS.items():
        views[f"security.{name}"] = limit(views[f"security.{name}"])
