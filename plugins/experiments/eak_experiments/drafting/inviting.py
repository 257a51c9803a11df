"""Somebody is invited into the team of an experiment: by a letter, whose link holds once."""

from datetime import timedelta

from flask import url_for

from eak_core.api import (
    Actor,
    Invalid,
    NotFound,
    Service,
    Session,
    SignedLink,
    _l,
    check_invitable,
    clock,
    hold_account,
    require,
    send_mail_to_address,
)
from eak_experiments.drafting.preparing import enter
from eak_experiments.manifest import plugin
from eak_experiments.models import MEMBER_ROLES, Experiment, MemberRole

LIFETIME = timedelta(days=30)
JOIN = SignedLink(plugin, "join", lifetime=LIFETIME, once=True)


def invite(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    email: str, role: str,
) -> None:  # fmt: skip
    """Write to whoever holds ``email``. The address is kept nowhere. `Invalid` as
    `check_invitable`."""
    require(actor, "experiments.carry", service, experiment)
    hold_account(session, actor)
    address = check_invitable(service, email)
    if role not in MEMBER_ROLES:
        raise Invalid(_l("The invitation was not sent."), {"role": _l("Choose a role.")})
    link = url_for(
        "experiments.join",
        service_slug=service.slug,
        token=JOIN.token(f"{experiment.id}:{role}"),
        _external=True,
    )
    send_mail_to_address(
        session,
        plugin.name,
        address=address,
        subject=_l("You are invited into the team of an experiment"),
        text=_l(
            "“%(title)s”, an experiment of “%(service)s”.\n\nTo join its team: %(link)s\n\n"
            "The link holds for thirty days, and once.",
            title=experiment.title,
            service=service.name,
            link=link,
        ),
        dedupe_key=f"join:{experiment.id}:{role}:{int(clock.now().timestamp())}",
        service_id=service.id,
    )


def invited(session: Session, service: Service, subject: str) -> tuple[Experiment, MemberRole]:
    """The experiment that a letter leads to, and the role it gives. `NotFound` where it is gone."""
    number, _colon, role = subject.partition(":")
    experiment = session.get(Experiment, int(number))
    if experiment is None or experiment.service_id != service.id:
        raise NotFound(_l("This experiment is there no longer."))
    return experiment, "referent" if role == "referent" else "member"


def accept(session: Session, actor: Actor, experiment: Experiment, role: MemberRole) -> None:
    """Let who holds the letter into the team. `Refused` where it is full."""
    hold_account(session, actor)
    enter(session, actor, experiment, actor.person_id or 0, role)
