"""What a server's process is told before it serves."""

import ctypes
import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from eak_core import wsgi
from eak_core.kit.testing.sites import Sites
from eak_core.loading import without_collecting


@pytest.fixture
def collector() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    # As `eak_core.kit.testing` left it: thawed, everything would be looked through for the rest of
    # the run.
    gc.collect()
    gc.freeze()
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


_HEAPS = """
import ctypes, threading
from eak_core.wsgi import settle
libc = ctypes.CDLL(None)
{first}
everybody, end = threading.Barrier(13), threading.Event()
def hold():
    held = libc.malloc(100_000)
    everybody.wait()
    end.wait()
threads = [threading.Thread(target=hold) for _ in range(12)]
for thread in threads: thread.start()
everybody.wait()
libc.fopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out)
libc.fclose(out)
end.set()
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="it is glibc's")
def test_the_threads_of_a_settled_process_share_one_heap() -> None:
    def heaps(first: str) -> int:
        ran = subprocess.run(
            [sys.executable, "-c", _HEAPS.format(first=first)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return ran.stdout.count("<heap nr=")

    assert heaps("settle()") == 2
    assert heaps("") > 2, "this machine has no heaps to share"


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


#: What no start needs: migrations, Markdown, the DNS, pictures, bounces, passkeys, QR codes.
LATER = (
    "alembic", "markdown_it", "dns", "eak_core.web.cards", "PIL", "flufl", "rich", "webauthn",
    "qrcode",
)  # fmt: skip


def test_a_start_on_a_database_that_is_up_to_date_waits_for_nothing_that_is_wanted_later(
    sites: Sites, tmp_path: Path
) -> None:
    starting = (
        "import sys; from eak_core import wsgi; wsgi.create();"
        f"print(*({set(LATER)} & set(sys.modules)), 'eak_voting.plugin' in sys.modules)"
    )
    settings = {"EAK_INSTANCE": str(tmp_path), "EAK_DATABASE_URL": sites.database()}
    ran = subprocess.run(
        [sys.executable, "-c", starting],
        env={**os.environ, **settings}, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.stdout.split() == ["True"], ran


@pytest.mark.usefixtures("collector")
def test_what_was_loaded_is_not_searched_for_cycles_at_once() -> None:
    gc.unfreeze()
    assert gc.isenabled()
    with without_collecting():
        assert not gc.isenabled()
        loaded = [[number] for number in range(10 * gc.get_threshold()[0])]
    assert gc.isenabled()
    assert any(each is loaded[0] for each in gc.get_objects(generation=2))


@pytest.mark.usefixtures("collector")
def test_what_was_frozen_before_loading_stays_so() -> None:
    gc.freeze()
    with without_collecting():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
