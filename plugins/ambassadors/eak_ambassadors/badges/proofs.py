"""Signatures inside a credential: Data Integrity with eddsa-rdfc-2022.

The port to openbadgeslib, which brings the contexts, so that nothing is fetched, and bounds what
canonicalising may cost. It is imported when it is first needed: most processes never do.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

#: The one way to sign that is understood.
CRYPTOSUITE = "eddsa-rdfc-2022"


def with_proof(
    document: Mapping[str, Any],
    method: str,
    seed: bytes,
    created: datetime,
    contexts: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """``document`` with a proof by the key made from ``seed`` (32 bytes), called ``method``.

    ``contexts``: what addresses mean beyond those of badges.
    """
    from openbadgeslib.ob3 import add_data_integrity_proof

    private = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    signed: dict[str, Any] = add_data_integrity_proof(
        dict(document), private, method, created=created, extra_contexts=contexts
    )
    return signed


def is_signed_by(document: Mapping[str, Any], public: bytes) -> bool:
    """Whether the proof in ``document`` was made with the key whose public half is ``public``.

    It signs what the document means, not its letters: whoever reads members of it has to know that
    they are of the form of `eak_ambassadors.badges.forms`.
    """
    from openbadgeslib.ob3 import OB3VerificationError, verify_data_integrity_proof

    pem = Ed25519PublicKey.from_public_bytes(public).public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    try:
        verify_data_integrity_proof(dict(document), pem)
    except OB3VerificationError:
        return False
    return True
