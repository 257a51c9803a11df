"""What people are told of nominations that were agreed to, and newsletters of ambassadors.

Of a nomination that was not agreed to nobody is told anything: a refusal is no event. What is told
names nobody, and leads to a page that is read by whoever may.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from eak_ambassadors.events import Consented, Endorsed, JuryDrawn, JuryPassedOn
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Ambassador, Nomination
from eak_ambassadors.recognition.terms import on_the_wall
from eak_core.api import (
    Actor,
    NewsletterItem,
    NoticeKind,
    NoticeSentence,
    Recorded,
    Service,
    Session,
    Told,
    _,
    _l,
    managers_of,
    may,
    person_names,
    plain_summary,
    tells,
)

#: Of the words of an ambassador in a newsletter, in characters.
SHORT = 240

PROCESS = NoticeKind(
    plugin,
    "process",
    _l("Nominations and juries"),
    _l("A nomination that concerns you is agreed to, a colleague says what they have seen, its jury"
       " is drawn or its seats are passed on."),
)  # fmt: skip

_EVENTS = (Consented, Endorsed, JuryDrawn, JuryPassedOn)


@tells(plugin, PROCESS, Consented)
def tell_of_consent(session: Session, event: Recorded) -> Told | None:
    """Those who run the service, and whoever made the nomination."""
    nomination = session.get(Nomination, event.data.nomination_id)
    service = session.get_one(Service, event.service_id)
    nominator = nomination.nominator_id if nomination is not None else None
    return Told(people=[nominator, *(each.id for each in managers_of(session, service))])


@tells(plugin, PROCESS, Endorsed, JuryDrawn, JuryPassedOn)
def tell_of_progress(session: Session, event: Recorded) -> Told | None:
    """The person who was nominated."""
    nomination = session.get(Nomination, event.data.nomination_id)
    return Told(people=[nomination.nominee_id]) if nomination is not None else None


def sentences(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Iterator[tuple[int, NoticeSentence]]:
    """What ``actor`` is told of the nominations among ``events``, as long as it is theirs to
    know."""
    told = [each for each in events if isinstance(each.data, _EVENTS)]
    if not told or actor.person_id is None:
        return
    rows = session.execute(
        select(Nomination.id, Nomination.nominee_id, Nomination.nominator_id).where(
            Nomination.id.in_({each.data.nomination_id for each in told}),
            Nomination.service_id == service.id,
            Nomination.agreed_at.is_not(None),
            Nomination.nominee_id.is_not(None),
        )
    )
    found = {row.id: row for row in rows}
    runs = may(actor, "ambassadors.run", service)
    for each in told:
        row = found.get(each.data.nomination_id)
        if row is None:
            continue
        own = row.nominee_id == actor.person_id
        if own != isinstance(each.data, Consented) and (
            own or runs or row.nominator_id == actor.person_id
        ):
            place = {"nomination_id": row.id}
            because = _("You were nominated.") if own else _("It is a nomination of this service.")
            yield (
                each.position,
                NoticeSentence(_said(each.data), "ambassadors.candidacy", place, because=because),
            )


def _said(data: object) -> str:
    if isinstance(data, Consented):
        return _("Somebody who was nominated as an ambassador agrees")
    if isinstance(data, Endorsed):
        return _("A colleague says what they have seen of you")
    if isinstance(data, JuryDrawn):
        return _("The jury of your nomination is drawn")
    return _("Your jury has more time: seats were passed on")


def newsletter_items(
    session: Session, service: Service, since: datetime, until: datetime
) -> Iterator[NewsletterItem]:
    """Those who became ambassadors and let the wall name them."""
    became = Ambassador.since >= since, Ambassador.since < until
    found = session.scalars(
        select(Ambassador)
        .where(*on_the_wall(service.id), *became)
        .order_by(Ambassador.id)
        .limit(20)
    ).all()
    names = person_names(session, [each.person_id for each in found if each.person_id])
    for each in found:
        if (name := names.get(each.person_id or 0)) is not None:
            yield NewsletterItem(
                f"ambassador:{each.id}",
                each.since,
                _("%(name)s is an ambassador of innovation", name=name),
                "ambassadors.show",
                {"ambassador_id": each.id},
                text=plain_summary(each.words, SHORT),
                heading=_("Ambassadors"),
                weight=50,
            )
