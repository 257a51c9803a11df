"""Where somebody was going when they were asked to sign in, kept until they have.

Signing in leads there by itself. Whoever makes an account first, or has forgotten the password,
takes a way through their mail: the browser keeps the address meanwhile, beside what they began in
a form (`eak_core.web.drafts`).
"""

from flask import session
from flask_security.utils import validate_redirect_url

KEY = "way_back"
#: Longer addresses are forgotten: the cookie also holds what was begun.
LONGEST = 300


def remember(address: str) -> None:
    """Keep ``address`` for after the sign-in; one that is not of this site is left alone."""
    if _ours(address):
        session[KEY] = address


def remembered() -> str:
    """The address that was kept; empty where there is none."""
    address = session.get(KEY, "")
    return address if isinstance(address, str) and _ours(address) else ""


def _ours(address: str) -> bool:
    return 0 < len(address) <= LONGEST and bool(validate_redirect_url(address))
