"""Ways of going about: by keyboard alone, on a telephone's width and without scripts; or by mouse,
on a screen. What both can do needs neither the one nor the other."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from eak_core.db import write_session
from eak_core.ideas.proposing.proposals import Proposal, submit_idea
from eak_core.kit.testing.site import open_app
from eak_core.people.models import Person
from eak_core.people.rights.actor import actor_for
from eak_core.services.models import Service
from tests.served import Instance

if TYPE_CHECKING:
    from tests.browser.conftest import MakeReader, Reader

#: Who writes the ideas that others decide about.
AUTHOR = "personne0@essai.example"
#: How often Tab is pressed at most, until something is reached.
TABS = 150


class Hands(ABC):
    """Somebody in front of a window, with one way of going about."""

    def __init__(self, reader: "Reader") -> None:
        self.reader, self.page, self.open = reader, reader.page, reader.open

    @abstractmethod
    def check(self) -> None:
        """Look at this page as it stands."""

    @abstractmethod
    def press(self, selector: str) -> None:
        """Go on by a link or a button."""

    @abstractmethod
    def use(self, selector: str) -> None:
        """Use what leaves this page where it is: what unfolds, or downloads."""

    @abstractmethod
    def write(self, **fields: str) -> None:
        """Type into each of ``fields``."""

    @abstractmethod
    def choose(self, field: str, steps: int = 0) -> None:
        """Choose what stands so many steps below the first choice."""

    @abstractmethod
    def choose_named(self, field: str, label: str) -> None:
        """Choose what is called ``label``."""

    @abstractmethod
    def pick(self, field: str, label: str) -> None:
        """Choose what is called ``label`` from a list that unfolds."""

    def send(self) -> None:
        """Send the form of the page."""
        self.press("main form.eak-form [type=submit]")


class Typist(Hands):
    """Somebody who has a keyboard, no mouse and no scripts. What axe needs, it has in the window of
    the ``checker``, where their pages are looked at."""

    def __init__(self, reader: "Reader", checker: "Reader") -> None:
        super().__init__(reader)
        self.checker = checker

    def check(self) -> None:
        self.checker.context.clear_cookies()
        cookies = self.reader.context.cookies()
        self.checker.context.add_cookies([{**each} for each in cookies])  # type: ignore[typeddict-item]
        self.checker.page.goto(self.page.url)
        self.checker.check()

    def press(self, selector: str) -> None:
        self.reader.tab_to(selector, TABS)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def use(self, selector: str) -> None:
        self.reader.tab_to(selector, TABS)
        self.page.keyboard.press("Enter")

    def write(self, **fields: str) -> None:
        for field, words in fields.items():
            self.reader.tab_to(f"[name={field}]", TABS)
            self.page.keyboard.type(words)

    def choose(self, field: str, steps: int = 0) -> None:
        self.reader.tab_to(f"[name={field}]", TABS)
        self.page.keyboard.press("Space")
        for _step in range(steps):
            self.page.keyboard.press("ArrowDown")

    def choose_named(self, field: str, label: str) -> None:
        self.reader.tab_to(f"[name={field}]", TABS)
        self.page.keyboard.press("Space")
        passed: list[str] = []
        # The last choice leads to the first one again.
        name = "document.activeElement.labels[0].innerText"
        while (at := self.page.evaluate(name)) not in passed:
            if label in at:
                return
            passed.append(at)
            self.page.keyboard.press("ArrowDown")
        pytest.fail(f"{label} is no choice of {field}: {passed}")

    def pick(self, field: str, label: str) -> None:
        self.reader.tab_to(f"select[name={field}]", TABS)
        self.page.keyboard.type(label)


class Pointer(Hands):
    """Somebody who has a mouse and scripts, and types where they have clicked."""

    def check(self) -> None:
        # The typist's pages are the same: nobody waits for axe twice.
        assert self.reader.complaints == [], self.page.url

    def press(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def use(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def write(self, **fields: str) -> None:
        for field, words in fields.items():
            self.page.locator(f"[name={field}]").first.click()
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(words)

    def choose(self, field: str, steps: int = 0) -> None:
        self.page.locator(f"[name={field}]").nth(steps).click()

    def choose_named(self, field: str, label: str) -> None:
        choice = self.page.locator(f"label:has([name={field}]), [name={field}] + label")
        choice.filter(has_text=label).first.click()

    def pick(self, field: str, label: str) -> None:
        self.page.locator(f"select[name={field}]").select_option(label=label)


#: Opens a window, and answers who sits in front of it: whoever has the account of the address that
#: is given, or a visitor.
Newcomer = Callable[..., Hands]
#: How a test is called that is done by keyboard, and by mouse.
BY = pytest.mark.parametrize("newcomer", ["keyboard", "mouse"], indirect=True)


def newcomers(reader: "MakeReader", by: str) -> Newcomer:
    """Opens windows of people who go about ``by`` keyboard on a telephone, or by mouse on a
    screen."""
    checker = None if by == "mouse" else reader()

    def newcomer(email: str = "") -> Hands:
        hands: Hands
        if checker is None:
            hands = Pointer(reader())
        else:
            hands = Typist(reader(scripts=False, width=360), checker)
        if email:
            hands.reader.sign_in(email)
        return hands

    return newcomer


def ideas_of_the_author(site: Instance, slug: str, count: int) -> list[int]:
    """The ids of ``count`` ideas that are submitted to a service."""
    app = open_app(site.environment["EAK_DATABASE_URL"], site.folder, base_url=site.base)
    with app.app_context(), write_session(app) as session:
        service = session.scalars(select(Service).where(Service.slug == slug)).one()
        person = session.scalars(select(Person).where(Person.email == AUTHOR)).unique().one()
        author = actor_for(session, person)
        proposals = (Proposal(title=f"Idée {n}", problem="Non.", body="Si.") for n in range(count))
        return [submit_idea(session, author, service, each).id for each in proposals]
