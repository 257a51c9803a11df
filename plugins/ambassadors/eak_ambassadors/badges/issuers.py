"""Who issued a badge: the public keys under a ``did:web``, and the lists of what was revoked.

In one file, so that a badge can be verified without a network: ``{"didDocument": …,
"statusLists": [token, …]}``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from eak_ambassadors.badges.encoding import multikey, read_json, read_multikey
from eak_ambassadors.badges.faults import Fault


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an issuer: its ``public`` half (32 bytes), called ``kid``. Where it is ``revoked``
    since an instant, it was in other hands, and nothing that it signed is to be believed."""

    kid: str
    public: bytes
    revoked: str = ""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer, with all ``keys`` that it ever signed with by their ids, and its lists."""

    did: str
    keys: Mapping[str, Key]
    status_lists: Sequence[str] = ()

    def key(self, method: str) -> bytes:
        """The public half of the key that is called ``method``. `Fault` where it is of another
        issuer, unknown, or revoked."""
        if method.partition("#")[0] != self.did:
            raise Fault("other-issuer", method[:120])
        key = self.keys.get(method)
        if key is None:
            raise Fault("unknown-key", method[:200])
        if key.revoked:
            raise Fault("key-revoked", key.revoked)
        return key.public


def did_of(address: str) -> str:
    """The ``did:web`` whose document lies at ``address`` + ``/did.json``."""
    parts = urlsplit(address)
    path = [quote(each, safe="") for each in parts.path.split("/") if each]
    return ":".join(["did", "web", quote(parts.netloc, safe=""), *path])


def method_of(did: str, kid: str) -> str:
    """What a key is called in credentials."""
    return f"{did}#{kid}"


def did_document(did: str, keys: Sequence[Key]) -> dict[str, Any]:
    """The document of an issuer (W3C DID Core): every key it signed with, the latest first.

    A key that was followed by another is still one to verify with; one that is revoked is named,
    and not to be believed.
    """
    methods = [
        {
            "id": method_of(did, each.kid),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": multikey(each.public),
            **({"revoked": each.revoked} if each.revoked else {}),
        }
        for each in keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [each["id"] for each in methods if "revoked" not in each],
    }


def read_issuer(data: bytes) -> Issuer:
    """The issuer that a file describes: the whole file, or its DID document alone, with which
    nobody can tell what was revoked. `Fault` where it cannot be read."""
    try:
        said = read_json(data)
        document = said.get("didDocument", said)
        did, methods = document["id"], document["verificationMethod"]
        asserting = set(document["assertionMethod"])
        keys = {
            each["id"]: Key(
                each["id"].partition("#")[2],
                read_multikey(each["publicKeyMultibase"]),
                each.get("revoked", "") or ("" if each["id"] in asserting else "?"),
            )
            for each in methods
        }
        lists = said.get("statusLists", [])
        if not isinstance(did, str) or not all(isinstance(each, str) for each in lists):
            raise TypeError
    except (Fault, KeyError, TypeError, ValueError, AttributeError):
        raise Fault("issuer-broken") from None
    return Issuer(did, keys, tuple(lists))
