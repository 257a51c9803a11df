"""Who may vote in a ballot, and what people declare to be admitted.

A commune and an age are declared, not proved: the pages of a ballot say so.
"""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select

from eak_core.api import (
    Actor,
    Forbidden,
    Invalid,
    Service,
    Session,
    SignInRequired,
    _,
    _l,
    clock,
    communes,
    may,
    ngettext,
    require,
    upsert,
)
from eak_voting.models import Declaration
from eak_voting.settings import Electorate

#: What is missing: to sign in, to confirm the address, a declaration, or a right nobody can get.
Need = Literal["sign_in", "confirm", "commune", "age", "other"]

OLDEST = 120


@dataclass(frozen=True, slots=True)
class Declared:
    """What somebody declared: a commune (INSEE code), and the age they said they have reached."""

    commune: str | None = None
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether somebody may vote; where not, what is missing and a sentence about it."""

    missing: Need | None = None
    reason: Any = None

    @property
    def admitted(self) -> bool:
        return self.missing is None


def declared(session: Session, person_id: int | None) -> Declared:
    """What this person declared so far."""
    if person_id is None:
        return Declared()
    row = session.execute(
        select(Declaration.commune_code, Declaration.attested_age).where(
            Declaration.person_id == person_id
        )
    ).one_or_none()
    return Declared(*row) if row is not None else Declared()


def declare(
    session: Session,
    actor: Actor,
    service: Service,
    *,
    commune: str | None = None,
    age: int | None = None,
) -> None:
    """Keep what ``actor`` declares; what is None stays as it was. `Invalid` for a commune that
    does not exist, or an age nobody has."""
    require(actor, "voting.vote", service)
    errors: dict[str, str] = {}
    if commune is not None and commune not in {each.code for each in communes(session)}:
        errors["commune"] = _("Choose one of the communes of the list.")
    if age is not None and not 0 < age <= OLDEST:
        errors["age"] = _("An age is a number of years.")
    if errors:
        raise Invalid(_l("Your declaration was not saved."), errors)
    values: dict[str, Any] = {"person_id": actor.person_id, "declared_at": clock.now()}
    if commune is not None:
        values["commune_code"] = commune
    if age is not None:
        values["attested_age"] = age
    upsert(session, Declaration, [values])


def admission(
    session: Session, actor: Actor, service: Service, electorate: Electorate
) -> Admission:
    """Whether ``actor`` belongs to ``electorate``, and otherwise what would have to be done."""
    if not actor.signed_in:
        return Admission("sign_in", _l("Sign in to vote. What you have chosen is kept."))
    if not actor.confirmed:
        return Admission(
            "confirm", _l("Please confirm your e-mail address first: we sent you a link.")
        )
    if not may(actor, "voting.vote", service):
        return Admission("other", _l("You are not allowed to vote here."))
    if electorate.who == "agents" and not actor.agent:
        return Admission(
            "other", _l("This ballot is reserved for the agents of the administration.")
        )
    if not electorate.asks:
        return Admission()
    return _by_declaration(declared(session, actor.person_id), electorate)


def _by_declaration(said: Declared, electorate: Electorate) -> Admission:
    if electorate.who == "inhabitants":
        if said.commune is None:
            return Admission("commune", _l("Say in which commune you live."))
        if said.commune not in electorate.communes:
            return Admission(
                "commune", _l("This ballot is for the inhabitants of other communes than yours.")
            )
    age = electorate.minimum_age
    if age is not None and (said.age is None or said.age < age):
        return Admission(
            "age",
            ngettext(
                "Confirm that you are at least %(num)s year old.",
                "Confirm that you are at least %(num)s years old.",
                age,
            ),
        )
    return Admission()


def require_admitted(
    session: Session, actor: Actor, service: Service, electorate: Electorate
) -> None:
    """Return where ``actor`` may vote; otherwise `SignInRequired` or `Forbidden` says why not."""
    found = admission(session, actor, service, electorate)
    if found.missing == "sign_in":
        raise SignInRequired(found.reason)
    if not found.admitted:
        raise Forbidden(found.reason)
