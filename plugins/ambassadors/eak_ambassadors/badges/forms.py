"""The form of the credentials that are issued here, and of none but them.

A proof signs what a document means to JSON-LD. A document of exactly this form, in exactly these
contexts, means what it says: no member is without a meaning, renamed, or dropped.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from eak_ambassadors.badges.faults import Fault

VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
BADGE_CONTEXTS = [VC, OB]
BADGE = ["VerifiableCredential", "OpenBadgeCredential"]
ENDORSEMENT = ["VerifiableCredential", "EndorsementCredential"]
STATUS_LIST = ["VerifiableCredential", "BitstringStatusListCredential"]

#: A text, an address, an instant.
TEXT, ADDRESS, INSTANT = "text", "address", "instant"
_ADDRESS = re.compile(r"(https?://|urn:uuid:|did:web:|mailto:)[!-~]+")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


class Form:
    """The members of an object: what each must be; those in ``optional`` may be missing."""

    def __init__(self, optional: str = "", **members: Any) -> None:
        self.members = {name.replace("at_", "@"): form for name, form in members.items()}
        self.optional = frozenset(optional.split())

    def check(self, value: Any, where: str = "") -> None:
        """`Fault` where ``value`` is not of this form; ``where`` says what it is."""
        if not isinstance(value, dict):
            raise Fault("shape", where)
        for name in value:
            if name not in self.members:
                raise Fault("member", f"{where}{name}"[:120])
        for name, form in self.members.items():
            if name in value:
                _check(value[name], form, f"{where}{name}")
            elif name not in self.optional:
                raise Fault("shape", f"{where}{name}")


class Exactly:
    """This value and no other; a `Fault` says ``reason``."""

    def __init__(self, value: Any, reason: str = "shape") -> None:
        self.value, self.reason = value, reason


class Each:
    """A list, not empty, of things of one form."""

    def __init__(self, form: Any) -> None:
        self.form = form


def _check(value: Any, form: Any, where: str) -> None:
    if isinstance(form, Form):
        form.check(value, f"{where}.")
    elif isinstance(form, Each):
        if not isinstance(value, list) or not value:
            raise Fault("shape", where)
        for number, each in enumerate(value):
            _check(each, form.form, where)
            # To JSON-LD a list is a set: what stands in it twice could be left out unseen.
            if each in value[:number]:
                raise Fault("shape", f"{where} twice")
    elif isinstance(form, Exactly):
        if value != form.value:
            raise Fault(form.reason, where)
    elif not isinstance(value, str) or not _is(value, form):
        raise Fault("shape", where)


def _is(value: str, form: str) -> bool:
    if form == ADDRESS:
        return _ADDRESS.fullmatch(value) is not None
    if form == INSTANT:
        return _INSTANT.fullmatch(value) is not None and _is_instant(value)
    return bool(value)


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_badge(credential: Mapping[str, Any]) -> None:
    """`Fault` where ``credential`` is not of the form of badges."""
    BADGE_FORM.check(credential)
    # Two objects of one name are one to JSON-LD: what is said of the one could be moved to the
    # other unseen.
    names = list(_names(credential))
    if len(set(names)) < len(names):
        raise Fault("shape", "two things of one name")


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _names(each)
    elif isinstance(value, dict):
        yield from (value[each] for each in ("id",) if each in value)
        for each in value.values():
            yield from _names(each)


_PROFILE = Form(id=ADDRESS, type=Exactly(["Profile"]), name=TEXT, url=ADDRESS, optional="url")
_PROOF = Form(
    type=TEXT, created=INSTANT, verificationMethod=ADDRESS, cryptosuite=TEXT, proofPurpose=TEXT,
    proofValue=TEXT,
)  # fmt: skip
_COMMON: Mapping[str, Any] = {"id": ADDRESS, "issuer": _PROFILE, "validFrom": INSTANT}

BADGE_FORM = Form(
    at_context=Exactly(BADGE_CONTEXTS, "context"),
    type=Exactly(BADGE, "type"),
    **_COMMON,
    validUntil=INSTANT,
    name=TEXT,
    credentialSubject=Form(
        type=Exactly(["AchievementSubject"]),
        identifier=Each(
            Form(
                type=Exactly("IdentityObject"), hashed=Exactly(True), identityHash=TEXT,
                identityType=Exactly("emailAddress"), salt=TEXT,
            )
        ),
        achievement=Form(
            id=ADDRESS, type=Exactly(["Achievement"]), name=TEXT, description=TEXT,
            criteria=Form(id=ADDRESS, narrative=TEXT), achievementType=Exactly("Award"),
        ),
        narrative=TEXT,
        optional="narrative",
    ),
    evidence=Each(
        Form(id=ADDRESS, type=Exactly(["Evidence"]), name=TEXT, narrative=TEXT,
             optional="id narrative")
    ),
    credentialStatus=Form(
        id=ADDRESS, type=Exactly("BitstringStatusListEntry"), statusPurpose=TEXT,
        statusListIndex=TEXT, statusListCredential=ADDRESS,
    ),
    endorsementJwt=Each(TEXT),
    proof=_PROOF,
    optional="evidence endorsementJwt proof",
)  # fmt: skip

ENDORSEMENT_FORM = Form(
    at_context=Exactly(BADGE_CONTEXTS, "context"),
    type=Exactly(ENDORSEMENT, "type"),
    **_COMMON,
    name=TEXT,
    credentialSubject=Form(
        id=ADDRESS, type=Exactly(["EndorsementSubject"]), endorsementComment=TEXT
    ),
)

STATUS_FORM = Form(
    at_context=Exactly([VC], "status-broken"),
    type=Exactly(STATUS_LIST, "status-broken"),
    id=ADDRESS,
    issuer=ADDRESS,
    validFrom=INSTANT,
    credentialSubject=Form(
        id=ADDRESS, type=Exactly("BitstringStatusList"), statusPurpose=TEXT, encodedList=TEXT
    ),
)
