"""What a service signs as an issuer, and the document with which anybody can verify it."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import select

from eak_ambassadors.badges import issuers, writing
from eak_ambassadors.badges.issuers import Issuer, Key, did_of, method_of
from eak_ambassadors.badges.proofs import with_proof
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import StatusList
from eak_core.api import Service, Session, Signer, clock, published_keys, signer

#: What its keys are for.
PURPOSE = "badges"


def address_of(service: Service, endpoint: str = "index", **values: Any) -> str:
    """The whole address of a page of the ambassadors of ``service``."""
    values["service_slug"] = service.slug
    return url_for(f"{plugin.name}.{endpoint}", _external=True, **values)


def did(service: Service) -> str:
    """The ``did:web`` of a service: where its document lies."""
    return did_of(address_of(service).rstrip("/"))


def profile(service: Service) -> writing.Profile:
    """The service as an issuer."""
    return writing.Profile(did(service), service.name, address_of(service))


def token(session: Session, service: Service, credential: Mapping[str, Any]) -> str:
    """``credential`` as a token, signed now."""
    key = _signer(session, service)
    return writing.token(credential, method_of(did(service), key.kid), key.seed)


def document(session: Session, service: Service, credential: Mapping[str, Any]) -> dict[str, Any]:
    """``credential`` with a proof in it, signed now."""
    key = _signer(session, service)
    method = method_of(did(service), key.kid)
    return with_proof(credential, method, key.seed, clock.now().replace(microsecond=0))


def hold_key(session: Session, service: Service) -> None:
    """Let nobody else sign for the service before this transaction is over."""
    _signer(session, service)


def _signer(session: Session, service: Service) -> Signer:
    return signer(session, plugin.name, PURPOSE, service.id, did(service))


def keys_of(session: Session, service: Service) -> list[Key]:
    """All keys that the service ever signed with, the latest first."""
    found = published_keys(session, plugin.name, PURPOSE, service.id)
    return [
        Key(
            each.kid,
            each.public,
            writing.instant(each.revoked_since) if each.revoked_since is not None else "",
        )
        for each in reversed(found)
    ]


def did_document(session: Session, service: Service) -> dict[str, Any]:
    """The document of the service as an issuer."""
    return issuers.did_document(did(service), keys_of(session, service))


def whole_document(session: Session, service: Service) -> dict[str, Any]:
    """All that is needed to verify its badges without a network."""
    return {
        "didDocument": did_document(session, service),
        "statusLists": status_lists(session, service),
    }


def status_lists(session: Session, service: Service) -> list[str]:
    """The signed list of what the service has revoked; none before its first badge."""
    query = select(StatusList.token).where(StatusList.service_id == service.id)
    return list(session.scalars(query))


def issuer(session: Session, service: Service) -> Issuer:
    """The service as an issuer, to verify a badge of its own with."""
    name = did(service)
    keys = {method_of(name, each.kid): each for each in keys_of(session, service)}
    return Issuer(name, keys, tuple(status_lists(session, service)))


def former(session: Session, service: Service) -> frozenset[str]:
    """The names that the service signed under at former addresses of the site."""
    keys = published_keys(session, plugin.name, PURPOSE, service.id)
    return frozenset(each.name for each in keys) - {did(service)}
