"""Whether a badge is one: read, checked and verified, without a network and without a site.

A badge has exactly the form of those that are issued here, and a signature of a key of its issuer;
only then is it asked for its term, its endorsements, and whether it was revoked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from eak_ambassadors.badges import images, jwt, proofs, status, writing
from eak_ambassadors.badges.encoding import read_json
from eak_ambassadors.badges.faults import Fault
from eak_ambassadors.badges.forms import ENDORSEMENT_FORM, STATUS_FORM, check_badge
from eak_ambassadors.badges.issuers import Issuer

#: The largest picture, and the largest text of a badge, in bytes.
MOST_PICTURE, MOST_TEXT = 2_000_000, 200_000
#: By how much clocks may differ.
LEEWAY = timedelta(minutes=2)
#: What tokens say beside the credential that they carry.
_CLAIMS = {"iss", "jti", "nbf", "exp", "sub"}


@dataclass(frozen=True, slots=True)
class Verified:
    """A badge that holds: what it says, in which ``form`` it came, and the key that signed it."""

    credential: Mapping[str, Any]
    form: str
    method: str

    @property
    def badge_id(self) -> str:
        """Its own name, a ``urn:uuid:``."""
        return str(self.credential["id"])


def verify(data: bytes, issuer: Issuer, now: datetime) -> Verified:
    """The badge in ``data`` (a PNG, an SVG, a token or JSON), of ``issuer``, valid ``now``.

    `Fault` with the reason where it is not one.
    """
    form, text = badge_in(data)
    if text.startswith("{"):
        credential, method = _from_json(text, issuer, now)
    else:
        credential, method = _from_token(text, issuer, check_badge)
    _check_time(credential, now)
    _check_endorsements(credential, issuer)
    _check_status(credential["credentialStatus"], issuer, now)
    return Verified(credential, form, method)


def issuer_named(data: bytes) -> str:
    """Whom the badge in ``data`` names as its issuer, which nobody has verified yet. `Fault` where
    there is no badge in it."""
    _form, text = badge_in(data)
    if text.startswith("{"):
        named = read_json(text).get("issuer")
        said = named.get("id") if isinstance(named, dict) else named
    else:
        said = jwt.read(text).payload.get("iss")
    return said if isinstance(said, str) else ""


def badge_in(data: bytes) -> tuple[str, str]:
    """In which form a badge came (``png``, ``svg``, ``jwt``, ``json``), and its text."""
    if len(data) > MOST_PICTURE:
        raise Fault("too-large", f"{len(data)} bytes")
    if data.startswith(images.PNG):
        return "png", _bounded(images.unbake_png(data))
    said = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not said:
        raise Fault("empty")
    if said.startswith(b"<"):
        return "svg", _bounded(images.unbake_svg(said))
    try:
        text = _bounded(said.decode("utf-8")).rstrip()
    except UnicodeDecodeError:
        raise Fault("unknown-format") from None
    if text.startswith("{"):
        return "json", text
    if "." not in text or not text.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise Fault("unknown-format")
    return "jwt", text


def _bounded(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise Fault("too-large", f"{len(text)} characters")
    return text


def _from_token(
    text: str, issuer: Issuer, check: Callable[[dict[str, Any]], None]
) -> tuple[dict[str, Any], str]:
    token = jwt.read(text)
    said = token.payload.get("iss")
    if said != issuer.did:
        raise Fault("other-issuer", str(said)[:120])
    if not jwt.is_signed_by(token, issuer.key(token.kid)):
        raise Fault("signature")
    credential = {name: value for name, value in token.payload.items() if name not in _CLAIMS}
    check(credential)
    _check_issuer(credential, issuer)
    found = {name: token.payload[name] for name in _CLAIMS if name in token.payload}
    if found != writing.claims(credential):
        raise Fault("claims")
    return credential, token.kid


def _from_json(text: str, issuer: Issuer, now: datetime) -> tuple[dict[str, Any], str]:
    credential = read_json(text)
    proof = credential.get("proof")
    if isinstance(proof, list):
        raise Fault("proof-several")
    if not isinstance(proof, dict):
        raise Fault("unsigned")
    _check_issuer(credential, issuer)
    check_badge(credential)
    kind = (proof["type"], proof["cryptosuite"])
    if kind != ("DataIntegrityProof", proofs.CRYPTOSUITE):
        raise Fault("proof-other", "/".join(kind)[:80])
    if proof["proofPurpose"] != "assertionMethod":
        raise Fault("proof-purpose", proof["proofPurpose"][:40])
    method: str = proof["verificationMethod"]
    if not proofs.is_signed_by(credential, issuer.key(method)):
        raise Fault("signature")
    if datetime.fromisoformat(proof["created"]) > now + LEEWAY:
        raise Fault("proof-future", proof["created"])
    return credential, method


def _check_issuer(credential: Mapping[str, Any], issuer: Issuer) -> None:
    named = credential.get("issuer")
    said = named.get("id") if isinstance(named, dict) else named
    if said != issuer.did:
        raise Fault("other-issuer", str(said)[:120])


def _check_time(credential: Mapping[str, Any], now: datetime) -> None:
    if datetime.fromisoformat(credential["validFrom"]) > now + LEEWAY:
        raise Fault("not-yet", credential["validFrom"])
    if datetime.fromisoformat(credential["validUntil"]) <= now:
        raise Fault("expired", credential["validUntil"])


def _check_endorsements(credential: Mapping[str, Any], issuer: Issuer) -> None:
    for text in credential.get("endorsementJwt", ()):
        try:
            endorsement, _method = _from_token(text, issuer, ENDORSEMENT_FORM.check)
        except Fault as fault:
            raise Fault("endorsement", fault.reason) from None
        if endorsement["credentialSubject"]["id"] != credential["id"]:
            raise Fault("endorsement-other")


def _check_status(entry: Mapping[str, Any], issuer: Issuer, now: datetime) -> None:
    """`Fault` where the badge was revoked, or nobody can tell that it was not."""
    address = entry["statusListCredential"]
    if entry["statusPurpose"] != "revocation":
        raise Fault("status-purpose", entry["statusPurpose"][:40])
    place = entry["statusListIndex"]
    if not place.isascii() or not place.isdecimal() or len(place) > 9:
        raise Fault("status-index", place[:20])
    bits = _status_list(address, issuer, now)
    if status.is_set(bits, int(place)):
        raise Fault("revoked")


def _status_list(address: str, issuer: Issuer, now: datetime) -> bytes:
    for text in issuer.status_lists:
        try:
            token = jwt.read(text.strip())
        except Fault:
            raise Fault("status-broken") from None
        if token.payload.get("id") == address:
            break
    else:
        raise Fault("status-missing", address[:200])
    try:
        said, _method = _from_token(text.strip(), issuer, STATUS_FORM.check)
    except Fault as fault:
        raise Fault(_OF_LISTS.get(fault.reason, "status-broken"), fault.reason) from None
    if datetime.fromisoformat(said["validFrom"]) > now + LEEWAY:
        raise Fault("status-future", said["validFrom"])
    if said["credentialSubject"]["statusPurpose"] != "revocation":
        raise Fault("status-purpose")
    return status.decoded(said["credentialSubject"]["encodedList"])


#: What a fault of a token means for a list.
_OF_LISTS = {
    "other-issuer": "status-issuer",
    "unknown-key": "status-signature",
    "key-revoked": "status-signature",
    "signature": "status-signature",
}
