"""A telephone that makes passkeys and shows them, as far as the site can tell."""

import hashlib
import html
import json
import re
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

ORIGIN = "http://localhost"
#: User present and verified; with a key attached.
SHOWN, MADE = 0x05, 0x45


def options_of(page: str) -> dict[str, Any]:
    """What the page asks of the browser."""
    found = re.search(r'data-options="([^"]*)"', page)
    assert found, page
    return dict(json.loads(html.unescape(found[1])))


class Authenticator:
    """One key of its own (ES256)."""

    def __init__(self, number: int = 1) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = hashlib.sha256(bytes([number])).digest()

    def make(self, page: str, **other: Any) -> str:
        """The answer to a page that asks for a new passkey."""
        point = self._key.public_key().public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (point.x, point.y))
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attached = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(MADE) + attached + cose
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", page, **other)
        return self._credential({"attestationObject": attested, "clientDataJSON": client})

    def show(self, page: str, **other: Any) -> str:
        """The answer to a page that asks to see a passkey."""
        data, client = self._data(SHOWN), self._client("webauthn.get", page, **other)
        signed = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {"authenticatorData": data, "clientDataJSON": client, "signature": signed}
        )

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(b"localhost").digest() + bytes([flags]) + bytes(4)

    def _client(self, kind: str, page: str, origin: str = ORIGIN) -> bytes:
        asked = options_of(page)["challenge"]
        return json.dumps({"type": kind, "challenge": asked, "origin": origin}).encode()

    def _credential(self, response: dict[str, bytes]) -> str:
        name = bytes_to_base64url(self.credential_id)
        said = {key: bytes_to_base64url(value) for key, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": said})
