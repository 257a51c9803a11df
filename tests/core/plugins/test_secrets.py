"""Secrets of plugins: made once, read by their owner alone, never guessed."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from eak_core.api import plugin_secret
from eak_core.errors import Misconfigured

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def _folder(app: Flask) -> Path:
    return Path(app.instance_path) / "secrets"


def test_a_secret_is_made_once_and_only_its_owner_reads_it(app: Flask) -> None:
    with app.app_context():
        secret = plugin_secret("voting", "log-key")
        assert plugin_secret("voting", "log-key") == secret
    assert len(secret) == 32
    file = _folder(app) / "voting" / "log-key"
    assert bytes.fromhex(file.read_text()) == secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(_folder(app).stat().st_mode) == 0o700


def test_secrets_differ_by_name_and_by_plugin(app: Flask) -> None:
    with app.app_context():
        secrets = {plugin_secret(*each) for each in (("aa", "k"), ("aa", "l"), ("bb", "k"))}
    assert len(secrets) == 3


def test_those_who_ask_at_once_get_one_secret_and_leave_nothing_else(app: Flask) -> None:
    def ask(_: int) -> bytes:
        with app.app_context():
            return plugin_secret("voting", "key")

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(ask, range(64)))) == 1
    assert [each.name for each in (_folder(app) / "voting").iterdir()] == ["key"]


@pytest.mark.parametrize(
    ("plugin", "name"),
    [
        ("voting", "../key"),
        ("voting", ""),
        ("voting", "Key"),
        ("voting", ".key"),
        ("voting", "a" * 80),
        ("voting", "key\n"),
        ("../voting", "key"),
        ("", "key"),
    ],
)
def test_a_name_that_could_lead_elsewhere_is_refused(app: Flask, plugin: str, name: str) -> None:
    with app.app_context(), pytest.raises(ValueError, match=r"named|name of a plugin"):
        plugin_secret(plugin, name)
    assert not _folder(app).exists()


@pytest.mark.parametrize("content", ["", "ab", "z" * 64, "é" * 64])
def test_a_damaged_secret_is_named_and_never_replaced(app: Flask, content: str) -> None:
    file = _folder(app) / "voting" / "key"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    with app.app_context(), pytest.raises(Misconfigured, match="voting/key"):
        plugin_secret("voting", "key")
    assert file.read_text() == content


def test_a_folder_that_cannot_be_made_is_told_to_the_operator(app: Flask) -> None:
    _folder(app).write_text("in the way")
    with app.app_context(), pytest.raises(Misconfigured, match="secrets"):
        plugin_secret("voting", "key")
