"""An issuer and its badges, for tests that need no site."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from eak_ambassadors.badges import jwt, proofs, status, writing
from eak_ambassadors.badges.issuers import Issuer, Key, method_of

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SINCE = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
#: Far enough for verifiers that ask the machine what time it is.
UNTIL = datetime(2098, 11, 1, 8, 0, tzinfo=UTC)
DID = "did:web:innovation.example:culture:ambassadeurs"
HERE = "https://innovation.example/culture/ambassadeurs"
LIST = f"{HERE}/statuts.jwt"
BADGE_ID = "urn:uuid:0f6e3b5c-6f0f-4c55-9a55-6a3ad5ab7a11"
ADDRESS, SALT = "agente@hauts-de-seine.example", "c2VsIG1hcmlu"


def public_of(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


@dataclass
class Issuing:
    """An issuer with its keys; the last of ``seeds`` signs."""

    did: str = DID
    seeds: Sequence[bytes] = field(default=(b"\1" * 32,))
    revoked: Iterable[int] = ()

    @property
    def kid(self) -> str:
        return f"key-{len(self.seeds)}"

    @property
    def method(self) -> str:
        return method_of(self.did, self.kid)

    @property
    def seed(self) -> bytes:
        return self.seeds[-1]

    def issuer(self, *lists: str, revoked: str = "") -> Issuer:
        keys = {
            method_of(self.did, f"key-{number}"): Key(f"key-{number}", public_of(seed), revoked)
            for number, seed in enumerate(self.seeds, 1)
        }
        return Issuer(self.did, keys, lists or (self.status_list(),))

    def profile(self) -> writing.Profile:
        return writing.Profile(self.did, "Laboratoire d’innovation", HERE)

    def status_list(self, **changed: Any) -> str:
        said = status.credential(LIST, self.did, self.revoked, SINCE)
        return self.token({**said, **changed})

    def endorsement(self, about: str = BADGE_ID) -> dict[str, Any]:
        return writing.endorsement(
            "urn:uuid:6c7d6e0a-3c9f-4f5e-8d3a-0a4b5c6d7e8f", self.profile(), about,
            name="Une agente de la direction de la culture",
            comment="Elle a ouvert l’atelier à tous les services.", at=SINCE,
        )  # fmt: skip

    def badge(self, place: int = 94_567, **changed: Any) -> dict[str, Any]:
        achievement = writing.Achievement(
            "Ambassadrice ou ambassadeur de l’innovation", "A rendu possible l’impossible.",
            f"{HERE}/etre-ambassadeur", "Nommé par ses pairs, reconnu par un jury tiré au sort.",
        )  # fmt: skip
        made = writing.badge(
            BADGE_ID, self.profile(), achievement, address=ADDRESS, salt=SALT,
            since=SINCE, until=UNTIL, status=status.entry(LIST, place),
            narrative="L’atelier partagé du collège.",
            evidence=[writing.Evidence("Conduite", f"{HERE}/idees/12", "Un essai arrêté, publié.")],
            endorsements=[self.token(self.endorsement())],
        )  # fmt: skip
        return {**made, **changed}

    def token(self, credential: dict[str, Any]) -> str:
        return writing.token(credential, self.method, self.seed)

    def raw_token(self, payload: dict[str, Any]) -> str:
        return jwt.sign(payload, self.method, self.seed)

    def document(self, credential: dict[str, Any], created: datetime = SINCE) -> dict[str, Any]:
        return proofs.with_proof(credential, self.method, self.seed, created)
