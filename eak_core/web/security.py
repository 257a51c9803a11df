"""What every answer says to the browser, how large a request may be, and the cookies' terms."""

from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from eak_core.config import Config
from eak_core.db.trouble import is_full
from eak_core.errors import Busy, EakError, TooLarge
from eak_core.i18n import _
from eak_core.web.application import IMPOSSIBLE_HOST
from eak_core.web.embedding import leave_no_cookie, may_be_framed
from eak_core.web.forms import LARGEST_INTEGER
from eak_core.web.uploads import MAX_BODY, largest_body, may_send_files

MOST_FIELDS = 5_000
"""Fields of a form: a ballot of a thousand options has two for each, and its keys."""

MOST_ARGUMENTS = 500
"""Parts of the query of an address."""

_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_A_YEAR = 365 * 24 * 3600

# Nothing from elsewhere, nothing inline. `data:` pictures are those in the style sheets.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_REFUSED_DEVICES = (
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "microphone",
    "payment",
    "usb",
)


class Number(IntegerConverter):
    """``<int:…>`` in an address: a number that an INTEGER column holds, in the digits 0 to 9.

    Another number is no address, so that no view has to ask; ``max`` is for wider columns.
    """

    regex = "[0-9]+"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max": LARGEST_INTEGER, **options})


def init_security(app: Flask, config: Config) -> None:
    """Set the limits, the cookies and the headers of ``app``."""
    https = config.base_url.startswith("https:")
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=MOST_FIELDS,
        # `__Host-`: no other host under the same domain can set it in our place.
        SESSION_COOKIE_NAME="__Host-eak" if https else "eak",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_NAME="__Host-eak-remember" if https else "eak-remember",
        REMEMBER_COOKIE_SECURE=https,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        PREFERRED_URL_SCHEME="https" if https else "http",
    )
    if config.trusted_proxies:
        hops = config.trusted_proxies
        # Flask's documented way to wrap the application, which mypy takes for a wrong method.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    app.url_map.converters["int"] = Number
    app.extensions["eak_headers"] = _headers(https)
    app.extensions["eak_framed_headers"] = _framed(_headers(https))
    app.before_request(refuse_hostile_address)
    app.before_request(read_body)
    app.after_request(add_headers)


def _headers(https: bool) -> dict[str, str]:
    policy = "; ".join(f"{name} {value}" for name, value in _POLICY.items())
    headers = {
        "Content-Security-Policy": policy + ("; upgrade-insecure-requests" if https else ""),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{device}=()" for device in _REFUSED_DEVICES),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if https:
        headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}"
    return headers


def _framed(headers: dict[str, str]) -> dict[str, str]:
    """``headers`` for a page that other sites may frame."""
    framed = {name: value for name, value in headers.items() if name != "X-Frame-Options"}
    framed["Content-Security-Policy"] = framed["Content-Security-Policy"].replace(
        f"frame-ancestors {_POLICY['frame-ancestors']}", "frame-ancestors *"
    )
    # A site that isolates itself (COEP) may frame it too.
    framed["Cross-Origin-Resource-Policy"] = "cross-origin"
    return framed


def add_headers(response: Response) -> Response:
    """Add the headers that the view has not set itself."""
    framed = may_be_framed(response)
    if framed:
        leave_no_cookie(response)
    for name, value in current_app.extensions[
        "eak_framed_headers" if framed else "eak_headers"
    ].items():
        response.headers.setdefault(name, value)
    return response


def refuse_hostile_address() -> None:
    """Refuse an address that holds NUL, which no database and no file name accepts, one of more
    parts than are worth reading, and a name of the site that no machine can have."""
    if request.environ.get(IMPOSSIBLE_HOST):
        raise EakError(_("This request names a site that cannot exist."))
    if request.query_string.count(b"&") >= MOST_ARGUMENTS:
        raise EakError(_("This address has more parts than any of this site."))
    if "\0" in request.path or "\0" in "".join(
        text for pair in request.args.items(multi=True) for text in pair
    ):
        raise EakError(_("This address contains a character that no address can have."))


def read_body() -> None:
    """Read what a form sends, whole, before anything else happens.

    The transaction of a change begins after this, so a slow connection never holds the lock of
    the writer while its body trickles in. Raises RequestEntityTooLarge (413) beyond the limit.
    """
    if request.method not in _UNSAFE:
        return
    most = request.max_content_length = largest_body()
    if most == MAX_BODY < (request.content_length or 0) and may_send_files():
        raise TooLarge(
            _(
                "You are no longer signed in, so your files were not taken. Sign in in another tab,"
                " come back to this one, and send the form again."
            )
        )
    if request.mimetype == "application/x-www-form-urlencoded":
        # A field takes two bytes to send and hundreds to keep: they are counted before.
        if request.get_data().count(b"&") >= MOST_FIELDS:
            raise TooLarge(_("This form has more fields than any of this site."))
        return
    try:
        request.get_data(parse_form_data=True)
    except OSError as error:
        # Files wait on disk until the form is read.
        if is_full(error):
            message = _(
                "There is no room left on this site for what you sent. Try again later, or without"
                " files."
            )
            raise Busy(message, retry_after=60) from error
        raise
    if sum(len(text) for _name, text in request.form.items(multi=True)) > MAX_BODY:
        raise TooLarge(_("This form has more text than any of this site."))
