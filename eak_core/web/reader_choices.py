"""What a reader chooses for all pages, without an account: a language, strong contrast.

It is asked for by a link with an argument, and kept for a year in a cookie that says nothing else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote

from flask import Response, has_request_context, request

from eak_core.web.links import with_query

_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """One of ``values``: asked for by the ``argument`` of an address, kept in ``cookie``."""

    argument: str
    cookie: str
    values: Collection[str]

    def value(self) -> str | None:
        """What this reader has chosen; None where they have not, or nobody asks for a page."""
        if not has_request_context():
            return None
        given = request.args.get(self.argument), request.cookies.get(self.cookie)
        return next((each for each in given if each in self.values), None)

    def url(self, value: str) -> str:
        """This page as it is with ``value``; where it cannot be asked for again, since it answers
        to a form, the home page."""
        asked_again = has_request_context() and request.method in {"GET", "HEAD"}
        path = request.script_root + quote(request.path if asked_again else "/")
        query = request.args.to_dict(flat=False) if asked_again else {}
        return with_query(path, {**query, self.argument: [value]})

    def keep(self, response: Response) -> Response:
        """Remember in ``response`` what the reader asks for, where it is a page."""
        wanted = request.args.get(self.argument)
        # A picture in somebody's text, or on another site, is no choice of the reader's.
        chosen = request.headers.get("Sec-Fetch-Dest", "document") == "document"
        if wanted and wanted in self.values and chosen and response.status_code < 400:
            response.set_cookie(
                self.cookie,
                wanted,
                max_age=_YEAR,
                secure=request.is_secure,
                httponly=True,
                samesite="Lax",
            )
        return response


#: Whether every page is shown in the theme of strong contrast, whatever a service has chosen.
CONTRAST = ReaderChoice("contraste", "eak_contraste", ("fort", "habituel"))
STRONG, USUAL = CONTRAST.values
