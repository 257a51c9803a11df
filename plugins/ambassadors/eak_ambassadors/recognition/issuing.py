"""Issuing and revoking badges, with the list that says which were revoked."""

import json
from collections.abc import Sequence
from random import SystemRandom
from secrets import token_urlsafe

from flask import url_for
from sqlalchemy import select

from eak_ambassadors.badges import status, writing
from eak_ambassadors.evidence.showing import lines
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Ambassador, Badge, Endorsement, Nomination, StatusList
from eak_ambassadors.recognition import signing
from eak_core.api import (
    Actor,
    Conflict,
    Service,
    Session,
    _l,
    clock,
    insert_once,
    person_address,
    plugin_settings,
    upsert,
)

#: How often a place is drawn until one is free: the list is far larger than a service.
_TRIES = 50


def issue(session: Session, service: Service, ambassador: Ambassador, badge_id: str) -> None:
    """Issue the badge ``badge_id`` to an ambassador, for their term, and publish the list."""
    settings = plugin_settings(session, service.id, plugin.name)
    achievement = writing.Achievement(
        settings["badge_name"],
        settings["badge_criteria"],
        signing.address_of(service, "about"),
        settings["badge_criteria"],
    )
    place = _free_place(session, service, ambassador, badge_id)
    made = writing.badge(
        badge_urn(badge_id),
        signing.profile(service),
        achievement,
        address=person_address(session, ambassador.person_id or 0) or "",
        salt=new_salt(badge_id),
        since=ambassador.since,
        until=ambassador.until,
        status=status.entry(signing.address_of(service, "status_list"), place),
        narrative=ambassador.words,
        evidence=evidence_of(session, service, ambassador),
        endorsements=_endorsements(session, service, ambassador, badge_id),
    )
    badge = session.get_one(Badge, badge_id)
    badge.token = signing.token(session, service, made)
    badge.document = json.dumps(
        signing.document(session, service, made), ensure_ascii=False, indent=1
    )
    publish_list(session, service)


def revoke_all(session: Session, service: Service, ambassador: Ambassador) -> None:
    """Revoke the badges of an ambassador, at once."""
    badges = session.scalars(
        select(Badge).where(Badge.ambassador_id == ambassador.id, Badge.revoked_at.is_(None))
    ).all()
    for badge in badges:
        badge.revoked_at = clock.now()
        # What it says is nobody's to read any more.
        badge.token = badge.document = ""
    if badges:
        session.flush()
        publish_list(session, service)


def publish_list(session: Session, service: Service) -> None:
    """Sign the list of what the service has revoked, as it is now."""
    # Whoever holds the key is the only one to read and write the list.
    signing.hold_key(session, service)
    revoked = session.scalars(
        select(Badge.place).where(Badge.service_id == service.id, Badge.revoked_at.is_not(None))
    ).all()
    said = status.credential(
        signing.address_of(service, "status_list"), signing.did(service), revoked, clock.now()
    )
    row = {"service_id": service.id, "token": signing.token(session, service, said)}
    upsert(session, StatusList, [row])


def badge_urn(badge_id: str) -> str:
    """How a badge names itself."""
    return f"urn:uuid:{badge_id}"


def new_salt(_badge_id: str) -> str:
    """What an address is hashed with, in one badge and no other."""
    return token_urlsafe(16)


def random_places(_badge_id: str) -> Sequence[int]:
    """Places in the list, in the order in which they are tried: neighbours tell nothing."""
    return SystemRandom().sample(range(status.PLACES), _TRIES)


def evidence_of(
    session: Session, service: Service, ambassador: Ambassador
) -> list[writing.Evidence]:
    """What an ambassador made possible, as their badge says it: in words of others, and what
    everybody can look up. What was done about one thing is one entry."""
    nomination = session.get(Nomination, ambassador.nomination_id or 0)
    found: list[writing.Evidence] = []
    if nomination is not None and nomination.examples:
        found.append(writing.Evidence("Ce que d’autres ont vu", narrative=nomination.examples))
    labels: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for line in lines(session, Actor.visitor(), service, ambassador.person_id or 0):
        values = {"service_slug": service.slug, **line.thing.values}
        place = url_for(line.thing.endpoint, _external=True, **values)
        labels.setdefault(place, []).append(line.label)
        titles[place] = str(line.thing.label)
    found += (
        writing.Evidence(titles[place], place, ", ".join(said)) for place, said in labels.items()
    )
    return found


def _free_place(session: Session, service: Service, ambassador: Ambassador, badge_id: str) -> int:
    for place in random_places(badge_id):
        row = {
            "id": badge_id, "service_id": service.id, "ambassador_id": ambassador.id,
            "place": place, "issued_at": clock.now(), "until": ambassador.until,
            "token": "", "document": "",
        }  # fmt: skip
        if insert_once(session, Badge, row, Badge.id) is not None:
            return place
    raise Conflict(_l("No badge could be issued: its list is full."))


def _endorsements(
    session: Session, service: Service, ambassador: Ambassador, badge_id: str
) -> Sequence[str]:
    """What colleagues said, about this badge: signed again where another badge was the first."""
    found = session.scalars(
        select(Endorsement)
        .where(Endorsement.nomination_id == ambassador.nomination_id, Endorsement.token != "")
        .order_by(Endorsement.id)
    ).all()
    about, tokens = badge_urn(badge_id), []
    for endorsement in found:
        said = writing.carried(endorsement.token)
        if said["credentialSubject"]["id"] == about:
            tokens.append(endorsement.token)
            continue
        said["credentialSubject"] = {**said["credentialSubject"], "id": about}
        tokens.append(signing.token(session, service, said))
    return tokens
