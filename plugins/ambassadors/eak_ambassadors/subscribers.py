"""What follows from what happens: evidence is kept, and those whom it concerns are written to."""

from collections.abc import Sequence

from eak_ambassadors.events import JuryDrawn, Recognised
from eak_ambassadors.evidence import gathering
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Ambassador, Nomination, Sitting
from eak_ambassadors.recognition.signing import address_of
from eak_ambassadors.sittings.deciding import seated_text
from eak_core.api import Context, Recorded, Service, _l, mail_to, subscriber

#: After these, what has happened before is looked at again.
_LOOK_BACK = frozenset(
    {"ambassadors.consented", "ambassadors.reinstated", "ambassadors.rules_changed"}
)


@subscriber(plugin, "*", batch=True)
def gather(events: Sequence[Recorded], ctx: Context) -> None:
    """Keep what is evidence, whichever plugin told of it."""
    gathering.keep(ctx.session, ctx.service_id, events)
    # Built anew, every event passes by under the rules of today.
    asked = [] if ctx.replaying else [e.position for e in events if e.type in _LOOK_BACK]
    if asked:
        gathering.look_back(ctx.session, ctx.service_id, max(asked))


@subscriber(plugin, JuryDrawn)
def write_to_jury(drawn: JuryDrawn, ctx: Context) -> None:
    """Write to those who were drawn."""
    sitting = ctx.session.get(Sitting, drawn.sitting_id)
    if ctx.replaying or sitting is None:
        return
    service = ctx.session.get_one(Service, ctx.service_id)
    for seat in sitting.places:
        if seat.standing == "seated" and seat.person_id is not None:
            mail = mail_to(
                ctx.session,
                seat.person_id,
                subject=_l("You sit in a jury of ambassadors"),
                text=seated_text(service, sitting),
            )
            ctx.send("mail", mail, key=seat.mark)


@subscriber(plugin, Recognised)
def write_of_recognition(recognised: Recognised, ctx: Context) -> None:
    """Write to the ambassador, who decides what is shown, and to whoever nominated them."""
    ambassador = ctx.session.get(Ambassador, recognised.ambassador_id)
    if ctx.replaying or ambassador is None or ambassador.person_id is None:
        return
    service = ctx.session.get_one(Service, ctx.service_id)
    text = _l(
        "A jury of “%(service)s” recognises you as an ambassador of innovation.\n\n"
        "Your badge, and what the page of ambassadors shows of you, which is nothing before you say"
        " so: %(link)s",
        service=service.name,
        link=address_of(service, "me"),
    )
    subject = _l("You are an ambassador of innovation")
    mail = mail_to(ctx.session, ambassador.person_id, subject=subject, text=text)
    ctx.send("mail", mail, key="ambassador")
    nomination = ctx.session.get(Nomination, recognised.nomination_id)
    if nomination is not None and nomination.nominator_id is not None:
        told = mail_to(
            ctx.session,
            nomination.nominator_id,
            subject=_l("Somebody you nominated is an ambassador"),
            text=_l(
                "The jury has read your nomination, and recognises the person as an ambassador."
                "\n\nThe ambassadors: %(link)s",
                link=address_of(service),
            ),
        )
        ctx.send("mail", told, key="nominator")
