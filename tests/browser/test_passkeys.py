"""Who runs the site is led to a second factor, adds a passkey, and signs in with it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from eak_core.kit.testing.databases import Databases
from tests.browser.conftest import Reader
from tests.served import PASSWORD, Instance, migrated

pytestmark = pytest.mark.browser

EMAIL = "administration@essai.example"


@pytest.fixture
def strict(databases: Databases, tmp_path: Any) -> Iterator[Instance]:
    """An instance as operators have it. No browser makes passkeys for an address in figures."""
    with migrated(databases, "sqlite", tmp_path / "instance") as instance:
        instance.base = f"http://localhost:{instance.port}"
        instance.environment |= {
            "EAK_BASE_URL": instance.base,
            "EAK_SECOND_FACTOR_REQUIRED": "true",
        }
        instance.furnish(people=0)
        instance.serve()
        yield instance


def test_a_passkey_is_added_by_keyboard_and_opens_the_site(
    chromium: Browser, strict: Instance
) -> None:
    context = chromium.new_context(locale="fr-FR", viewport={"width": 360, "height": 900})
    reader = Reader(context, strict.base)
    page, devices = reader.page, context.new_cdp_session(reader.page)
    devices.send("WebAuthn.enable")
    phone = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = devices.send("WebAuthn.addVirtualAuthenticator", {"options": phone})
    number = made["authenticatorId"]

    reader.sign_in(EMAIL)
    reader.open("/admin/")
    expect(page.get_by_text("exige, en plus du mot de passe")).to_be_visible()
    reader.check()
    page.get_by_role("link", name="Ou utilisez une clé d’accès").click()
    reader.check()
    page.get_by_label("Nom de cette clé").fill("Mon téléphone")
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    reader.check()
    page.get_by_role("link", name="Je les ai gardés").click()
    expect(page).to_have_url(f"{strict.base}/admin/")
    reader.open("/compte/second-facteur")
    expect(page.get_by_text("Mon téléphone").first).to_be_visible()
    reader.check()

    reader.sign_out()
    reader.open("/admin/")
    page.get_by_role("link", name="Se connecter avec une clé d’accès").click()
    # Nobody answers: the page says so, and what was begun goes on.
    verified = "WebAuthn.setUserVerified"
    devices.send(verified, {"authenticatorId": number, "isUserVerified": False})
    page.get_by_role("button", name="Présenter ma clé").click()
    expect(page.get_by_role("status").filter(has_text="n’a présenté aucune clé")).to_be_visible()
    devices.send(verified, {"authenticatorId": number, "isUserVerified": True})
    reader.tab_to("main form button")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{strict.base}/admin/")
    context.close()
