"""Secrets of plugins: random bytes that the database, its backups and its readers do not hold."""

import re
import secrets
from pathlib import Path

from flask import current_app

from eak_core.config import Config
from eak_core.errors import Misconfigured
from eak_core.plugins.loading.manifest import NAME
from eak_core.secret_files import kept_secret
from eak_core.security_log import note

FOLDER = "secrets"
BYTES = 32

_SECRET_NAME = re.compile(r"[a-z][a-z0-9_-]{0,60}")


def plugin_secret(plugin: str, name: str) -> bytes:
    """The secret ``name`` of a plugin: 32 random bytes, the same at every call.

    Made at the first call, once among all processes, into ``secrets/<plugin>/<name>`` of the
    instance folder, as 64 hexadecimal digits that the owner alone may read. ``name`` is a-z, 0-9,
    _ and -, beginning with a letter: `ValueError` for any other. `Misconfigured` where the file
    cannot be written, or holds something else.
    """
    if not NAME.fullmatch(plugin):
        raise ValueError(f"{plugin!r} cannot be the name of a plugin")
    if not _SECRET_NAME.fullmatch(name):
        raise ValueError(f"a secret is named with a-z, 0-9, _ and -, not {name!r}")
    file = folder_of(plugin) / name
    note_use(plugin, name, new=not file.exists())
    return hexadecimal(file, kept_secret(file, lambda: secrets.token_hex(BYTES)))


def hexadecimal(file: Path, kept: str) -> bytes:
    """The 32 bytes that ``file`` keeps as hexadecimal digits. `Misconfigured` for anything else."""
    try:
        secret = bytes.fromhex(kept)
    except ValueError:
        secret = b""
    if len(secret) != BYTES:
        raise Misconfigured(
            f"{file} does not hold {BYTES * 2} hexadecimal digits: put back the one of the backup."
        )
    return secret


def secrets_folder() -> Path:
    """Where the instance keeps the secrets of all plugins."""
    config: Config = current_app.extensions["eak_config"]
    return config.instance / FOLDER


def note_use(plugin: str, name: str, *, new: bool) -> None:
    """Note the first use of a secret by each process: a secret is asked for with every vote."""
    used: set[tuple[str, str]] = current_app.extensions.setdefault("eak_used_secrets", set())
    if new or (plugin, name) not in used:
        used.add((plugin, name))
        note("secret_made" if new else "secret_used", plugin=plugin, secret=name)


def folder_of(plugin: str) -> Path:
    """The folder of a plugin's secrets, made where it is missing, for its owner alone."""
    root = secrets_folder()
    folder = root / plugin
    try:
        for each in (root, folder):
            each.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"The folder {folder} cannot be made: {error.strerror}.") from error
    return folder
