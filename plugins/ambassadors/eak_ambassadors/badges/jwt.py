"""Tokens that carry a credential (VC-JWT), signed with Ed25519.

A JWS (RFC 7515) with one algorithm is a signature over two texts: no library is asked which
algorithm a token wishes for.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from eak_ambassadors.badges.encoding import compact_json, from_base64url, read_json, to_base64url
from eak_ambassadors.badges.faults import Fault

#: What a header may say. Anything else, such as a key of its own, is an instruction to a verifier.
_HEADER = {"alg", "typ", "kid"}
_TYPES = {"JWT", "vc+jwt"}


class Token(NamedTuple):
    """A token that was read, and not verified yet."""

    kid: str
    payload: dict[str, Any]
    signed: bytes
    signature: bytes


def sign(payload: Mapping[str, Any], kid: str, seed: bytes) -> str:
    """``payload`` as a token, signed with the key made from ``seed`` (32 bytes), called ``kid``."""
    header = {"alg": "EdDSA", "typ": "JWT", "kid": kid}
    signed = ".".join(to_base64url(compact_json(each)) for each in (header, dict(payload)))
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(signed.encode())
    return f"{signed}.{to_base64url(signature)}"


def read(text: str) -> Token:
    """What the token ``text`` says. `Fault` where it is damaged, or not signed as badges are."""
    parts = text.split(".")
    if len(parts) != 3:
        raise Fault("jwt-broken", f"{len(parts)} parts")
    try:
        header = read_json(from_base64url(parts[0]))
    except (ValueError, Fault):
        raise Fault("jwt-broken", "header") from None
    algorithm = header.get("alg")
    if isinstance(algorithm, str) and algorithm.lower() == "none":
        raise Fault("alg-none")
    if algorithm != "EdDSA":
        raise Fault("alg-other", str(algorithm)[:40])
    if not header.keys() <= _HEADER or header.get("typ", "JWT") not in _TYPES:
        raise Fault("header", ", ".join(sorted(map(str, header)))[:80])
    try:
        payload, signature = from_base64url(parts[1]), from_base64url(parts[2])
    except ValueError as error:
        raise Fault("jwt-broken", str(error)) from None
    kid = header.get("kid")
    signed = f"{parts[0]}.{parts[1]}".encode()
    return Token(kid if isinstance(kid, str) else "", read_json(payload), signed, signature)


def is_signed_by(token: Token, public: bytes) -> bool:
    """Whether ``token`` was signed with the key whose public half is ``public`` (32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(token.signature, token.signed)
    except InvalidSignature:
        return False
    return True
