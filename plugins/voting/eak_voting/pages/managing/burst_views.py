"""The managers' page of unusual bursts: what was noticed, and what is done about it.

It says how many votes came from one network in one hour, and nothing of what they say.
"""

from flask import g, request, url_for
from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from eak_core.api import (
    Answer,
    Form,
    Invalid,
    NotFound,
    _,
    _l,
    attempt,
    current_session,
    form_page,
    public_reason,
    render,
)
from eak_voting.ballots.finding import ballot_for
from eak_voting.casting import bursts, exclusions
from eak_voting.models import DIGEST, Ballot
from eak_voting.pages.blueprint import manage


class ReverseForm(Form):
    """Why votes are excluded, or taken in again."""

    reason = public_reason(
        _l("It is published with its number on the page of the result. Say what was found out, and"
           " how; no names."),
        missing=_l("Give a reason: it is published, and voters will look for it."),
        rows=5,
    )  # fmt: skip


class ExcludeForm(ReverseForm):
    """As `ReverseForm`, with the burst that is meant."""

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
    done = attempt(
        form,
        lambda: exclusions.exclude(
            session, g.actor, g.service, ballot, form.group.data, form.reason.data
        ),
        done=(
            _("These votes are excluded. The number and the reason are published."),
            _place(ballot),
        ),
        shows=Invalid,
    )
    if done is None and meant is None:
        raise NotFound(_l("This is no unusual burst any more: nothing was excluded."))
    return done or form_page(
        "voting/manage_exclude.html",
        form,
        ballot=ballot,
        burst=meant,
        standing=meant and exclusions.standings(session, ballot, [meant]).get(meant.group),
    )


@manage.route("/<int:ballot_id>/exclusions/<int:number>/annuler", methods=["GET", "POST"])
def reverse_exclusion(ballot_id: int, number: int) -> Answer:
    """Let excluded votes count again, with a public reason."""
    session, ballot, form = current_session(), _ballot(ballot_id), ReverseForm()
    exclusion = exclusions.exclusion_of(session, ballot, number)
    return attempt(
        form,
        lambda: exclusions.reverse(session, g.actor, g.service, ballot, number, form.reason.data),
        done=(_("These votes count again. The reason is published."), _place(ballot)),
        shows=Invalid,
    ) or form_page("voting/manage_reverse.html", form, ballot=ballot, exclusion=exclusion)


def _ballot(ballot_id: int) -> Ballot:
    return ballot_for(current_session(), g.actor, g.service, ballot_id)


def _place(ballot: Ballot) -> str:
    return url_for("voting_manage.bursts", ballot_id=ballot.id)
