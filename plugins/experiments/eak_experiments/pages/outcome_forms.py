"""The forms of the end of an experiment, and of what follows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from eak_core.api import EditForm, Invalid, Needed, OnceForm, StoredFile, _, _l
from eak_experiments import wording
from eak_experiments.drafting.saving import MOST
from eak_experiments.models import LINE, TEXT
from eak_experiments.pages.forms import DAYS
from eak_experiments.protocol.closing import STEPS, Verdict
from eak_experiments.protocol.document import Protocol
from eak_experiments.protocol.kit import LICENCES, NEEDED
from eak_experiments.teaching import described

#: What is a number or a day, and nothing where nobody has said it.
_MAY_BE_NONE = frozenset({"sample", "cost", "decided_on"})


def _text(label: Any, hint: Any, *, needed: bool = False, rows: int = 4) -> TextAreaField:
    marks: list[Any] = [Needed()] if needed else []
    return TextAreaField(
        label, description=hint, validators=[*marks, Length(max=TEXT)], render_kw={"rows": rows}
    )


def _closing_fields() -> dict[str, Any]:
    """The fields of the steps in which an experiment is closed, but for the verdicts."""
    return {
        "sample": IntegerField(
            _l("How many people or sites were reached"),
            validators=[Needed(), Optional(), NumberRange(min=0, max=MOST)],
        ),
        "cost": IntegerField(
            _l("What it cost, in euros"),
            description=_l("All that was paid; 0 if nothing was."),
            validators=[Needed(), Optional(), NumberRange(min=0, max=MOST)],
        ),
        "in_kind": _text(_l("What was brought in kind"), described("in_kind"), rows=2),
        "balanced": BooleanField(
            _l("Those one compared with were alike in all that matters"),
            description=_l("Without that, a comparison proves no more than before and after."),
        ),
        "lessons": _text(_l("What it taught"), described("lessons"), needed=True, rows=8),
        "unintended": _text(_l("What nobody had looked for"), described("unintended"), needed=True),
        "next_time": _text(_l("What follows from it"), described("next_time")),
        "outcome": RadioField(
            _l("The outcome"),
            choices=[
                SelectChoice(name, _l("%(outcome)s. %(meaning)s", outcome=title, meaning=meaning))
                for name, (title, meaning, _tone) in wording.OUTCOMES.items()
            ],
            description=_l("Stopping is a result like any other."),
            validators=[Needed(), Optional()],
        ),
        "reasons": _text(_l("Why this is the outcome"), _l("It is public."), needed=True),
        "decision_body": StringField(_l("Who decided"), validators=[Length(max=LINE)]),
        "decided_on": DateField(_l("On which day"), format=DAYS, validators=[Optional()]),
    }


def _verdict_fields(protocol: Protocol, found: Mapping[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for number, each in enumerate(protocol.hypotheses, start=1):
        fields[f"verdict_{each.key}"] = RadioField(
            _("Hypothesis %(number)s: %(metric)s", number=number, metric=each.statement),
            choices=[SelectChoice(*pair) for pair in wording.VERDICTS.items()],
            description=found.get(each.key, ""),
            validators=[Needed(), Optional()],
        )
        fields[f"effect_{each.key}"] = _text(
            _("What was found (%(number)s)", number=number),
            _("In figures, with their margin."),
            rows=2,
        )
    return fields


def closing_form(
    step: str, protocol: Protocol, now: dict[str, Any], found: Mapping[str, str]
) -> Any:
    """The form of a step of the close, showing what stands ``now``; ``found`` says of each
    hypothesis, by its key, what was to be reached and what was."""
    if step == "verdicts":
        fields = _verdict_fields(protocol, found)
    else:
        every = _closing_fields()
        fields = {name: every[name] for name in STEPS[step]}
    form: Any = type(f"{step.title()}Form", (EditForm,), fields)
    return form.showing(now)


def closing_typed(form: Any, step: str, protocol: Protocol) -> dict[str, Any]:
    """What was typed, by the fields of a `Closing`. `Invalid` for words about a hypothesis that has
    no verdict, which would be lost."""
    if step == "verdicts":
        return {"verdicts": _verdicts_typed(form, [each.key for each in protocol.hypotheses])}
    values = {name: form[name].data for name in STEPS[step]}
    return {
        name: "" if value is None and name not in _MAY_BE_NONE else value
        for name, value in values.items()
    }


def _verdicts_typed(form: Any, keys: Sequence[str]) -> tuple[Verdict, ...]:
    given = {key: (form[f"verdict_{key}"].data, form[f"effect_{key}"].data or "") for key in keys}
    wrong = {
        f"verdict_{key}": wording.CLOSING_FAULTS["verdict"]
        for key, (verdict, effect) in given.items()
        if effect.strip() and not verdict
    }
    if wrong:
        raise Invalid(_l("Nothing was saved: something is to be corrected."), wrong)
    return tuple(
        Verdict(hypothesis=key, verdict=verdict, effect=effect)
        for key, (verdict, effect) in given.items()
        if verdict
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


KitForm: Any = type("KitForm", (EditForm,), {name: _kit_field(name) for name in NEEDED})


def licences_form(files: Sequence[StoredFile], said: Mapping[int, str]) -> Any:
    """The form in which each of ``files`` is given its licence."""
    choices = [SelectChoice("", _l("Choose a licence"))]
    choices += [SelectChoice(code, name) for code, (name, _url) in LICENCES.items()]
    fields = {
        f"licence_{each.id}": SelectField(
            _("Licence of “%(file)s”", file=each.alt or each.name),
            choices=choices, default=said.get(each.id, ""), validators=[Needed()],
        )
        for each in files
    }  # fmt: skip
    return type("LicencesForm", (OnceForm,), fields)()
