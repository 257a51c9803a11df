"""The page on which those who run a service weigh an idea before they decide about it."""

from typing import Any

from flask import g, url_for
from wtforms import RadioField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from eak_core.db import current_session
from eak_core.i18n import _, _l
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.content.rows import public_idea
from eak_core.ideas.deciding import screening
from eak_core.ideas.describing.criteria import criteria_of, criterion_name, profile
from eak_core.ideas.models import Criterion, Idea
from eak_core.ideas.pages.managing import blueprint
from eak_core.people.names import person_names
from eak_core.people.rights.roles import managers_of
from eak_core.web.acts import Answer, attempt, form_page
from eak_core.web.forms import Form
from eak_core.web.text import REASON_LENGTH

PAGE = "/idees/<int:idea_id>/examen"


class OpinionForm(Form):
    """What a reviewer says of an idea as a whole; its criteria come before (`opinion_form`)."""

    advice = RadioField(
        _l("What do you advise?"),
        choices=[SelectChoice(value, title) for value, title in screening.ADVICE.items()],
        validators=[InputRequired(_l("Say what you advise."))],
    )
    words = TextAreaField(
        _l("Why?"),
        description=_l("The others who decide read it; the author and the public do not."),
        validators=[
            InputRequired(_l("Say why: the others who decide read it.")),
            Length(max=REASON_LENGTH),
        ],
    )


class AskForm(Form):
    """Whose opinion is asked for."""

    reviewer = SelectField(
        _l("Colleague"),
        coerce=int,
        validators=[InputRequired(_l("Choose a colleague."))],
    )


class ConflictForm(Form):
    """Somebody says that they are too near to an idea."""

    reason = TextAreaField(
        _l("What ties you to it?"),
        description=_l("For example: its author is a relative, or you work for the partner."),
        validators=[
            InputRequired(_l("Say in a few words what ties you to it.")),
            Length(max=REASON_LENGTH),
        ],
    )


def opinion_form(criteria: list[Criterion], own: Any = None) -> OpinionForm:
    """The grid: each of ``criteria`` with a mark and a comment, as ``own`` has it already."""
    fields: dict[str, Any] = {}
    said = screening.marks_of(own) if own is not None else {}
    for each in criteria:
        fields[f"mark_{each.code}"] = RadioField(
            criterion_name(each),
            choices=[SelectChoice(str(mark), title) for mark, title in screening.MARKS.items()],
            default=str(said.get(each.code, screening.Mark()).mark or ""),
            validators=[Optional()],
        )
        fields[f"words_{each.code}"] = TextAreaField(
            _("Comment on “%(criterion)s”", criterion=criterion_name(each)),
            default=said.get(each.code, screening.Mark()).words,
            validators=[Length(max=REASON_LENGTH)],
        )
    kind = type("Grid", (OpinionForm,), fields)
    known = {} if own is None else {"advice": own.advice, "words": own.words}
    form: OpinionForm = kind(data=known)
    return form


@blueprint.route(PAGE, methods=["GET", "POST"])
def examine(idea_id: int) -> Answer:
    """An idea with what its author states, the reader's own opinion, and those of others."""
    session = current_session()
    idea = public_idea(session, g.service, idea_id)
    criteria = criteria_of(session, g.service.id)
    own = _own(idea)
    form = opinion_form(criteria, own)

    def act() -> None:
        marks = {
            each.code: screening.Mark(
                int(form[f"mark_{each.code}"].data or 0) or None,
                form[f"words_{each.code}"].data or "",
            )
            for each in criteria
        }
        screening.give_opinion(
            session, g.actor, g.service, idea,
            advice=form.advice.data, words=form.words.data, marks=marks,
        )  # fmt: skip

    done = attempt(form, act, done=(_("Your opinion is kept."), _place(idea)))
    return done or _page(idea, form, criteria)


@blueprint.post("/idees/<int:idea_id>/demander-un-avis")
def ask(idea_id: int) -> Answer:
    """Ask a colleague for their opinion."""
    session = current_session()
    idea, form = public_idea(session, g.service, idea_id), AskForm()
    form.reviewer.choices = _colleagues(idea)
    return attempt(
        form,
        lambda: screening.ask_opinion(session, g.actor, g.service, idea, form.reviewer.data),
        done=(_("Your colleague finds it in their space."), _place(idea)),
    ) or _page(idea, asking=form)


@blueprint.post("/idees/<int:idea_id>/conflit")
def conflict(idea_id: int) -> Answer:
    """Say that one is too near to the idea."""
    session = current_session()
    idea, form = public_idea(session, g.service, idea_id), ConflictForm()
    return attempt(
        form,
        lambda: screening.declare_conflict(session, g.actor, g.service, idea, form.reason.data),
        done=(_("It is noted: somebody else advises and decides."), _place(idea)),
    ) or _page(idea, conflict=form)


def _place(idea: Idea) -> str:
    return url_for("ideas_manage.examine", idea_id=idea.id)


def _own(idea: Idea) -> Any:
    known = screening.opinions_on(current_session(), idea)
    return next((each for each in known if each.reviewer_id == g.actor.person_id), None)


def _colleagues(idea: Idea) -> list[SelectChoice]:
    known = {each.reviewer_id for each in screening.opinions_on(current_session(), idea)}
    return [
        SelectChoice(person.id, person.name)
        for person in managers_of(current_session(), g.service)
        if person.id not in known and not idea.is_written_by(person.id)
    ]


def _page(
    idea: Idea,
    form: OpinionForm | None = None,
    criteria: list[Criterion] | None = None,
    *,
    asking: AskForm | None = None,
    conflict: ConflictForm | None = None,
) -> tuple[str, int]:
    session = current_session()
    known = screening.opinions_on(session, idea)
    criteria = criteria_of(session, g.service.id) if criteria is None else criteria
    if asking is None:
        asking = AskForm(formdata=None)
        asking.reviewer.choices = _colleagues(idea)
    own = _own(idea)
    sent = asking if asking.is_submitted() and asking.errors else conflict
    return form_page(
        "ideas/screening.html",
        form or opinion_form(criteria, own),
        idea=idea,
        place=idea_url(idea),
        profile=profile(session, g.service.id, idea.id),
        criteria=criteria,
        own=own,
        # Each says what they think before they read what others do.
        others=[
            (each, screening.marks_of(each))
            for each in known
            if each.given_at is not None and each.reviewer_id != g.actor.person_id
        ],
        known=known,
        names=person_names(session, {each.reviewer_id for each in known if each.reviewer_id}),
        asking=asking,
        conflict=conflict or ConflictForm(formdata=None),
        refused=sent,
        near=screening.nearness(session, g.service, idea, g.actor, advising=True),
        opened=idea.stage in screening.OPEN,
        marks=screening.MARKS,
        advice=screening.ADVICE,
    )
