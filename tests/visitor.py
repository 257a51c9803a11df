"""A person with a browser without JavaScript: cookies, links, and forms as they stand on pages."""

import http.client
import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request

from eak_core.kit.testing.pages import Page


class Visitor:
    """Speaks HTTP to a server on ``base``."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> tuple[int, str]:
        """The status and the text of the page at ``path``."""
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.base, path)))

    def post(self, path: str, fields: dict[str, list[str]]) -> tuple[int, str]:
        """Send ``fields``; the status and text of the page that this leads to."""
        data = urllib.parse.urlencode(fields, doseq=True).encode()
        address = urllib.parse.urljoin(self.base, path)
        return self._open(urllib.request.Request(address, data, headers={"Referer": address}))

    def fill(self, path: str, where: str = "", **values: object) -> tuple[int, str]:
        """Open ``path``, fill its form (see `Page.form`) and send it."""
        _, html = self.get(path)
        form = Page(html).form(where)
        return self.post(urllib.parse.urljoin(path, form.action or path), form.filled(values))

    def sign_in(self, email: str, password: str) -> None:
        """Sign in; fails where the password is not taken."""
        status, html = self.fill("/compte/connexion", "connexion", email=email, password=password)
        assert status == 200, html

    def _open(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            return self._answer(request)
        except http.client.HTTPException as error:
            raise ConnectionError("the server went away in the middle of its answer") from error

    def _answer(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
