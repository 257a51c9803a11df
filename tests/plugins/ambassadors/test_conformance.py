"""What every plugin keeps, kept by the ambassadors."""

from collections.abc import Iterable, Iterator
from uuid import UUID

import pytest

from eak_ambassadors.nominations import answering
from eak_core.kit.testing.conformance import PluginConformance
from eak_core.kit.testing.site import Site
from tests.plugins.ambassadors.acts import ACTS, nominations


class TestAmbassadors(PluginConformance):
    plugin = "ambassadors"
    acts = ACTS

    @pytest.fixture(autouse=True)
    def same_lots(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is drawn at random is drawn alike in two lives that are compared."""
        monkeypatch.setattr(answering, "new_badge_id", lambda nomination: str(UUID(int=nomination)))

    def pages(self, site: Site) -> Iterable[str]:
        here = "/culture/ambassadeurs"
        yield f"{here}/nommer"
        yield f"{here}/nominations"
        yield from _about(here, nominations(site))


def _about(here: str, ids: list[int]) -> Iterator[str]:
    for nomination_id in ids[:2]:
        yield f"{here}/nominations/{nomination_id}"
