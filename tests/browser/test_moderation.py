"""A text is reported, hidden and contested; who goes on is warned and suspended; a team weighs an
idea, promises its answers and reads who has which right: by keyboard alone and without a script."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from eak_core.db import write_session
from eak_core.ideas.proposals import Proposal, submit_idea
from eak_core.kit.testing.site import open_app
from eak_core.people.actor import actor_for
from eak_core.people.models import Person
from eak_core.services.models import Service
from tests.browser.conftest import MakeReader, Reader
from tests.served import Instance

pytestmark = pytest.mark.browser

AUTHOR = "personne0@essai.example"


def ideas_of_the_author(site: Instance, slug: str, count: int) -> list[int]:
    app = open_app(site.environment["EAK_DATABASE_URL"], site.folder, base_url=site.base)
    with app.app_context(), write_session(app) as session:
        service = session.scalars(select(Service).where(Service.slug == slug)).one()
        person = session.scalars(select(Person).where(Person.email == AUTHOR)).unique().one()
        author = actor_for(session, person)
        proposals = (Proposal(title=f"Idée {n}", problem="Non.", body="Si.") for n in range(count))
        return [submit_idea(session, author, service, each).id for each in proposals]


class Typist:
    """Somebody who has a keyboard, no mouse and no scripts. What axe needs, it has in the window of
    the ``checker``, where their pages are looked at."""

    def __init__(self, reader: Reader, checker: Reader) -> None:
        self.reader, self.page, self.open = reader, reader.page, reader.open
        self.checker = checker

    def check(self) -> None:
        """Look at this page as it stands."""
        self.checker.context.clear_cookies()
        cookies = self.reader.context.cookies()
        self.checker.context.add_cookies([{**each} for each in cookies])  # type: ignore[typeddict-item]
        self.checker.page.goto(self.page.url)
        self.checker.check()

    def press(self, selector: str) -> None:
        """Go on by a link or a button."""
        self.reader.tab_to(selector, 150)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def send(self) -> None:
        """Send the form of the page."""
        self.press("main form.eak-form [type=submit]")

    def write(self, **fields: str) -> None:
        """Type into each of ``fields``."""
        for field, words in fields.items():
            self.reader.tab_to(f"[name={field}]", 150)
            self.page.keyboard.type(words)

    def choose(self, field: str, steps: int = 0) -> None:
        """Choose what stands so many steps below the first choice."""
        self.reader.tab_to(f"[name={field}]", 150)
        self.page.keyboard.press("Space")
        for _step in range(steps):
            self.page.keyboard.press("ArrowDown")

    def choose_named(self, field: str, label: str) -> None:
        """Choose what is called ``label``."""
        self.reader.tab_to(f"[name={field}]", 150)
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


def test_report_decision_appeal_warning_and_suspension_by_keyboard_alone(
    reader: MakeReader, site: Instance, service: str
) -> None:
    ideas = ideas_of_the_author(site, service, 4)
    checker = reader()
    visitor = Typist(reader(scripts=False, width=360), checker)
    manager, author, judge = (Typist(reader(scripts=False), checker) for _each in range(3))
    manager.reader.sign_in("personne1@essai.example")
    author.reader.sign_in(AUTHOR)
    judge.reader.sign_in("administration@essai.example")
    desk = f"/{service}/gestion"

    # Whoever reads it reports it, without an account.
    visitor.open(f"/{service}/idees/{ideas[0]}")
    visitor.press("a[href*='/signaler/']")
    visitor.check()
    visitor.choose("ground", 3)
    visitor.write(explanation="On y traite une voisine de voleuse.")
    visitor.choose("good_faith")
    visitor.write(name="Renée Témoin", email="renee@example.org")
    visitor.send()
    expect(visitor.page.get_by_text("Votre signalement est")).to_be_visible()
    visitor.check()

    # The manager hides it, and two more, with a warning in between.
    manager.open(f"{desk}/")
    manager.press("a[href$='/gestion/signalements']")
    manager.check()
    manager.press("a[href*='/gestion/signalements/idea']")
    manager.check()
    manager.choose("outcome")
    manager.write(reason="Une attaque contre une personne : règle 1 de la charte.")
    manager.send()
    manager.open(f"{desk}/idees/{ideas[1]}/masquer")
    manager.write(reason="La même attaque encore.")
    manager.send()

    # The author reads why, and contests it; somebody else looks at it again.
    author.open(f"/{service}/idees/{ideas[0]}")
    author.check()
    author.press("a[href*='/moderation/decisions/']")
    author.check()
    author.press("a[href$='/contester']")
    author.check()
    author.write(words="Je citais un article.")
    author.send()
    expect(author.page.get_by_text("réexamine").first).to_be_visible()
    author.check()
    judge.open(f"{desk}/signalements")
    judge.press("a[href*='/gestion/contestations/']")
    judge.check()
    judge.choose("verdict")
    judge.write(reason="L’article ne dit pas cela.")
    judge.send()
    visitor.page.reload()
    expect(visitor.page.get_by_text("règle 1 de la charte")).to_be_visible()
    visitor.check()

    # Warned, and suspended once it happens again.
    for kind in ("warning", "suspension"):
        manager.open(f"{desk}/moderation/personnes")
        manager.check()
        manager.press("main a[href*='/moderation/personnes/']")
        manager.check()
        manager.choose("choice")
        manager.write(reason="Trois attaques contre la même personne en une semaine.")
        manager.send()
        if kind == "warning":
            manager.open(f"{desk}/idees/{ideas[2]}/masquer")
            manager.write(reason="Encore la même attaque.")
            manager.send()
    author.open(f"/{service}/idees/nouvelle")
    expect(author.page.get_by_text("suspendu").first).to_be_visible()
    author.check()
    author.press("a[href*='/moderation/mesures/']")
    author.check()

    # What a team thinks and promises, and who may do what in it.
    manager.open(f"/{service}/idees/{ideas[3]}")
    manager.press("a[href$='/examen']")
    manager.check()
    manager.choose("mark_social", 2)
    manager.choose("advice")
    manager.write(words="Le besoin est réel.")
    manager.send()
    expect(manager.page.get_by_text("avis donné le")).to_be_visible()
    manager.open(f"{desk}/idees/delai")
    manager.check()
    manager.write(days="30")
    manager.reader.tab_to("[name=opinions]")
    manager.page.keyboard.press("ArrowDown")
    manager.send()
    manager.open(f"{desk}/idees?etape=submitted&tri=promesse")
    manager.check()
    manager.open(f"{desk}/equipe")
    manager.press("a[href$='/equipe/droits']")
    manager.reader.tab_to("summary", 150)
    manager.page.keyboard.press("Enter")
    expect(manager.page.get_by_text("Régler le service").first).to_be_visible()
    manager.check()
    judge.open("/admin/droits")
    judge.check()
