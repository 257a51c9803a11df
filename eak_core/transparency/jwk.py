"""Public keys of Ed25519 as JSON Web Keys (RFC 7517, RFC 8037)."""

import base64
import hashlib
import json
from typing import Any


def public_jwk(public: bytes) -> dict[str, Any]:
    """The key ``public`` (32 bytes) with its `thumbprint` as ``kid``, to verify signatures with."""
    return {**_required(public), "alg": "EdDSA", "use": "sig", "kid": thumbprint(public)}


def thumbprint(public: bytes) -> str:
    """What tells the key ``public`` (32 bytes) from all others: 43 characters (RFC 7638)."""
    canonical = json.dumps(_required(public), separators=(",", ":"), sort_keys=True)
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def _required(public: bytes) -> dict[str, Any]:
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(public)}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
