"""What a browser is asked for a passkey, and whether its answer is right (WebAuthn).

Loaded when somebody first asks for a passkey: the library and what it checks certificates by take
5 MB and a fourteenth of a start, which a worker never needs.
"""

from collections.abc import Iterable

import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

_VERIFIED = UserVerificationRequirement.REQUIRED
#: What the library raises beside its own where an answer is none.
_WRONG = (WebAuthnException, ValueError, KeyError, TypeError)


class WrongAnswer(Exception):
    """It is no answer, or none to what was asked."""


def ask_to_make(
    rp_id: str,
    rp_name: str,
    *,
    handle: bytes,
    email: str,
    name: str,
    challenge: bytes,
    known: Iterable[bytes],
) -> str:
    """What a browser makes a passkey by, in JSON: for the domain ``rp_id``, of whoever ``handle``
    stands for, and none of those ``known``."""
    options = webauthn.generate_registration_options(
        rp_id=rp_id,
        rp_name=rp_name,
        user_id=handle,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )
    return webauthn.options_to_json(options)


def ask_to_show(rp_id: str, *, challenge: bytes, known: Iterable[bytes]) -> str:
    """What a browser shows a passkey by, in JSON: one of those ``known``, or any of this domain
    where these are none."""
    options = webauthn.generate_authentication_options(
        rp_id=rp_id,
        challenge=challenge,
        user_verification=_VERIFIED,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )
    return webauthn.options_to_json(options)


def made(credential: str, *, challenge: bytes, rp_id: str, origin: str) -> VerifiedRegistration:
    """The passkey that a browser has made. `WrongAnswer` for none."""
    try:
        return webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
    except _WRONG as error:
        raise WrongAnswer from error


def shown(
    credential: str,
    *,
    challenge: bytes,
    rp_id: str,
    origin: str,
    public_key: bytes,
    sign_count: int,
) -> int:
    """How often the passkey of this ``public_key`` was used by now, since it has signed what was
    asked. `WrongAnswer` where it has not."""
    try:
        answer = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except _WRONG as error:
        raise WrongAnswer from error
    return answer.new_sign_count
