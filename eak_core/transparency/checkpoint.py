"""Signed heads of a log: C2SP ``tlog-checkpoint`` in a C2SP ``signed-note`` with Ed25519.

Pure. The formats are those of c2sp.org/tlog-checkpoint and c2sp.org/signed-note, so that the tools
of other transparency logs read ours. A note is a text that ends in a newline, an empty line, and
one line per signature, ``— <key name> <base64(key id ‖ signature)>``. A verifier key is written
``<key name>+<key id in hex>+<base64(1 ‖ public key)>``; the key id is the first four bytes of
SHA-256(key name ‖ newline ‖ 1 ‖ public key).

`NoteError` where a text is no such thing, `SignatureInvalid` where its signature does not hold.
"""

import base64
import hashlib
import re
from binascii import Error as Base64Error
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from eak_core.transparency.merkle import HASH_BYTES

#: Ed25519, among the signature types of a signed note.
_ED25519 = b"\x01"
_KEY_BYTES = 32
_ID_BYTES = 4
_DASH = "— "
#: Longer notes, or notes with more signatures, are not read: nobody needs them.
NOTE_LENGTH = 100_000
MOST_SIGNATURES = 100


class NoteError(ValueError):
    """A text that is not a signed note, a checkpoint or a verifier key."""


class SignatureInvalid(NoteError):
    """The key has not signed the note, or has signed something else."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """What signatures of ``name`` are verified with; ``str`` of it is how it is published."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell the keys of one name apart."""
        named = self.name.encode() + b"\n" + _ED25519 + self.public
        return hashlib.sha256(named).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        encoded = base64.b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of the log ``origin`` after ``size`` leaves; ``str`` of it is what is signed."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def check_name(name: str) -> None:
    """`NoteError` where ``name`` cannot be the name of a key: empty, or with a space or a +."""
    if not name or "+" in name or name.split() != [name]:
        raise NoteError(f"{name[:60]!r} cannot be the name of a key: it has no spaces and no +")


def verifier_key(name: str, seed: bytes) -> VerifierKey:
    """The public half of the key made from ``seed`` (32 bytes)."""
    check_name(name)
    return VerifierKey(name, _private(seed).public_key().public_bytes_raw())


def read_key(text: str) -> VerifierKey:
    """The verifier key written as ``text``. `NoteError` where it is none of Ed25519."""
    name, _plus, rest = text.partition("+")
    key_id, _plus, encoded = rest.partition("+")
    check_name(name)
    raw = _decoded(encoded)
    if raw[:1] != _ED25519 or len(raw) != 1 + _KEY_BYTES:
        raise NoteError("this is not a verifier key of Ed25519")
    key = VerifierKey(name, raw[1:])
    if key.key_id.hex() != key_id:
        raise NoteError("the key id of this verifier key belongs to another key")
    return key


def sign(checkpoint: Checkpoint, seed: bytes) -> str:
    """``checkpoint`` as a note, signed with the key made from ``seed`` under its origin's name.

    The same checkpoint gives the same note each time (RFC 8032).
    """
    return signed_note(str(checkpoint), checkpoint.origin, seed)


def verified(note: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint in ``note``, which ``key`` has signed."""
    return read_checkpoint(open_note(note, key))


def signed_note(text: str, name: str, seed: bytes) -> str:
    """``text`` with a signature of ``name``. `NoteError` where it cannot be a note's text."""
    key = verifier_key(name, seed)
    _check_text(text)
    signature = _private(seed).sign(text.encode())
    line = base64.b64encode(key.key_id + signature).decode()
    return f"{text}\n{_DASH}{name} {line}\n"


def signature_of(note: str) -> str:
    """The last signature of ``note`` as it is written there: base64 of the key's id and of what the
    key has signed."""
    _name, raw = _parts(note)[1][-1]
    return base64.b64encode(raw).decode()


def with_signature(checkpoint: Checkpoint, signature: str) -> str:
    """The inverse of `signature_of`: the note in which ``checkpoint`` was signed under its origin's
    name."""
    return f"{checkpoint}\n{_DASH}{checkpoint.origin} {signature}\n"


def key_id_of(note: str) -> bytes:
    """The id of the key that says to have made the last signature of ``note``."""
    return _parts(note)[1][-1][1][:_ID_BYTES]


def open_note(note: str, key: VerifierKey) -> str:
    """The text of ``note``, which ``key`` has signed. Signatures of other keys are passed over."""
    text, signatures = _parts(note)
    found = [raw for name, raw in signatures if (name, raw[:_ID_BYTES]) == (key.name, key.key_id)]
    if not found:
        raise SignatureInvalid(f"the key {key.name} has not signed this note")
    for raw in found:
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(raw[_ID_BYTES:], text.encode())
        except InvalidSignature:
            raise SignatureInvalid(f"the signature of {key.name} does not hold") from None
    return text


def read_note(note: str) -> Checkpoint:
    """What ``note`` says, whoever signed it: nothing to rely on before it is `verified`."""
    return read_checkpoint(_parts(note)[0])


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text says. Lines after the third are passed over."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteError("a checkpoint has three lines: origin, size and root")
    origin, size, root = lines[:3]
    # 18 digits are more leaves than anyone can hash, and keep a size from being a burden.
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", size):
        raise NoteError("the second line of a checkpoint is the number of leaves")
    raw = _decoded(root)
    if len(raw) != HASH_BYTES:
        raise NoteError("the third line of a checkpoint is the root of the tree")
    return Checkpoint(origin, int(size), raw)


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a note, and its signatures with the names of their keys."""
    if len(note) > NOTE_LENGTH:
        raise NoteError("the note is too long")
    # The empty line may also occur within the text: the last one counts.
    text, empty_line, below = note.rpartition("\n\n")
    if not empty_line or not below.endswith("\n"):
        raise NoteError("a signed note is a text, an empty line and signatures")
    text += "\n"
    _check_text(text)
    lines = below[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteError("the note has too many signatures")
    return text, [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes]:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise NoteError("a line of signature is a dash, the name of the key and the signature")
    check_name(name)
    raw = _decoded(encoded)
    if len(raw) <= _ID_BYTES:
        raise NoteError("a signature is too short")
    return name, raw


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteError("the text of a note ends in a newline")
    if any(character < " " and character != "\n" for character in text):
        raise NoteError("a note has no control characters")


def _private(seed: bytes) -> Ed25519PrivateKey:
    if len(seed) != _KEY_BYTES:
        raise NoteError(f"a key is made from {_KEY_BYTES} bytes")
    return Ed25519PrivateKey.from_private_bytes(seed)


def _decoded(encoded: str) -> bytes:
    """Base64 in the one way of writing it (RFC 4648 section 4)."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        raise NoteError("this is not base64") from None
    if base64.b64encode(raw).decode() != encoded:
        raise NoteError("base64 that could be written otherwise is not accepted")
    return raw
