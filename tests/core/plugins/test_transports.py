"""A plugin carries messages of its own kind out of the house."""

from pathlib import Path
from types import ModuleType

import pytest

from eak_core.app import create_app
from eak_core.config import load
from eak_core.db import write_session
from eak_core.db.migrations import upgrade_all
from eak_core.letters.message import Claimed, Undeliverable
from eak_core.letters.models import OutboxMessage
from eak_core.letters.outbox import enqueue
from eak_core.letters.sending import Outbox
from eak_core.plugins.loading.manifest import ManifestError, Plugin
from eak_core.plugins.loading.transports import transport


def test_what_a_plugin_queues_is_carried_by_its_transport(tmp_path: Path) -> None:
    plugin = Plugin(name="jury", title="Jury", core=">=0.1,<1", version="1")
    carried: list[Claimed] = []

    @transport(plugin, "hook")
    def carry(message: Claimed) -> None:
        carried.append(message)
        if message.payload["url"] == "gone":
            raise Undeliverable("Nobody is there.")

    module = ModuleType("eak_jury")
    module.plugin = plugin  # type: ignore[attr-defined]  # a plugin of one module
    app = create_app(load(tmp_path), plugins=[module], testing=True)
    with app.app_context():
        upgrade_all(app)
        with write_session(app) as session:
            for url in ("there", "gone"):
                enqueue(
                    session, kind="jury.hook", payload={"url": url}, dedupe_key=url, plugin="jury"
                )
        Outbox(app).send_due()
        with write_session(app) as session:
            left = {row.dedupe_key: row.done_at for row in session.query(OutboxMessage)}
    assert [each.key for each in carried] == ["there", "gone"]
    assert left["there"] is not None


@pytest.mark.parametrize("name", ["Hook", "", "a b", "x" * 40])
def test_a_name_of_another_shape_is_refused(name: str) -> None:
    plugin = Plugin(name="jury", title="Jury", core=">=0.1,<1")
    with pytest.raises(ManifestError):
        transport(plugin, name)


def test_one_function_carries_one_kind() -> None:
    plugin = Plugin(name="jury", title="Jury", core=">=0.1,<1")
    transport(plugin, "hook")(print)
    with pytest.raises(ManifestError):
        transport(plugin, "hook")
