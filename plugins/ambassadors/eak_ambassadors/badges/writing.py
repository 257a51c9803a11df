"""What is written into a badge, before it is signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from eak_ambassadors.badges import jwt
from eak_ambassadors.badges.forms import BADGE, BADGE_CONTEXTS, ENDORSEMENT


@dataclass(frozen=True, slots=True)
class Profile:
    """Who issues: its ``did``, what it is called, and its page."""

    did: str
    name: str
    url: str

    @property
    def said(self) -> dict[str, Any]:
        """The issuer, as credentials name it."""
        return {"id": self.did, "type": ["Profile"], "name": self.name, "url": self.url}


@dataclass(frozen=True, slots=True)
class Achievement:
    """What the badge is for, and where its criteria stand."""

    name: str
    description: str
    criteria_url: str
    criteria: str

    @property
    def said(self) -> dict[str, Any]:
        """The achievement, as badges name it."""
        return {
            "id": f"{self.criteria_url}#badge",
            "type": ["Achievement"],
            "name": self.name,
            "description": self.description,
            "criteria": {"id": self.criteria_url, "narrative": self.criteria},
            "achievementType": "Award",
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that somebody made possible: what, and where one can read of it."""

    name: str
    url: str = ""
    narrative: str = ""

    @property
    def said(self) -> dict[str, Any]:
        """The evidence, as badges name it."""
        known = {"id": self.url, "narrative": self.narrative}
        return {"type": ["Evidence"], "name": self.name, **{k: v for k, v in known.items() if v}}


def instant(at: datetime) -> str:
    """``at`` as badges write it: in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def identity_hash(address: str, salt: str) -> str:
    """What stands for an e-mail address in a badge: whoever knows it can see that it is the one."""
    return f"sha256${sha256((address + salt).encode()).hexdigest()}"


def badge(
    badge_id: str,
    issuer: Profile,
    achievement: Achievement,
    *,
    address: str,
    salt: str,
    since: datetime,
    until: datetime,
    status: Mapping[str, Any],
    narrative: str = "",
    evidence: Sequence[Evidence] = (),
    endorsements: Sequence[str] = (),
) -> dict[str, Any]:
    """A badge, not signed yet. ``badge_id`` is a ``urn:uuid:``; ``address`` is hashed with
    ``salt``; ``endorsements`` are tokens."""
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": identity_hash(address, salt),
                "identityType": "emailAddress",
                "salt": salt,
            }
        ],
        "achievement": achievement.said,
    }
    if narrative:
        subject["narrative"] = narrative
    made: dict[str, Any] = {
        "@context": BADGE_CONTEXTS,
        "id": badge_id,
        "type": BADGE,
        "issuer": issuer.said,
        "validFrom": instant(since),
        "validUntil": instant(until),
        "name": achievement.name,
        "credentialSubject": subject,
        "credentialStatus": dict(status),
    }
    if evidence:
        made["evidence"] = [each.said for each in evidence]
    if endorsements:
        made["endorsementJwt"] = list(endorsements)
    return made


def endorsement(
    endorsement_id: str, issuer: Profile, endorsed: str, *, name: str, comment: str, at: datetime
) -> dict[str, Any]:
    """An endorsement of the badge ``endorsed``, not signed yet."""
    return {
        "@context": BADGE_CONTEXTS,
        "id": endorsement_id,
        "type": ENDORSEMENT,
        "issuer": issuer.said,
        "validFrom": instant(at),
        "name": name,
        "credentialSubject": {
            "id": endorsed,
            "type": ["EndorsementSubject"],
            "endorsementComment": comment,
        },
    }


def token(credential: Mapping[str, Any], kid: str, seed: bytes) -> str:
    """``credential`` as a signed token: its members, with those that tokens have of their own."""
    return jwt.sign({**credential, **claims(credential)}, kid, seed)


def claims(credential: Mapping[str, Any]) -> dict[str, Any]:
    """What a token says beside ``credential``, in its own words (RFC 7519)."""
    issuer = credential["issuer"]
    said = {
        "iss": issuer if isinstance(issuer, str) else issuer["id"],
        "jti": credential["id"],
        "nbf": _seconds(credential["validFrom"]),
    }
    if "validUntil" in credential:
        said["exp"] = _seconds(credential["validUntil"])
    subject = credential["credentialSubject"].get("id")
    return {**said, "sub": subject} if subject else said


def carried(token: str) -> dict[str, Any]:
    """The credential that a token of ours carries, without what tokens have of their own."""
    payload = jwt.read(token).payload
    return {name: value for name, value in payload.items() if name not in claims(payload)}


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
