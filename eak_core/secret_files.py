"""Secrets that are made once and then read: the site's key, and those of plugins.

A file is written whole under another name and then linked, so that of several processes that begin
at once one wins, and nobody ever reads half a secret.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from eak_core.errors import Misconfigured


def kept_secret(file: Path, make: Callable[[], str]) -> str:
    """What stands in ``file``, written there from ``make`` on the first call, readable by the
    owner alone. `Misconfigured` where it cannot be read or written, or is empty."""
    found = existing_secret(file)
    if found is not None:
        return found
    try:
        _write_once(file, make())
        return _read(file)
    except OSError as error:
        raise Misconfigured(f"A secret cannot be written to {file}: {error.strerror}.") from error


def existing_secret(file: Path) -> str | None:
    """What stands in ``file``; None where it is not there. `Misconfigured` where it cannot be read,
    or is empty."""
    try:
        return _read(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Misconfigured(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{file} holds no text: {error}.") from error


def _read(file: Path) -> str:
    secret = file.read_text(encoding="utf-8").strip()
    if not secret:
        raise Misconfigured(
            f"{file} is empty: put back the one of the backup. Where there is none, remove it, and"
            " another one will be made; what the lost one signed or hid is lost with it."
        )
    return secret


def _write_once(file: Path, secret: str) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secret)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, file)
    except FileExistsError:
        return  # another process was first, and its secret holds
    finally:
        draft.unlink()
    _keep_name(file.parent)


def _keep_name(folder: Path) -> None:
    """Let the new name outlive a power cut, like what stands in the file: what was signed or
    hidden with a secret that is gone cannot be read again."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
