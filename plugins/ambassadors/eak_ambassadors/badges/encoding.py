"""How badges are written: JSON that means one thing, base64url and base58btc."""

import base64
import binascii
import json
from typing import Any

from eak_ambassadors.badges.faults import Fault

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
#: What `json.loads` may be handed: deeper ones would end the stack before they end.
_DEEPEST = 32
#: What stands before an Ed25519 public key in a Multikey (ed25519-pub).
_ED25519 = b"\xed\x01"


def read_json(text: str | bytes) -> dict[str, Any]:
    """The object that ``text`` holds. `Fault` where it is none, or names a member twice."""
    try:
        said = text.decode("utf-8") if isinstance(text, bytes) else text
        _check_depth(said)
        found = json.loads(said, object_pairs_hook=_once, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False).encode()  # no half of a character
    except (ValueError, RecursionError) as error:
        raise Fault("json-broken", str(error)[:120]) from None
    if not isinstance(found, dict):
        raise Fault("json-broken", "no object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Fault("json-twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _check_depth(text: str) -> None:
    depth, quoted, escaped = 0, False, False
    for each in text:
        if quoted:
            quoted, escaped = each != '"' or escaped, each == "\\" and not escaped
        elif each == '"':
            quoted = True
        elif each in "[{":
            depth += 1
            if depth > _DEEPEST:
                raise ValueError("nested too deeply")
        elif each in "]}":
            depth -= 1


def compact_json(value: Any) -> bytes:
    """``value`` as JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def to_base64url(data: bytes) -> str:
    """``data`` as base64url (RFC 4648, section 5) without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes that ``text`` writes. `ValueError` where it is no base64url, or is padded."""
    try:
        data = base64.b64decode(
            text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True
        )
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError(str(error)) from None
    # One text for each meaning: the last character may not carry bits that nobody reads.
    if to_base64url(data) != text:
        raise ValueError("not the one way to write it")
    return data


def to_base58(data: bytes) -> str:
    """``data`` in base58btc."""
    number, said = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        said = _ALPHABET[rest] + said
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + said


def from_base58(text: str) -> bytes:
    """The bytes that ``text`` writes in base58btc. `ValueError` where it is none."""
    number = 0
    for each in text:
        number = number * 58 + _ALPHABET.index(each)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def multikey(public: bytes) -> str:
    """An Ed25519 public key (32 bytes) as a Multikey."""
    return "z" + to_base58(_ED25519 + public)


def read_multikey(text: str) -> bytes:
    """The Ed25519 public key that ``text`` writes. `ValueError` for anything else."""
    if not text.startswith("z") or len(text) > 100:
        raise ValueError("no key in base58btc")
    data = from_base58(text[1:])
    if len(data) != 34 or data[:2] != _ED25519:
        raise ValueError("no Ed25519 key")
    return data[2:]
