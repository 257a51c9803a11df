"""A text is reported, hidden and contested; who goes on is warned and suspended: by keyboard alone
on a telephone and without a script, and by mouse on a screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import AUTHOR, BY, Newcomer, ideas_of_the_author
from tests.served import Instance

pytestmark = pytest.mark.browser


@pytest.mark.slow
@BY
def test_report_decision_appeal_warning_and_suspension(
    newcomer: Newcomer, site: Instance, service: str
) -> None:
    ideas = ideas_of_the_author(site, service, 3)
    visitor, author = newcomer(), newcomer(AUTHOR)
    manager, judge = newcomer("personne1@essai.example"), newcomer("administration@essai.example")
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
