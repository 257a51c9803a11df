"""The pages of moderation for those who run a service: what was reported, and their decisions."""

from flask import g, request, url_for

from eak_core.db import current_session
from eak_core.i18n import _
from eak_core.moderation import appeals, reports
from eak_core.moderation.forms import DecisionForm, GoneForm, MeasureVerdictForm, VerdictForm
from eak_core.moderation.grounds import URGENT, ground_title
from eak_core.moderation.models import Measure
from eak_core.moderation.things import address_of, things_of
from eak_core.permissions import require
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page

blueprint = ServiceBlueprint("moderation_manage", __name__, below="/gestion")

#: How many things the queue lists.
LISTED = 100


@blueprint.before_request
def moderators_only() -> None:
    """Everything here belongs to those who decide what is hidden."""
    require(g.actor, "content.hide", g.service)


@blueprint.get("/signalements")
def queue() -> Answer:
    """What was reported and waits, first what cannot wait, then the oldest; what is contested."""
    session = current_session()
    waiting = reports.queue(session, g.service.id, LISTED)
    contested = appeals.open_appeals(session, g.service.id, LISTED)
    subjects = [each.subject for each in waiting] + [each.subject for each in contested]
    return render(
        "moderation/queue.html",
        waiting=waiting,
        contested=contested,
        things=things_of(session, g.service, subjects, g.active),
        ground_title=ground_title,
    )


@blueprint.route("/signalements/<subject>", methods=["GET", "POST"])
def decide(subject: str) -> Answer:
    """What was reported, who reported it and why, and what is decided."""
    session = current_session()
    waiting = reports.open_reports(session, g.service.id, subject)
    if not waiting and request.method != "POST":
        return finish(
            _("Nothing that was reported waits there any more."),
            url_for("moderation_manage.queue"),
            "info",
        )
    thing = things_of(session, g.service, [subject], g.active).get(subject)
    form = DecisionForm() if thing else GoneForm()
    reason = form.reason.data if isinstance(form, DecisionForm) else str(reports.GONE)
    outcome = form.outcome.data if isinstance(form, DecisionForm) else "gone"
    return attempt(
        form,
        lambda: reports.decide(session, g.actor, g.service, subject, outcome, reason),
        done=(_("Decided. Those concerned are told, with your reason."),
              url_for("moderation_manage.queue")),
    ) or form_page(
        "moderation/decide.html",
        form,
        reports=waiting,
        thing=thing,
        place=address_of(g.service, thing) if thing else None,
        names=reports.reporters(session, waiting),
        ground_title=ground_title,
        urgent=any(each.ground in URGENT for each in waiting),
    )  # fmt: skip


@blueprint.route("/contestations/<int:appeal_id>", methods=["GET", "POST"])
def appeal(appeal_id: int) -> Answer:
    """A decision that is contested, with what was decided and why, and the end of it."""
    session = current_session()
    found = appeals.appeal_of(session, g.service, appeal_id)
    form = VerdictForm() if found.measure_id is None else MeasureVerdictForm()
    queue_page = url_for("moderation_manage.queue")
    if found.outcome is not None and not form.is_submitted():
        return finish(_("This appeal was decided already."), queue_page, "info")
    decided = appeals.decided_in(session, found)
    thing = things_of(session, g.service, [found.subject], g.active).get(found.subject)
    return attempt(
        form,
        lambda: appeals.decide_appeal(
            session, g.actor, g.service, found, form.verdict.data, form.reason.data
        ),
        done=(_("Decided. Those concerned are told, with your reason."), queue_page),
    ) or form_page(
        "moderation/appeal.html",
        form,
        appeal=found,
        decided=decided,
        thing=thing,
        measure=decided if isinstance(decided, Measure) else None,
        took_part=appeals.took_part(session, g.actor, g.service, found),
    )
