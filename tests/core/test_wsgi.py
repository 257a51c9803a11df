"""What a server's process is told before it serves."""

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from eak_core import wsgi


@pytest.fixture
def collector() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


@pytest.mark.usefixtures("collector")
def test_what_a_server_has_loaded_is_not_searched_for_cycles_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = Flask("loaded")
    monkeypatch.setattr(wsgi, "_end_with_parent", lambda: None)
    monkeypatch.setattr(wsgi, "create", lambda: loaded)
    assert any(each is loaded for each in gc.get_objects())
    assert wsgi.create_under_parent() is loaded
    assert not any(each is loaded for each in gc.get_objects())
    assert gc.get_threshold()[0] == wsgi.COLLECT_AFTER


PLUGINS = Path(__file__).parents[2] / "plugins"


def test_a_site_with_every_plugin_loads_nothing_of_the_demonstration() -> None:
    loading = (
        "import sys; import eak_core.app, eak_core.wsgi, eak_core.api;"
        "from eak_core.plugins.loading.candidates import from_entry_points;"
        "from eak_core.plugins.loading.host import PluginHost;"
        "host = PluginHost(from_entry_points()); print(*host.ready);"
        "print(*(name for name in sys.modules if 'demo' in name.split('.')));"
        "from eak_core.api import Demo; print(Demo.__module__)"
    )
    ran = subprocess.run([sys.executable, "-c", loading], capture_output=True, text=True)
    plugins = sorted(folder.name for folder in PLUGINS.iterdir() if folder.is_dir())
    assert ran.stdout.splitlines() == [" ".join(plugins), "", "eak_core.demo.demonstration"], ran
