"""An organisation presents itself, says who it is otherwise, and comes to further services."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from eak_core.api import (
    Actor,
    Conflict,
    Event,
    Invalid,
    Refused,
    Service,
    Session,
    _l,
    checked_text,
    clock,
    communes,
    ensure_unchanged,
    folded,
    hold_account,
    insert_once,
    may,
    publish,
    require,
)
from eak_matchmaking.events import MemberJoined, OrganisationEdited, OrganisationRegistered
from eak_matchmaking.models import (
    ADDRESS_LENGTH,
    NAME_LENGTH,
    ORGANISATION_KINDS,
    TEXT_LENGTH,
    Acting,
    Member,
    Organisation,
    Presence,
)
from eak_matchmaking.organisations import numbers
from eak_matchmaking.organisations.rights import answers, require_answer

#: How many organisations one person can bring.
MOST = 20


@dataclass(frozen=True)
class Profile:
    """What an organisation says of itself, as it was typed."""

    name: str
    kind: str
    identifier: str = ""
    communes: Collection[str] = ()
    site: str = ""
    about: str = ""
    pioneering: str = ""
    motivation: str = ""


def said(organisation: Organisation) -> dict[str, Any]:
    """What an organisation says of itself, by the names of `Profile`."""
    return {
        "name": organisation.name,
        "kind": organisation.kind,
        "identifier": organisation.identifier or "",
        "communes": organisation.codes,
        "site": organisation.site,
        "about": organisation.about,
        "pioneering": organisation.pioneering,
        "motivation": organisation.motivation,
    }


def register(
    session: Session, actor: Actor, service: Service, profile: Profile, *, form_key: str | None
) -> Organisation:
    """Let an organisation be among the partners of ``service``, with ``actor`` as its referent.

    A second call with the same ``form_key`` answers the first one's. `Invalid` names each field
    that is wrong; `Conflict` where the SIREN or SIRET is known already, with what to do; `Refused`
    beyond `MOST` of one person.
    """
    require(actor, "matchmaking.register", service)
    hold_account(session, actor)
    values = checked(session, profile)
    mine = Organisation.registered_by == actor.person_id
    brought = session.scalars(select(Organisation.form_key).where(mine)).all()
    if form_key and form_key in brought:
        return session.scalars(
            select(Organisation).where(mine, Organisation.form_key == form_key)
        ).one()
    if len(brought) >= MOST:
        raise Refused(_l("You have brought as many organisations as one person can."))
    if values["identifier"] and _known(session, values["identifier"]):
        raise Conflict(
            _l(
                "An organisation with this number is known here already. Look for it among the"
                " partners, and ask its referent, or those who run the service, to invite you."
            )
        )
    values |= {"registered_by": actor.person_id, "form_key": form_key, "origin": None}
    organisation_id = insert(session, service, values, actor_id=actor.person_id)
    if organisation_id is None:
        raise Conflict(_l("Somebody else has registered this organisation just now."))
    assert actor.person_id is not None
    session.add(
        Member(
            organisation_id=organisation_id,
            person_id=actor.person_id,
            role="referent",
            since=clock.now(),
        )
    )
    _act_for(session, actor.person_id, organisation_id)
    joined = MemberJoined(organisation_id=organisation_id, person_id=actor.person_id)
    publish(session, joined, service_id=service.id, actor_id=actor.person_id)
    session.flush()
    return session.get_one(Organisation, organisation_id)


def insert(
    session: Session,
    service: Service,
    values: dict[str, Any],
    *,
    actor_id: int | None = None,
    imported: bool = False,
) -> int | None:
    """Write an organisation of `checked` values that comes to ``service``; its id, or None where
    its number or its origin is known already."""
    row = values | {"registered_at": clock.now(), "closed_because": ""}
    organisation_id = insert_once(session, Organisation, row, Organisation.id)
    if organisation_id is not None:
        arrive(session, service, organisation_id, actor_id, imported=imported)
    return organisation_id


def arrive(
    session: Session,
    service: Service,
    organisation_id: int,
    actor_id: int | None,
    *,
    imported: bool = False,
) -> bool:
    """Let an organisation that is known be there for ``service`` too; False where it was. Ask first
    whether it may."""
    row = {
        "service_id": service.id,
        "organisation_id": organisation_id,
        "joined_at": clock.now(),
        "verified_because": "",
    }
    if insert_once(session, Presence, row, Presence.organisation_id) is None:
        return False
    event = OrganisationRegistered(organisation_id=organisation_id, imported=imported)
    publish(session, event, service_id=service.id, actor_id=actor_id)
    return True


def may_come(actor: Actor, service: Service, organisation: Organisation) -> bool:
    """Whether ``actor`` may bring an organisation to a further service."""
    return may(actor, "matchmaking.register", service) and answers(actor, service, organisation)


def come_too(session: Session, actor: Actor, service: Service, organisation: Organisation) -> bool:
    """Bring an organisation that ``actor`` answers for to a further service; False where it is
    there."""
    require(actor, "matchmaking.register", service)
    require_answer(session, actor, service, organisation)
    require_open(organisation)
    came = arrive(session, service, organisation.id, actor.person_id)
    session.expire(organisation, ["presences"])
    return came


def edit(
    session: Session,
    actor: Actor,
    service: Service,
    organisation: Organisation,
    profile: Profile,
    *,
    seen: str | None = None,
) -> None:
    """Change what an organisation says of itself. `Invalid` and `Conflict` as `register`;
    `Conflict` also where it no longer says what a form has ``seen``."""
    require_answer(session, actor, service, organisation)
    hold_account(session, actor)
    session.refresh(organisation, with_for_update=True)
    require_open(organisation)
    values = checked(session, profile)
    number = values["identifier"]
    if number and number != organisation.identifier and _known(session, number):
        raise Conflict(_l("Another organisation here has this number."))
    changed = {
        name: value for name, value in values.items() if getattr(organisation, name) != value
    }
    if not changed:
        return
    ensure_unchanged(seen, said(organisation))
    for name, value in changed.items():
        setattr(organisation, name, value)
    tell_everywhere(
        session, OrganisationEdited(organisation_id=organisation.id), organisation.id, actor
    )


def require_open(organisation: Organisation) -> None:
    """Return where an organisation is at work; `Refused` otherwise."""
    if organisation.closed_at is not None:
        raise Refused(
            _l("This organisation is no longer a partner: its page can be read, no more.")
        )


def tell_everywhere(session: Session, event: Event, organisation_id: int, actor: Actor) -> None:
    """Record ``event`` in the log of each service where the organisation is there: its page stands
    in all of them."""
    services = session.scalars(
        select(Presence.service_id)
        .where(Presence.organisation_id == organisation_id)
        .order_by(Presence.service_id)
    )
    for service_id in services.all():
        publish(session, event, service_id=service_id, actor_id=actor.person_id)


def checked(session: Session, profile: Profile) -> dict[str, Any]:
    """The columns of what an organisation says of itself. `Invalid` with all that is wrong."""
    wrong: dict[str, Any] = {}
    name = checked_text(profile.name, "name", wrong, most=NAME_LENGTH, line=True)
    site = profile.site.strip()
    texts = {
        field: checked_text(getattr(profile, field), field, wrong, most=TEXT_LENGTH)
        for field in ("about", "pioneering", "motivation")
    }
    if not folded(name).strip():
        wrong["name"] = _l("What is it called?")
    if profile.kind not in ORGANISATION_KINDS:
        wrong["kind"] = _l("Choose what kind of organisation it is.")
    number = _number(profile.identifier, wrong)
    if not {commune.code for commune in communes(session)}.issuperset(profile.communes):
        wrong["communes"] = _l("Choose communes of the territory.")
    if site and not is_site(site):
        wrong["site"] = _l("Give a whole address, such as https://www.example.org.")
    if wrong:
        raise Invalid(_l("Nothing was changed."), wrong)
    codes = sorted(set(profile.communes))
    return {
        "name": name,
        "folded": folded(name)[:NAME_LENGTH],
        "kind": profile.kind,
        "identifier": number,
        "communes": f" {' '.join(codes)} " if codes else "",
        "site": site,
        **texts,
    }


def _number(typed: str, wrong: dict[str, Any]) -> str | None:
    if not typed.strip():
        return None
    try:
        return numbers.identifier(typed)
    except ValueError:
        wrong["identifier"] = _l(
            "This is no SIREN (9 figures) or SIRET (14 figures): check each figure."
        )
        return None


def is_site(address: str) -> bool:
    """Whether ``address`` is that of a page on the web."""
    if len(address) > ADDRESS_LENGTH or any(sign.isspace() or ord(sign) < 33 for sign in address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host and not parts.username


def _known(session: Session, number: str) -> bool:
    at_work = Organisation.identifier == number, Organisation.closed_at.is_(None)
    return session.scalar(select(Organisation.id).where(*at_work)) is not None


def _act_for(session: Session, person_id: int, organisation_id: int) -> None:
    row = {"person_id": person_id, "organisation_id": organisation_id}
    if insert_once(session, Acting, row, Acting.person_id) is None:
        session.get_one(Acting, person_id).organisation_id = organisation_id
