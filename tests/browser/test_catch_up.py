"""The page of a catch-up: it follows the reading by itself, and by a link where scripts are off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from eak_core.kit.testing.databases import Databases
from tests.browser.conftest import Reader
from tests.served import Instance, migrated

pytestmark = pytest.mark.browser


@pytest.fixture
def unread(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance in which nobody reads any log until a worker is called."""
    with migrated(databases, "sqlite", tmp_path_factory.mktemp("unread") / "instance") as instance:
        instance.furnish(people=1)
        instance.eak("person", "role", "personne0@essai.example", "manager", "--service", "essai")
        instance.serve("--no-worker")
        yield instance


@pytest.mark.parametrize("scripts", [True, False])
def test_the_progress_of_a_catch_up_is_shown_until_it_ends(
    chromium: Browser, unread: Instance, scripts: bool
) -> None:
    context = chromium.new_context(java_script_enabled=scripts, locale="fr-FR")
    manager = Reader(context, unread.base)
    manager.sign_in("personne0@essai.example")
    page = manager.page
    manager.open("/essai/gestion/plugins/discussion/activation")
    page.get_by_role("button", name="Activer").click()
    told = page.locator("[data-text]")
    expect(told).to_contain_text("0 événement")
    expect(page.get_by_label("Lecture de ce qui s’est passé avant")).to_be_visible()
    if scripts:
        manager.check()
    unread.eak("worker", "--once")
    if not scripts:
        page.get_by_role("link", name="Voir où cela en est").click()
    expect(told).to_contain_text("Terminé")
    if scripts:
        expect(page.get_by_role("status").filter(has_text="Terminé")).to_have_count(1)
        assert page.get_by_role("link", name="Voir où cela en est").count() == 0
    context.close()
