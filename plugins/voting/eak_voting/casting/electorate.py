"""Who may vote in a ballot, and what people declare to be admitted.

A commune and an age are declared, not proved: the pages of a ballot say so.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, update

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
    hold_account,
    may,
    ngettext,
    require,
    upsert,
)
from eak_voting.ballots.finding import settings_of
from eak_voting.casting.receipts import voter_key
from eak_voting.models import Ballot, Declaration, RegisterEntry
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
    does not exist, or an age nobody has, and for another commune than the one that has opened a
    ballot to them that is not over: nobody lives in two places while it lasts."""
    require(actor, "voting.vote", service)
    hold_account(session, actor)
    errors: dict[str, str] = {}
    if commune is not None and commune not in {each.code for each in communes(session)}:
        errors["commune"] = _("Choose one of the communes of the list.")
    if age is not None and not 0 < age <= OLDEST:
        errors["age"] = _("An age is a number of years.")
    before = _held(session, actor).commune
    changed = None not in (commune, before) and commune != before
    if changed and not errors:
        errors |= _fixed_by_votes(session, actor, str(before))
    if errors:
        raise Invalid(_l("Your declaration was not saved."), errors)
    values: dict[str, Any] = {"person_id": actor.person_id, "declared_at": clock.now()}
    if commune is not None:
        values["commune_code"] = commune
    if age is not None:
        values["attested_age"] = age
    upsert(session, Declaration, [values])
    if changed:
        session.execute(
            update(Declaration)
            .where(Declaration.person_id == actor.person_id)
            .values(changes=Declaration.changes + 1, changed_at=clock.now())
        )


def changed_since(session: Session, since: datetime) -> int:
    """How many people have declared another commune than before, since this instant."""
    query = select(func.count()).select_from(Declaration).where(Declaration.changed_at >= since)
    return session.scalar(query) or 0


def _held(session: Session, actor: Actor) -> Declared:
    """What ``actor`` declared, kept from changing until the transaction ends."""
    row = session.execute(
        select(Declaration.commune_code, Declaration.attested_age)
        .where(Declaration.person_id == actor.person_id)
        .with_for_update()
    ).one_or_none()
    return Declared(*row) if row is not None else Declared()


def _fixed_by_votes(session: Session, actor: Actor, commune: str) -> dict[str, str]:
    """Why ``actor`` is still of ``commune``: a ballot that it has opened to them is not over."""
    assert actor.person_id is not None
    running = select(Ballot).where(Ballot.state.in_(("open", "closed"))).order_by(Ballot.id)
    for ballot in session.scalars(running):
        electorate = settings_of(ballot).electorate
        if electorate.who != "inhabitants" or commune not in electorate.communes:
            continue
        key = voter_key(ballot.key, actor.person_id)
        if session.get(RegisterEntry, (ballot.id, key)) is not None:
            said = _(
                "You have voted in “%(ballot)s” as an inhabitant of the commune that you declared:"
                " it can be changed once that ballot is counted.",
                ballot=ballot.title,
            )
            return {"commune": said}
    return {}


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
    """Return where ``actor`` may vote; otherwise `SignInRequired` or `Forbidden` says why not.

    What they declared stays as it is until the transaction ends, so that the vote which it opens is
    seen by whoever declares something else at once.
    """
    if actor.signed_in and electorate.asks:
        _held(session, actor)
    found = admission(session, actor, service, electorate)
    if found.missing == "sign_in":
        raise SignInRequired(found.reason)
    if not found.admitted:
        raise Forbidden(found.reason)
