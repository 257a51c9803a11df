"""The managers' page of unusual bursts: what was noticed, and what is done about it.

It says how many votes came from one network in one hour, and nothing of what they say.
"""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from eak_core.api import (
    EakError,
    Form,
    Invalid,
    NotFound,
    _,
    _l,
    current_session,
    render,
    require,
)
from eak_voting import bursts, exclusions
from eak_voting.ballots import ballot_for
from eak_voting.blueprint import manage
from eak_voting.models import DIGEST, Ballot

Answer = str | Response | tuple[str, int]


class ReasonForm(Form):
    """Why votes are excluded, or taken in again."""

    reason = TextAreaField(
        _l("Public reason"),
        description=_l("It is published with its number on the page of the result. Say what was"
                       " found out, and how; no names."),
        validators=[
            InputRequired(_l("Give a reason: it is published, and voters will look for it.")),
            Length(max=exclusions.REASON_LENGTH),
        ],
        render_kw={"rows": 5},
    )  # fmt: skip


class ExcludeForm(ReasonForm):
    """As `ReasonForm`, with the burst that is meant."""

    group = HiddenField(validators=[InputRequired(), Length(max=DIGEST)])


@manage.get("/<int:ballot_id>/afflux", endpoint="bursts")
def show_bursts(ballot_id: int) -> Answer:
    """The bursts of a ballot, and the exclusions."""
    session, ballot = current_session(), _ballot(ballot_id)
    found = bursts.bursts_of(session, ballot)
    return render(
        "voting/manage_bursts.html",
        ballot=ballot,
        bursts=found,
        standings=exclusions.standings(session, ballot, found),
        exclusions=exclusions.exclusions_of(session, ballot),
        may_exclude=exclusions.may_exclude(ballot),
        rule=bursts,
    )


@manage.route("/<int:ballot_id>/afflux/<int:number>/exclure", methods=["GET", "POST"])
def exclude(ballot_id: int, number: int) -> Answer:
    """Exclude a burst from the count, with a public reason."""
    session, ballot = current_session(), _ballot(ballot_id)
    found = bursts.bursts_of(session, ballot)
    form = ExcludeForm()
    if request.method != "POST":
        form.group.data = next((each.group for each in found if each.number == number), None)
    meant = next((each for each in found if each.group == form.group.data), None)
    if request.method == "POST":
        done = _do(
            form,
            lambda: exclusions.exclude(
                session, g.actor, g.service, ballot, form.group.data or "", form.reason.data or ""
            ),
            _("These votes are excluded. The number and the reason are published."),
            ballot,
        )
        if done is not None:
            return done
    if meant is None:
        raise NotFound(_l("This is no unusual burst any more: nothing was excluded."))
    page = render(
        "voting/manage_exclude.html",
        ballot=ballot,
        burst=meant,
        standing=exclusions.standings(session, ballot, [meant]).get(meant.group),
        form=form,
    )
    return page, 422 if form.errors else 200


@manage.route("/<int:ballot_id>/exclusions/<int:number>/annuler", methods=["GET", "POST"])
def reverse_exclusion(ballot_id: int, number: int) -> Answer:
    """Let excluded votes count again, with a public reason."""
    session, ballot = current_session(), _ballot(ballot_id)
    exclusion = exclusions.exclusion_of(session, ballot, number)
    form = ReasonForm()
    if request.method == "POST":
        done = _do(
            form,
            lambda: exclusions.reverse(
                session, g.actor, g.service, ballot, number, form.reason.data or ""
            ),
            _("These votes count again. The reason is published."),
            ballot,
        )
        if done is not None:
            return done
    page = render("voting/manage_reverse.html", ballot=ballot, exclusion=exclusion, form=form)
    return page, 422 if form.errors else 200


def _ballot(ballot_id: int) -> Ballot:
    require(g.actor, "voting.manage", g.service)
    return ballot_for(current_session(), g.actor, g.service, ballot_id)


def _do(form: Form, act: Callable[[], Any], done: str, ballot: Ballot) -> Response | None:
    """Do ``act`` with a form that is in order; None where something is to be corrected, and the
    form says what."""
    if not form.validate():
        return None
    session = current_session()
    try:
        act()
    except Invalid as refusal:
        form.add_errors(refusal.fields)
        return None
    except EakError:
        session.rollback()
        raise
    session.commit()
    flash(done, "success")
    return redirect(url_for("voting_manage.bursts", ballot_id=ballot.id))
