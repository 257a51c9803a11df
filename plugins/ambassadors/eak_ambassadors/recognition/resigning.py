"""Changing keys: what the one before signed stays valid, unless it was in other hands."""

import json
from typing import Any

from sqlalchemy import select

from eak_ambassadors.badges import jwt, status
from eak_ambassadors.badges.issuers import method_of
from eak_ambassadors.badges.writing import carried
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Badge, Endorsement, Nomination
from eak_ambassadors.recognition import issuing, signing
from eak_core.api import Service, Session, SigningKey, rotate_key


def rotate(session: Session, service: Service) -> tuple[SigningKey, int]:
    """Let another key sign the badges of a service; answers it, and how many badges were signed
    anew, because a key was revoked or the site has another address. `NotFound` where nothing was
    ever signed."""
    name = signing.did(service)
    made = rotate_key(session, plugin.name, signing.PURPOSE, service.id, name=name)
    again = sign_again(session, service)
    issuing.publish_list(session, service)
    return made, again


def sign_again(session: Session, service: Service) -> int:
    """Sign anew whatever is valid and was signed with a key that was revoked, or under a former
    address of the site; how many badges."""
    name = signing.did(service)
    bad = {method_of(name, each.kid) for each in signing.keys_of(session, service) if each.revoked}

    def again(token: str) -> str:
        method = jwt.read(token).kid
        if method not in bad and method.partition("#")[0] == name:
            return token
        return signing.token(session, service, _at_home(service, carried(token)))

    for endorsement in session.scalars(
        select(Endorsement)
        .join(Nomination, Nomination.id == Endorsement.nomination_id)
        .where(Nomination.service_id == service.id, Endorsement.token != "")
    ).all():
        endorsement.token = again(endorsement.token)
    badges = session.scalars(
        select(Badge).where(Badge.service_id == service.id, Badge.token != "")
    ).all()
    signed = 0
    for badge in badges:
        if again(badge.token) == badge.token:
            continue
        credential = _at_home(service, carried(badge.token))
        if said := [again(each) for each in credential.get("endorsementJwt", ())]:
            credential["endorsementJwt"] = said
        badge.token = signing.token(session, service, credential)
        badge.document = json.dumps(
            signing.document(session, service, credential), ensure_ascii=False, indent=1
        )
        signed += 1
    return signed


def _at_home(service: Service, credential: dict[str, Any]) -> dict[str, Any]:
    """``credential`` with the addresses of the service as they are now: of its issuer, of the list
    of what was revoked, and of what the badge means."""
    credential["issuer"] = signing.profile(service).said
    if "credentialStatus" in credential:
        place = int(credential["credentialStatus"]["statusListIndex"])
        address = signing.address_of(service, "status_list")
        credential["credentialStatus"] = status.entry(address, place)
    achievement = credential["credentialSubject"].get("achievement")
    if achievement is not None:
        about = signing.address_of(service, "about")
        achievement["id"] = f"{about}#badge"
        achievement["criteria"] = {**achievement["criteria"], "id": about}
    return credential
