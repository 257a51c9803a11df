"""What an account gets of letters, on the core's page of what somebody is told."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import select

from eak_core.api import Actor, MailChoice, Service, Session, _l
from eak_newsletter.models import Subscriber
from eak_newsletter.readers import leaving, subscribing

#: How often, in words; the last one ends it.
RHYTHM_TITLES: dict[str, Any] = {
    "issue": _l("Each letter, when it comes out"),
    "weekly": _l("A summary each week (on Mondays at 8)"),
    "monthly": _l("A summary each month (on the first Monday at 8)"),
}
NEVER = "never"
_TITLES = {**RHYTHM_TITLES, NEVER: _l("No more letters")}


def choices_of(session: Session, actor: Actor) -> Iterator[MailChoice]:
    """A choice for each service whose letter goes to the account of ``actor``."""
    rows = session.execute(
        select(Subscriber, Service)
        .join(Service, Service.id == Subscriber.service_id)
        .where(Subscriber.person_id == actor.person_id, Subscriber.standing == "active")
        .order_by(Service.name, Service.id)
    )
    for reader, service in rows:
        yield MailChoice(
            service_slug=service.slug,
            title=_l("The letter of “%(service)s”", service=service.name),
            choices=_TITLES,
            chosen=reader.rhythm,
            summary=_l(
                "A summary and the mail of what you follow are one letter where both are due on"
                " the same morning."
            ),
            keep=partial(choose, session, actor, service, reader.id),
        )


def choose(
    session: Session, actor: Actor, service: Service, subscriber_id: int, rhythm: str
) -> None:
    """Let the letter go to an account in another rhythm from now on, or never; of what it tells
    stays as it was."""
    if rhythm == NEVER:
        leaving.stop(session, service, subscriber_id, "account")
        return
    reader = subscribing.held(session, service, subscriber_id)
    # Who has left meanwhile, by a link, is not brought back by an older page.
    if reader is not None and reader.standing == "active":
        wishes = replace(subscribing.wishes_of(session, reader), rhythm=rhythm)
        subscribing.subscribe_account(session, actor, service, wishes, "")
