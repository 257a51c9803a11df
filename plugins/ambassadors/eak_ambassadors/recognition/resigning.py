"""Changing keys: what the one before signed stays valid, unless it was in other hands."""

import json

from sqlalchemy import select

from eak_ambassadors.badges import jwt
from eak_ambassadors.badges.issuers import method_of
from eak_ambassadors.badges.writing import carried
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Badge, Endorsement, Nomination
from eak_ambassadors.recognition import issuing, signing
from eak_core.api import Service, Session, SigningKey, rotate_key


def rotate(session: Session, service: Service) -> tuple[SigningKey, int]:
    """Let another key sign the badges of a service; answers it, and how many badges were signed
    anew because a key was revoked. `NotFound` where nothing was ever signed."""
    made = rotate_key(session, plugin.name, signing.PURPOSE, service.id)
    again = sign_again(session, service)
    issuing.publish_list(session, service)
    return made, again


def sign_again(session: Session, service: Service) -> int:
    """Sign anew whatever is valid and was signed with a key that was revoked; how many badges."""
    bad = {
        method_of(signing.did(service), each.kid)
        for each in signing.keys_of(session, service)
        if each.revoked
    }
    if not bad:
        return 0
    for endorsement in session.scalars(
        select(Endorsement)
        .join(Nomination, Nomination.id == Endorsement.nomination_id)
        .where(Nomination.service_id == service.id, Endorsement.token != "")
    ).all():
        endorsement.token = _again(session, service, endorsement.token, bad)
    badges = session.scalars(
        select(Badge).where(Badge.service_id == service.id, Badge.token != "")
    ).all()
    found = [each for each in badges if jwt.read(each.token).kid in bad]
    for badge in found:
        credential = carried(badge.token)
        said = [
            _again(session, service, each, bad) for each in credential.get("endorsementJwt", ())
        ]
        if said:
            credential["endorsementJwt"] = said
        badge.token = signing.token(session, service, credential)
        badge.document = json.dumps(
            signing.document(session, service, credential), ensure_ascii=False, indent=1
        )
    return len(found)


def _again(session: Session, service: Service, token: str, bad: set[str]) -> str:
    if jwt.read(token).kid not in bad:
        return token
    return signing.token(session, service, carried(token))
