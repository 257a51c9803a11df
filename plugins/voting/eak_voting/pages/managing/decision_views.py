"""The page on which managers bring ideas to their next stage, once their votes are counted."""

from collections.abc import Mapping
from typing import Any

from flask import g, request, url_for
from wtforms import HiddenField, RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length

from eak_core.api import (
    REASON_LENGTH,
    Answer,
    Form,
    Invalid,
    Needed,
    Refused,
    Session,
    _,
    _l,
    attempt,
    current_session,
    form_page,
    ngettext,
    stage_graph,
)
from eak_voting.ballots.decisions import STAY, Decision, Pending, decide, pending
from eak_voting.ballots.finding import ballot_for
from eak_voting.models import Ballot
from eak_voting.pages.blueprint import manage
from eak_voting.pages.managing.decided_reasons import places, proposed_reasons
from eak_voting.publishing.stored import result_of

#: The answer that decides nothing.
LATER = "later"


class DecisionsForm(Form):
    """One decision per idea: `_form` adds ``to_<n>``, ``reason_<n>`` and ``seen_<n>``."""


@manage.route("/<int:ballot_id>/decisions", methods=["GET", "POST"])
def decisions(ballot_id: int) -> Answer:
    """What the result says about each idea, and where it goes from there."""
    session = current_session()
    ballot = ballot_for(session, g.actor, g.service, ballot_id)
    if ballot.state != "counted":
        raise Refused(_l("Ideas move on once the votes are counted."))
    entries = pending(session, g.actor, g.service, g.active, ballot)
    form = _form(ballot, entries)
    done = attempt(
        form,
        lambda: _decide(session, ballot, form, entries),
        done=lambda number: (
            _decided(number),
            url_for("voting_manage.decisions", ballot_id=ballot.id),
        ),
        shows=Invalid,
    )
    if form.refusal is not None:
        refusal, entries = form.refusal, pending(session, g.actor, g.service, g.active, ballot)
        form = _form(ballot, entries)
        _look_again(form, entries)
        form.refuse(refusal)
        if str(refusal) not in form.form_errors:
            form.form_errors.insert(0, str(refusal))
    return done or _page(ballot, entries, form)


def _decide(session: Session, ballot: Ballot, form: DecisionsForm, entries: list[Pending]) -> int:
    """Take the decisions of ``form``; answers how many. `Invalid` where one cannot be taken, or
    none was chosen."""
    late = _decided_meanwhile(form, entries)
    if late:
        raise Invalid(late[0], dict(zip(late, late, strict=True)))
    done = decide(session, g.actor, g.service, g.active, ballot, _read(form, entries))
    if not done:
        raise Invalid(_("Choose a decision for at least one idea."))
    return done


def _decided(number: int) -> str:
    return ngettext(
        "%(num)s decision is taken. It stands on the page of the idea, with your reason.",
        "%(num)s decisions are taken. They stand on the pages of the ideas, with your reasons.",
        number,
    )


def _form(ballot: Ballot, entries: list[Pending]) -> DecisionsForm:
    """The form of what is still to be decided, with the reasons that the result gives."""
    address = url_for("voting.show", ballot_id=ballot.id, slug=ballot.slug)
    reasons = proposed_reasons(ballot.title, result_of(ballot), address)
    fields: dict[str, Any] = {}
    shown: dict[str, str] = {}
    for each in entries:
        if each.decided or each.idea is None:
            continue
        number = each.option.number
        fields |= _fields(number, each)
        shown[f"reason_{number}"] = reasons.get(number, "")
        shown[f"seen_{number}"] = each.idea.stage
    form: DecisionsForm = type("DecisionsForm", (DecisionsForm,), fields)(data=shown)
    return form


def _fields(number: int, entry: Pending) -> Mapping[str, Any]:
    assert entry.idea is not None
    here = stage_graph(g.active).stage(entry.idea.stage).title
    choices = [
        SelectChoice(LATER, _("Decide later")),
        *(
            SelectChoice(stage.name, _("Bring it to “%(stage)s”", stage=stage.title))
            for stage in entry.stages
        ),
        SelectChoice(STAY, _("Leave it in “%(stage)s”: nothing more is expected", stage=here)),
    ]
    return {
        f"to_{number}": RadioField(
            _("Decision on “%(title)s”", title=entry.idea.title),
            choices=choices,
            default=LATER,
            validators=[InputRequired(_("Choose what becomes of this idea."))],
        ),
        f"reason_{number}": TextAreaField(
            _("Public reason for “%(title)s”", title=entry.idea.title),
            validators=[Needed(), Length(max=REASON_LENGTH)],
        ),
        f"seen_{number}": HiddenField(validators=[Length(max=64)]),
    }


def _read(form: DecisionsForm, entries: list[Pending]) -> list[Decision]:
    numbers = [each.option.number for each in entries if f"to_{each.option.number}" in form]
    return [
        Decision(
            number=number,
            to=form[f"to_{number}"].data,
            reason=form[f"reason_{number}"].data or "",
            seen=form[f"seen_{number}"].data or "",
        )
        for number in numbers
        if form[f"to_{number}"].data != LATER
    ]


def _decided_meanwhile(form: DecisionsForm, entries: list[Pending]) -> list[str]:
    """What to say of each idea for which something was chosen, and about which nothing is to be
    decided any more."""
    return [
        _("Somebody else has decided about “%(title)s” in between.", title=each.option.title)
        for each in entries
        if f"to_{each.option.number}" not in form
        and request.form.get(f"to_{each.option.number}", LATER) != LATER
    ]


def _look_again(form: DecisionsForm, entries: list[Pending]) -> None:
    """What is sent next is about the stages that are shown now."""
    for each in entries:
        field = form[f"seen_{each.option.number}"] if not each.decided else None
        if field is not None and each.idea is not None:
            field.data = each.idea.stage


def _page(ballot: Ballot, entries: list[Pending], form: DecisionsForm) -> Answer:
    outcome = result_of(ballot)
    # Where nobody voted, all share a first place that means nothing.
    order = places(outcome) if outcome.counted else {}
    last = len(entries) + 1
    entries = sorted(
        entries, key=lambda each: (order.get(each.option.number, last), each.option.number)
    )
    graph = stage_graph(g.active)
    return form_page(
        "voting/manage_decisions.html",
        form,
        ballot=ballot,
        outcome=outcome,
        places=order,
        pending=[each for each in entries if f"to_{each.option.number}" in form],
        settled=[each for each in entries if f"to_{each.option.number}" not in form],
        stage_title=lambda name: graph.stage(name).title,
    )
