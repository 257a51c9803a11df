"""What people do about ambassadors, in the histories of the conformance kit."""

from datetime import timedelta
from random import Random

from sqlalchemy import select

from eak_ambassadors.models import Nomination
from eak_ambassadors.nominations import answering, nominating
from eak_core.errors import EakError
from eak_core.kit.testing.site import Site


def nominate(site: Site, dice: Random) -> None:
    """The citizen, or the manager, nominates the agent, as often as the rules allow."""
    by = dice.choice((site.people.citizen, site.people.manager))
    with site.writing() as session:
        actor = site.people.actor(by)
        try:
            nominating.check(session, actor, site.service, site.people.agent.email or "")
        except EakError:
            return
        nominating.nominate(
            session, actor, site.service, name="Agathe <b>Agent</b>",
            address=site.people.agent.email or "",
            examples="She *opened* the workshop to <i>all</i>.",
            conflict=dice.choice(("", "We share an <u>office</u>.")),
        )  # fmt: skip


def answer(site: Site, dice: Random) -> timedelta | None:
    """The agent agrees, or declines; or nothing comes for long."""
    actor = site.people.actor(site.people.agent)
    with site.writing() as session:
        waiting = answering.asking(session, actor, site.service)
        if not waiting:
            return timedelta(days=31)
        found = dice.choice(list(waiting))
        if answering.under_way(session, site.service.id, actor.person_id or 0):
            answering.refuse(session, actor, site.service, found.id)
        else:
            act = dice.choice((answering.agree, answering.refuse))
            act(session, actor, site.service, found.id)
    return None


def nominations(site: Site) -> list[int]:
    with site.reading() as session:
        return list(session.scalars(select(Nomination.id).order_by(Nomination.id)))


ACTS = (nominate, nominate, answer, answer)
