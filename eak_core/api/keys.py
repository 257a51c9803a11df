"""Keys to sign with.

Ed25519: one that signs now for each purpose, and all that did, published for ever.
"""

from eak_core.keys.models import SigningKey
from eak_core.keys.signing import Signer, published_keys, rotate_key, signer

__all__ = [
    "Signer",
    "SigningKey",
    "published_keys",
    "rotate_key",
    "signer",
]
