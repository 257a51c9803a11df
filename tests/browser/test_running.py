"""A service is opened, an idea is decided about, goes to another service, and somebody takes their
copy and leaves: by keyboard alone on a telephone and without a script, and by mouse on a screen."""

import re
import uuid
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from tests.browser.hands import BY, Newcomer, ideas_of_the_author
from tests.served import PASSWORD, Instance

pytestmark = pytest.mark.browser

REASON = "Le besoin est réel, et le coût modeste."


@BY
def test_a_service_is_opened_and_gets_an_idea_of_another(
    newcomer: Newcomer, site: Instance, service: str
) -> None:
    (idea,) = ideas_of_the_author(site, service, 1)
    administrator, visitor = newcomer("administration@essai.example"), newcomer()
    slug = f"essai-{uuid.uuid4().hex[:8]}"
    page = administrator.page

    administrator.open("/admin/")
    administrator.press("main a[href$='/admin/services/nouveau']")
    administrator.check()
    administrator.write(name=f"Service {slug}", slug=slug)
    administrator.choose("plugins")
    administrator.send()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    administrator.check()

    # Decided about where it is, and then handed on, with all that was said of it.
    administrator.open(f"/{service}/idees/{idea}")
    for stage in ("À l’examen", "Recevable"):
        administrator.choose_named("to", stage)
        administrator.write(reason=REASON)
        administrator.press(".idea-decision .btn-primary")
        expect(page.get_by_role("region", name="La dernière décision")).to_contain_text(REASON)
    administrator.press("a[href$='/transferer']")
    administrator.check()
    administrator.choose_named("to", f"Service {slug}")
    administrator.write(reason="C’est l’affaire de ce service.")
    administrator.send()
    expect(page).to_have_url(re.compile(f"/{slug}/idees/{idea}"))
    administrator.check()
    visitor.open(f"/{service}/idees/{idea}")
    assert f"/{slug}/idees/{idea}" in visitor.page.url
    expect(visitor.page.get_by_text("C’est l’affaire de ce service.")).to_be_visible()
    for path in ("/statistiques", "/donnees", f"/{slug}/donnees"):
        visitor.open(path)
        visitor.check()


@BY
def test_somebody_takes_a_copy_and_erases_their_account(
    newcomer: Newcomer, site: Instance, tmp_path: Path
) -> None:
    email = f"{uuid.uuid4().hex[:8]}@essai.example"
    site.person(email)
    leaver = newcomer(email)
    page = leaver.page
    leaver.open("/compte/")
    leaver.check()
    leaver.press("main a[href$='/compte/effacer']")
    leaver.check()
    leaver.press("main a[href$='/compte/mes-donnees']")
    leaver.check()
    leaver.write(password=PASSWORD)
    with page.expect_download() as copy:
        leaver.use("main form.eak-form [type=submit]")
    copy.value.save_as(tmp_path / "copy.zip")
    with ZipFile(tmp_path / "copy.zip") as archive:
        assert any(email in archive.read(name).decode() for name in archive.namelist())
    leaver.open("/compte/effacer")
    leaver.write(password=PASSWORD)
    leaver.send()
    expect(page.get_by_text("Votre compte est effacé")).to_be_visible()
    leaver.open("/compte/connexion")
    leaver.write(email=email, password=PASSWORD)
    leaver.press("main form [type=submit]")
    expect(page.get_by_role("alert")).to_be_visible()
