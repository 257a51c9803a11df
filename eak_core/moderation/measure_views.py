"""The pages of warnings and suspensions: for those who decide about them, and for whom they
concern."""

from flask import g, redirect, url_for

from eak_core.db import current_session
from eak_core.errors import NotFound
from eak_core.i18n import _, _l
from eak_core.moderation import appeals, measures
from eak_core.moderation.forms import AppealForm, MeasureForm
from eak_core.moderation.models import Measure
from eak_core.moderation.views import blueprint, limit_appeal
from eak_core.people.names import person_names
from eak_core.permissions import SignInRequired, require
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.web import render
from eak_core.web.acts import Answer, ReasonForm, attempt, form_page

manage = ServiceBlueprint("moderation_people", __name__, below="/gestion/moderation")

#: How many people the list shows of each sort.
LISTED = 100
PERSON = "/personnes/<int(max=2147483647):person_id>"


@manage.before_request
def moderators_only() -> None:
    """Everything here belongs to those who decide about people."""
    require(g.actor, "person.suspend", g.service)


@manage.get("/personnes")
def people() -> Answer:
    """Who misused the service often, and what was decided about them."""
    session = current_session()
    ids = measures.frequent(session, g.service, LISTED)
    names = person_names(session, ids)
    listed = sorted(names.items(), key=lambda each: (each[1].casefold(), each[0]))
    return render(
        "moderation/people.html",
        people=listed,
        standing=measures.standing(session, g.service, names),
        often=measures.OFTEN,
        months=measures.MONTHS,
    )


@manage.route(PERSON, methods=["GET", "POST"])
def person(person_id: int) -> Answer:
    """What somebody did here, what was decided, and what can be decided now."""
    session = current_session()
    record = measures.record_of(session, g.service, person_id)
    decided = measures.measures_against(session, g.service, person_id)
    name = person_names(session, [person_id]).get(person_id)
    # By the number of an account, anybody's name could be asked for.
    if name is None or not (record.hidden or record.unfounded or decided):
        raise NotFound(_l("Nothing of this person was hidden here, or reported without ground."))
    possible, form = measures.possible(record, decided), MeasureForm()
    form.offer(possible)

    def act() -> Measure:
        kind, _colon, about = form.choice.data.partition(":")
        days = int(form.days.data) if "days" in form else None
        return measures.decide_measure(
            session, g.actor, g.service, person_id, kind, about, form.reason.data, days=days
        )

    place = url_for("moderation_people.person", person_id=person_id)
    return attempt(
        form, act, done=(_("Decided. The person is told, with your reason."), place)
    ) or form_page(
        "moderation/person.html",
        form,
        name=name,
        record=record,
        decided=decided,
        possible=possible,
        in_force=measures.in_force,
        ends_at=measures.ends_at,
        last_day=measures.last_day,
        months=measures.MONTHS,
    )


@manage.route("/mesures/<int:measure_id>/lever", methods=["GET", "POST"])
def lift(measure_id: int) -> Answer:
    """Take a measure back before its end."""
    session, form = current_session(), ReasonForm()
    found = measures.measure_of(session, g.service, measure_id)
    back = url_for("moderation_people.people")
    return attempt(
        form,
        lambda: measures.lift_measure(session, g.actor, g.service, found, form.reason.data),
        done=(_("Taken back. The person is told, with your reason."), back),
    ) or form_page("moderation/lift.html", form, measure=found, back=back)


@blueprint.get("/moderation/mesures/<int:measure_id>")
def measure(measure_id: int) -> Answer:
    """What was decided about the reader, why, until when, and how they contest it."""
    session, found = current_session(), _own(measure_id)
    return render(
        "moderation/measure.html",
        measure=found,
        holds=measures.in_force(found),
        last_day=measures.last_day,
        ends_at=measures.ends_at(found),
        appeal=appeals.appeal_against(session, found),
        may_contest=appeals.may_contest_measure(session, g.actor, g.service, found),
        until=appeals.contested_until(found.decided_at),
    )


@blueprint.route("/moderation/mesures/<int:measure_id>/contester", methods=["GET", "POST"])
@limit_appeal
def contest_measure(measure_id: int) -> Answer:
    """Contest a warning or a suspension, for whom it concerns."""
    session, form, found = current_session(), AppealForm(), _own(measure_id)
    back = url_for("moderation.measure", measure_id=measure_id)
    if not form.is_submitted() and not appeals.may_contest_measure(
        session, g.actor, g.service, found
    ):
        return redirect(back)
    return attempt(
        form,
        lambda: appeals.contest_measure(session, g.actor, g.service, found, form.words.data),
        done=(_("Somebody else than who decided looks at it again."), back),
    ) or form_page("moderation/contest.html", form, reason=found.reason, back=back)


def _own(measure_id: int) -> Measure:
    """A measure that concerns the reader; for everybody else there is none."""
    if g.actor.person_id is None:
        raise SignInRequired(_("Please sign in to read what was decided about you."))
    found = measures.measure_of(current_session(), g.service, measure_id)
    if found.person_id != g.actor.person_id:
        raise NotFound(_l("There is no decision at this address."))
    return found
