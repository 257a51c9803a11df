"""Nominating an agent: never oneself, nobody who has just nominated oneself, and not too often.

Whether an address has an account, and what its owner answers, changes nothing of what happens
here: the same letter leaves, and the same is shown.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import select

from eak_ambassadors.events import Nominated
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import NAME_LENGTH, TEXT_LENGTH, Nomination
from eak_core.api import (
    Actor,
    Invalid,
    Refused,
    Service,
    Session,
    _,
    _l,
    checked_text,
    clock,
    hold_account,
    insert_once,
    is_agent_address,
    normal_address,
    person_address,
    plugin_settings,
    publish,
    require,
    send_mail_to_address,
)

#: How long two people cannot nominate each other, and what a year is.
RECIPROCAL, YEAR = timedelta(days=90), timedelta(days=365)
#: How long the person who was nominated has to answer.
TIME_TO_ANSWER = timedelta(days=90)


def nominate(
    session: Session,
    actor: Actor,
    service: Service,
    *,
    name: str,
    address: str,
    examples: str,
    conflict: str = "",
    form_key: str | None = None,
) -> int:
    """Nominate the agent whose professional address is ``address``; answers the nomination's id.

    ``conflict`` is what ties the two, in the nominator's words; empty where nothing does. The same
    form again changes nothing. `Invalid` names each field that is wrong; `Refused` where the rules
    of `check` forbid it.
    """
    require(actor, "ambassadors.nominate", service)
    hold_account(session, actor)
    said = _checked(name, address, examples, conflict)
    known = _sent_before(session, actor, form_key)
    if known is not None:
        return known
    check(session, actor, service, str(said["address"]))
    values = {
        **said,
        "service_id": service.id,
        "nominator_id": actor.person_id,
        "form_key": form_key or None,
        "nominated_at": clock.now(),
    }
    nomination_id = insert_once(session, Nomination, values, Nomination.id)
    if nomination_id is None:
        return _sent_before(session, actor, form_key) or 0
    nominated = Nominated(nomination_id=nomination_id)
    publish(session, nominated, service_id=service.id, actor_id=actor.person_id)
    _ask(session, service, nomination_id, str(said["address"]))
    return nomination_id


def check(session: Session, actor: Actor, service: Service, address: str) -> None:
    """`Refused` where ``actor`` may not nominate the owner of ``address`` now."""
    own = person_address(session, actor.person_id or 0)
    if address == own:
        raise Refused(_l("Nobody nominates themselves: colleagues see what you made possible."))
    made = _made_since(session, actor, clock.now() - YEAR)
    if address in {each.address for each in made if each.service_id == service.id}:
        raise Refused(_l("You have nominated this person already."))
    most = plugin_settings(session, service.id, plugin.name)["yearly"]
    if len([each for each in made if each.service_id == service.id]) >= most:
        raise Refused(
            _("You have made as many nominations as one can within a year (%(most)s).", most=most)
        )
    if own is not None and address in _nominators(session, own, clock.now() - RECIPROCAL):
        raise Refused(
            _l("This person has nominated you within the last ninety days: nobody should have to"
               " wonder whether one was for the other.")
        )  # fmt: skip


def _made_since(session: Session, actor: Actor, since: datetime) -> Sequence[Nomination]:
    return session.scalars(
        select(Nomination).where(
            Nomination.nominator_id == actor.person_id, Nomination.nominated_at > since
        )
    ).all()


def _nominators(session: Session, own: str, since: datetime) -> set[str | None]:
    """The addresses of those who have nominated the owner of the address ``own``."""
    people = session.scalars(
        select(Nomination.nominator_id).where(
            Nomination.address == own,
            Nomination.nominated_at > since,
            Nomination.nominator_id.is_not(None),
        )
    )
    return {person_address(session, each) for each in people if each is not None}


def _sent_before(session: Session, actor: Actor, form_key: str | None) -> int | None:
    if not form_key:
        return None
    return session.scalar(
        select(Nomination.id).where(
            Nomination.nominator_id == actor.person_id, Nomination.form_key == form_key
        )
    )


def _checked(name: str, address: str, examples: str, conflict: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    missing = _("Say who it is, in one line.")
    name = checked_text(name, "name", errors, most=NAME_LENGTH, missing=missing, line=True)
    missing = _("Give at least one example of what this person made possible.")
    examples = checked_text(examples, "examples", errors, most=TEXT_LENGTH, missing=missing)
    conflict = checked_text(conflict, "conflict", errors, most=TEXT_LENGTH)
    try:
        address = normal_address(address)
        if not is_agent_address(address):
            errors["address"] = _("This is no address of the administration.")
    except ValueError:
        errors["address"] = _("This is not an e-mail address.")
    if errors:
        raise Invalid(_l("The nomination was not sent."), errors)
    return {"name": name, "address": address, "examples": examples, "conflict": conflict}


def _ask(session: Session, service: Service, nomination_id: int, address: str) -> None:
    """Write to the person who was nominated, whoever they are: their answer is theirs."""
    page = url_for(
        "ambassadors.answer",
        service_slug=service.slug,
        nomination_id=nomination_id,
        _external=True,
    )
    send_mail_to_address(
        session,
        plugin.name,
        address=address,
        subject=_l("You were nominated as an ambassador of innovation"),
        text=_l(
            "Somebody who has seen you work nominates you as an ambassador of innovation in"
            " “%(service)s”.\n\n"
            "What they say, and your answer: %(link)s\n\n"
            "Nothing is public, and nobody is told if you decline or leave this unanswered. After"
            " ninety days the nomination is forgotten by itself.",
            service=service.name,
            link=page,
        ),
        dedupe_key=f"nominated:{nomination_id}",
        service_id=service.id,
    )
