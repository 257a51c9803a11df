"""The forms of the end of an experiment, and of what follows it."""

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from eak_core.api import EditForm, Needed, OnceForm, _, _l
from eak_experiments import wording
from eak_experiments.drafting.saving import MOST
from eak_experiments.models import LINE, TEXT
from eak_experiments.pages.forms import DAYS
from eak_experiments.protocol.closing import Closing, Verdict
from eak_experiments.protocol.document import Protocol
from eak_experiments.protocol.kit import Kit
from eak_experiments.teaching import described


def _text(label: Any, hint: Any, *, needed: bool = False, rows: int = 4) -> TextAreaField:
    marks: list[Any] = [Needed()] if needed else []
    return TextAreaField(
        label, description=hint, validators=[*marks, Length(max=TEXT)], render_kw={"rows": rows}
    )


class _ClosingForm(OnceForm):
    """What is written when an experiment is closed; each hypothesis adds its verdict."""

    outcome = RadioField(
        _l("The outcome"),
        choices=[SelectChoice(name, title) for name, (title, _m, _t) in wording.OUTCOMES.items()],
        description=_l("Stopping is a result like any other."),
        validators=[InputRequired(_l("Choose the outcome."))],
    )
    reasons = _text(_l("Why this is the outcome"), _l("It is public."), needed=True)
    lessons = _text(_l("What it taught"), described("lessons"), needed=True, rows=8)
    next_time = _text(_l("What follows from it"), described("next_time"))
    unintended = _text(_l("What nobody had looked for"), described("unintended"))
    sample = IntegerField(
        _l("How many people or sites were reached"),
        validators=[Needed(), Optional(), NumberRange(min=0, max=MOST)],
    )
    cost = IntegerField(
        _l("What it cost, in euros"),
        description=_l("All that was paid; 0 if nothing was."),
        validators=[Needed(), Optional(), NumberRange(min=0, max=MOST)],
    )
    in_kind = _text(_l("What was brought in kind"), described("in_kind"), rows=2)
    balanced = BooleanField(
        _l("Those one compared with were alike in all that matters"),
        description=_l("Without that, a comparison proves no more than before and after."),
    )
    decision_body = StringField(_l("Who decided"), validators=[Length(max=LINE)])
    decided_on = DateField(_l("On which day"), format=DAYS, validators=[Optional()])


def closing_form(protocol: Protocol) -> Any:
    """The form that closes an experiment, with a verdict for each hypothesis."""
    fields: dict[str, Any] = {}
    for number, each in enumerate(protocol.hypotheses, start=1):
        title = _("Hypothesis %(number)s: %(metric)s", number=number, metric=each.statement)
        fields[f"verdict_{each.key}"] = RadioField(
            title,
            choices=[SelectChoice(*pair) for pair in wording.VERDICTS.items()],
            validators=[Needed(), Optional()],
        )
        fields[f"effect_{each.key}"] = _text(
            _("What was found (%(number)s)", number=number),
            _("In figures, with their margin."),
            rows=2,
        )
    keys = tuple(each.key for each in protocol.hypotheses)
    return type("ClosingForm", (_ClosingForm,), {**fields, "keys": keys})()


def closing_said(form: Any) -> Closing:
    """What was typed into the form that closes an experiment."""
    verdicts = tuple(
        Verdict(
            hypothesis=key,
            verdict=form[f"verdict_{key}"].data,
            effect=form[f"effect_{key}"].data or "",
        )
        for key in form.keys
        if form[f"verdict_{key}"].data
    )
    return Closing(
        outcome=form.outcome.data or "",
        verdicts=verdicts,
        sample=form.sample.data,
        cost=form.cost.data,
        in_kind=form.in_kind.data or "",
        balanced=bool(form.balanced.data),
        unintended=form.unintended.data or "",
        lessons=form.lessons.data or "",
        next_time=form.next_time.data or "",
        reasons=form.reasons.data or "",
        decision_body=form.decision_body.data or "",
        decided_on=form.decided_on.data,
    )


class LowerForm(OnceForm):
    """How much an experiment proves, less than the rule gives it."""

    level = IntegerField(
        _l("Level"), validators=[InputRequired(_l("Give a level.")), NumberRange(min=1, max=5)]
    )
    reason = TextAreaField(
        _l("Why"),
        description=_l("It is public. A level can be lowered, and never raised."),
        validators=[InputRequired(_l("Say why: it is public.")), Length(max=TEXT)],
        render_kw={"rows": 4},
    )


class FollowForm(OnceForm):
    """What one finds later."""

    standing = RadioField(
        _l("What is left of it?"),
        choices=[SelectChoice(*each) for each in wording.STANDINGS.items()],
        validators=[InputRequired(_l("Choose what is left of it."))],
    )
    words = TextAreaField(
        _l("What you found"),
        validators=[InputRequired(_l("Say what you found.")), Length(max=TEXT)],
        render_kw={"rows": 5},
    )


class AgainForm(OnceForm):
    """An experiment is done again."""

    title = StringField(
        wording.FIELDS["title"],
        validators=[InputRequired(_l("Give the experiment a title.")), Length(max=LINE)],
    )
    adaptations = _text(_l("What you do otherwise"), described("adaptations"))
    fidelity = IntegerField(
        _l("How faithful, in per cent"),
        description=described("fidelity"),
        validators=[Optional(), NumberRange(min=0, max=100)],
    )


def _kit_field(name: str) -> Any:
    if name in ("contact", "licence"):
        return StringField(
            wording.KIT[name], description=described(name), validators=[Needed(), Length(max=LINE)]
        )
    return _text(wording.KIT[name], described(name), needed=True)


KitForm: Any = type(
    "KitForm", (EditForm,), {name: _kit_field(name) for name in Kit.__struct_fields__}
)
