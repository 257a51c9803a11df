"""What the site leaves out while somebody works on it."""

import pytest

from eak_core.kit.testing.site import Site


@pytest.mark.parametrize("database", ["sqlite"])
def test_browsers_keep_no_page_while_it_is_worked_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = f"/{site.service.slug}/"
    kept = site.browser().get(home).headers["ETag"]
    assert site.browser().get(home, headers={"If-None-Match": kept}).status_code == 304
    monkeypatch.setitem(site.app.config, "EAK_DEVELOPMENT", True)
    again = site.browser().get(home, headers={"If-None-Match": kept})
    assert again.status_code == 200
    assert "ETag" not in again.headers
    assert again.headers["Cache-Control"] == "private, no-store"
