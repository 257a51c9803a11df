"""What the tests of both desks do with a browser."""

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person


def signed_in(site: Site, person: Person) -> Browser:
    """A browser in which ``person`` is signed in."""
    browser = site.browser()
    browser.sign_in(person)
    return browser


def token_of(browser: Browser) -> str:
    """What a page of this browser would send with any form."""
    (token,) = browser.read("/").form("/deconnexion").filled({})["csrf_token"]
    return str(token)
