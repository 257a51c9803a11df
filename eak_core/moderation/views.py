"""The pages of moderation for everybody: report something, read what became of it, read why
something is hidden."""

from flask import Response, g, redirect, request, url_for

from eak_core.db import current_session
from eak_core.i18n import _
from eak_core.moderation import appeals, reports
from eak_core.moderation.forms import AppealForm, ReportForm, VisitorReportForm
from eak_core.moderation.grounds import ground_title
from eak_core.moderation.things import address_of, things_of
from eak_core.people.credentials.attempts import limit_recipient
from eak_core.permissions import SignInRequired, require
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, form_page
from eak_core.web.limits import limited

blueprint = ServiceBlueprint("moderation", __name__)

limit_report = limited("moderation.report", "5/minute;40/day")
limit_appeal = limited("moderation.appeal", "5/minute;20/day")

#: Whoever has the address of such a page made the report; nobody keeps it for them.
_PRIVATE = frozenset({"moderation.report_state", "moderation.contest_report"})


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """Let nothing of a report stay in a browser's or a proxy's store."""
    if request.endpoint in _PRIVATE:
        response.headers["Cache-Control"] = "no-store, private"
    return response


@blueprint.route("/signaler/<subject>", methods=["GET", "POST"])
@limit_report
@limit_recipient
def report(subject: str) -> Answer:
    """Report something that somebody wrote here."""
    session = current_session()
    require(g.actor, "content.report", g.service)
    form = ReportForm() if g.actor.signed_in else VisitorReportForm()
    thing = reports.reportable(session, g.service, subject)
    return attempt(
        form,
        lambda: reports.report(
            session, g.actor, g.service, subject,
            ground=form.ground.data, explanation=form.explanation.data,
            reporter=_typed(form),
        ),
        done=lambda made: (
            _("Thank you. Your report is with the moderators."),
            url_for("moderation.report_state", reference=made.reference),
        ),
    ) or form_page(
        "moderation/report.html", form, thing=thing, place=address_of(g.service, thing)
    )  # fmt: skip


def _typed(form: ReportForm) -> reports.Reporter:
    if isinstance(form, VisitorReportForm):
        return reports.Reporter(form.name.data or "", form.email.data or "")
    return reports.Reporter()


@blueprint.get("/signalements/<reference>")
def report_state(reference: str) -> Answer:
    """What became of a report, for whoever made it."""
    session = current_session()
    found = reports.report_of(session, g.service, reference)
    thing = things_of(session, g.service, [found.subject], g.active).get(found.subject)
    return render(
        "moderation/report_state.html",
        report=found,
        thing=thing,
        place=address_of(g.service, thing) if thing else None,
        ground=ground_title(found.ground),
        appeal=appeals.appeal_against(session, found),
        may_contest=appeals.can_contest_report(session, found),
        until=appeals.contested_until(found.decided_at) if found.decided_at else None,
    )


@blueprint.route("/signalements/<reference>/contester", methods=["GET", "POST"])
@limit_appeal
def contest_report(reference: str) -> Answer:
    """Contest that what was reported stays."""
    session, form = current_session(), AppealForm()
    found = reports.report_of(session, g.service, reference)
    back = url_for("moderation.report_state", reference=reference)
    if not form.is_submitted() and not appeals.can_contest_report(session, found):
        return redirect(back)
    return attempt(
        form,
        lambda: appeals.contest_report(session, g.actor, g.service, found, form.words.data),
        done=(_("Somebody else than who decided looks at it again."), back),
    ) or form_page("moderation/contest.html", form, reason=found.answer, back=back)


@blueprint.get("/moderation/decisions/<subject>")
def decision(subject: str) -> Answer:
    """Why something is hidden, how it was decided, and how its author contests it."""
    session = current_session()
    found = reports.decision_about(session, g.service, subject)
    return render(
        "moderation/decision.html",
        decision=found,
        subject=subject,
        appeal=appeals.appeal_against(session, found),
        may_contest=appeals.may_contest(session, g.actor, g.service, found),
        until=appeals.contested_until(found.decided_at),
    )


@blueprint.route("/moderation/decisions/<subject>/contester", methods=["GET", "POST"])
@limit_appeal
def contest(subject: str) -> Answer:
    """Contest that something is hidden, for its author."""
    session, form = current_session(), AppealForm()
    found = reports.decision_about(session, g.service, subject)
    back = url_for("moderation.decision", subject=subject)
    if not form.is_submitted() and not appeals.may_contest(session, g.actor, g.service, found):
        if not g.actor.signed_in:
            raise SignInRequired(_("Please sign in as the author to contest this decision."))
        return redirect(back)
    return attempt(
        form,
        lambda: appeals.contest_hiding(session, g.actor, g.service, found, form.words.data),
        done=(_("Somebody else than who decided looks at it again."), back),
    ) or form_page("moderation/contest.html", form, reason=found.reason, back=back)
