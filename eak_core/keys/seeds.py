"""Private halves: one file each below ``secrets/`` of the instance, as 64 hexadecimal digits that
its owner alone may read. They are in no database and in no backup of one."""

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from eak_core.errors import Misconfigured
from eak_core.keys.models import PURPOSE_LENGTH
from eak_core.plugins.secrets import BYTES, folder_of, hexadecimal, note_use, secrets_folder
from eak_core.secret_files import existing_secret, kept_secret
from eak_core.transparency.jwk import thumbprint

_PURPOSE = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Seed:
    """What a key is made from, and the file that holds it."""

    seed: bytes = field(repr=False)
    public: bytes
    file: str


def make(plugin: str, purpose: str) -> Seed:
    """A new key, on the disk before anybody can have heard of it. `ValueError` where ``purpose``
    has other characters than a-z, 0-9 and -; `Misconfigured` where the file cannot be written."""
    if not _PURPOSE.fullmatch(purpose) or len(purpose) > PURPOSE_LENGTH:
        raise ValueError(f"a purpose is named with a-z, 0-9 and -, not {purpose!r}")
    seed = secrets.token_bytes(BYTES)
    public = public_half(seed)
    # By the key itself: two that are made at once never share a file.
    file = f"{purpose}-{thumbprint(public)}"
    kept_secret(folder_of(plugin) / file, seed.hex)
    note_use(plugin, file, new=True)
    return Seed(seed, public, f"{plugin}/{file}")


def read(file: str, public: bytes) -> bytes:
    """The seed in ``file``. `Misconfigured` where it is not there, or makes another key than
    ``public``: nothing is signed then that nobody could check."""
    path = path_of(file)
    kept = existing_secret(path)
    if kept is None:
        raise Misconfigured(
            f"{path} is missing, and nothing can be signed with the key {thumbprint(public)}: put"
            " the file back from the copy of “secrets”. Where there is none, “eak keys rotate”"
            " begins another key."
        )
    seed = hexadecimal(path, kept)
    if public_half(seed) != public:
        raise Misconfigured(
            f"{path} holds another key than the one that was published as {thumbprint(public)}: put"
            " back the one of the copy of “secrets”."
        )
    note_use(*file.split("/", 1), new=False)
    return seed


def is_there(file: str) -> bool:
    """Whether there is such a file."""
    return path_of(file).exists()


def forget(file: str) -> None:
    """Delete a private half, where it is there."""
    path_of(file).unlink(missing_ok=True)


def path_of(file: str) -> Path:
    """Where ``file`` lies on this machine."""
    return secrets_folder() / file


def public_half(seed: bytes) -> bytes:
    """The public key (32 bytes) that belongs to ``seed``."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
