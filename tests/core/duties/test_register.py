"""The register of what is kept of people: each room and plugin says its part."""

from typing import Any

import pytest
from markupsafe import escape

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.plugins.hooks.contributions import Kept
from eak_core.plugins.loading.host import get_host
from tests.core.plugins.making import make

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

TYPED = "<b>weights</b> & measures"


class TestAPluginSaysItsPart:
    """A plugin that keeps something, and one that fails to say what."""

    @pytest.fixture
    def plugins(self) -> list[Any]:
        def kept_data() -> list[Kept]:
            return [Kept(TYPED, "what", "why", "who", "when")]

        def fails() -> list[Kept]:
            raise RuntimeError("nothing is said")

        return [make("weigher", kept_data=kept_data), make("silent", kept_data=fails)]

    def test_it_is_read_escaped_and_the_page_goes_on_without_who_fails(
        self, site: Site, client: Browser
    ) -> None:
        page = client.get("/confidentialite?lang=en").text
        assert escape(TYPED) in page
        assert "Your account" in page
        assert "without news of you it is erased after 36" in page


def test_whatever_gives_a_copy_to_people_says_in_the_register_what_it_keeps(sites: Sites) -> None:
    app = sites.make().app
    with app.app_context():
        host = get_host()
        said = {owner for owner, _kept in host.call_each("kept_data", host.ready)}
        copied = {*host.answering("export_person"), *host.answering("erase_person")}
        features = set(host.features)
    assert copied <= said
    assert said & features == {"people", "ideas", "files", "moderation", "notices"}
    assert len(said - features) == 6
