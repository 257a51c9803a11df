"""A browser without a screen: it reads a page before it sends the page's form."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eak_core.kit.testing.pages import Page
from eak_core.people.models import Person

PASSWORD = "correct horse battery staple"
"""The password of everybody in `eak_core.kit.testing.people`."""


class Browser(FlaskClient):
    """Flask's test client, which also signs in and fills forms the way people do.

    A form is sent with the token and the hidden fields that its page gave, so a page without a
    token, or with a field too few, fails the test.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # A test may stand in an application context of its own; what a request keeps in `g` and in
        # its session must not stay there for the next one.
        # What is streamed is read to its end, or its generator would be closed by the collector.
        kwargs.setdefault("buffered", True)
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def read(self, path: str, **kwargs: Any) -> Page:
        """The page at ``path``, after redirections. AssertionError unless it is there."""
        response = self.get(path, follow_redirects=True, **kwargs)
        assert response.status_code == 200, f"{path} answers {response.status}"
        return Page(response.text)

    def submit(self, path: str, form: str = "", /, **values: object) -> TestResponse:
        """Open the page at ``path``, change ``values`` in its form, and send it.

        ``form`` is the form's id or part of its address, where the page has several. Answers what
        the site answers, without following a redirection.
        """
        found = self.read(path).form(form)
        return self.post(found.action or path, data=found.filled(values))

    def sign_in(self, person: Person) -> None:
        """Sign in as ``person``, on the page for it."""
        answer = self.submit(
            "/compte/connexion", "/compte/connexion", email=person.email, password=PASSWORD
        )
        assert answer.status_code == 302, f"{person.email} could not sign in: {answer.status}"

    def sign_out(self) -> None:
        """Be a visitor again."""
        self.submit("/", "/compte/deconnexion")
