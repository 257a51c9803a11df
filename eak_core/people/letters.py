"""Mail about accounts and roles: written in the language of whoever receives it."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from flask import current_app, render_template
from flask_babel import force_locale, get_locale

from eak_core.config import Config
from eak_core.db import Session
from eak_core.events.outbox import enqueue_mail
from eak_core.i18n import _, _l

#: What each letter is about; its text stands in ``templates/security/email/<name>.txt``.
SUBJECTS = {
    "welcome": _l("Confirm your e-mail address"),
    "welcome_existing": _l("You already have an account"),
    "confirmation_instructions": _l("Confirm your e-mail address"),
    "reset_instructions": _l("Choose a new password"),
    "reset_notice": _l("Your password was changed"),
    "change_notice": _l("Your password was changed"),
    "role_invitation": _l("You are invited to run a service"),
    "erased": _l("Your account was erased"),
}


def send_letter(
    session: Session, letter: str, *, to: str, locale: str | None = None, **context: Any
) -> None:
    """Queue the letter ``letter`` with the current transaction.

    ``locale`` is the receiver's language where it is known, else that of whoever asks.
    """
    config: Config = current_app.extensions["eak_config"]
    with force_locale(locale or str(get_locale() or "fr")):
        subject = _("%(subject)s – %(site)s", subject=SUBJECTS[letter], site=config.site_name)
        text = render_template(
            f"security/email/{letter}.txt", site_name=config.site_name, **context
        )
    enqueue_mail(session, to=to, subject=subject, text=text, dedupe_key=f"{letter}:{uuid4()}")


def on_site(url: str) -> str:
    """``url`` on the address that the operator has set, whatever host the request claimed.

    A forged Host header would otherwise put a stranger's address into a mail with a secret link.
    """
    config: Config = current_app.extensions["eak_config"]
    base, parts = urlsplit(config.base_url), urlsplit(url)
    return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))
