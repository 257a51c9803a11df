"""The forms of a protocol, one for each step and each kind of item; built from what `wording` calls
the fields and `teaching` says of them."""

from decimal import Decimal
from functools import cache
from typing import Any

from wtforms import (
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import TextInput

from eak_core.api import (
    CheckboxesField,
    EditForm,
    Needed,
    OnceForm,
    Session,
    _,
    _l,
    communes,
    figures,
    subjects_of,
)
from eak_experiments import wording
from eak_experiments.drafting.fixing import REASON
from eak_experiments.drafting.saving import MOST
from eak_experiments.models import LINE, TEXT
from eak_experiments.protocol.document import DESIGNS, LEGAL_BASES, LEVELS, LISTS
from eak_experiments.protocol.steps import FIELDS, LINES
from eak_experiments.rules.quantities import NoFigure, figure
from eak_experiments.teaching import described

#: What browsers send, and what people type where a browser offers no calendar.
DAYS = ["%Y-%m-%d", "%d/%m/%Y"]

_DAYS = frozenset({"starts_on", "ends_on", "baseline_on"})
_FIGURES = frozenset({"baseline", "target", "success", "stop"})
_NUMBERS = frozenset({"beneficiaries_number", "sample", "least_sample", "budget"})
_OPTIONAL = frozenset(
    """
    subjects inputs outputs sites beneficiaries_number frequency comparison_group funding in_kind
    impact_assessment ethics agreement mitigation
    """.split()
)
_CHOICES: dict[str, tuple[tuple[str, ...], Any]] = {
    "design": (DESIGNS, wording.DESIGNS),
    "legal_basis": (LEGAL_BASES, wording.LEGAL_BASES),
    "likelihood": (LEVELS, wording.LEVELS),
    "impact": (LEVELS, wording.LEVELS),
    "direction": (("up", "down"), wording.DIRECTIONS),
}


class FigureField(Field):  # type: ignore[misc]  # WTForms ships no types
    """A figure, as people write figures: `figure`."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else figures.number(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed. ValueError, with the sentence to show, where it is no figure."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data: Decimal | None = None
        if typed:
            try:
                self.data = figure(typed)
            except NoFigure:
                raise ValueError(
                    _("This is no figure: write it like 1 234,5, with three decimals at most.")
                ) from None


class PrepareForm(OnceForm):
    """The first two things that are said of an experiment."""

    title = StringField(
        wording.FIELDS["title"],
        description=described("title"),
        validators=[InputRequired(_l("Give the experiment a title.")), Length(max=LINE)],
    )
    challenge = TextAreaField(
        wording.FIELDS["challenge"],
        description=described("challenge"),
        validators=[Needed(), Length(max=TEXT)],
        render_kw={"rows": 4},
    )


class JoinForm(OnceForm):
    """Who is let into the team."""

    email = StringField(
        _l("E-mail address of their account"), validators=[InputRequired(), Length(max=254)]
    )
    role = RadioField(
        _l("As"),
        choices=[("member", _l("Member of the team: keeps the logbook and measures")),
                 ("referent", _l("Referent: also changes the protocol and the team"))],
        default="member",
        validators=[InputRequired()],
    )  # fmt: skip


def _field(name: str) -> Field:
    label, hint = wording.FIELDS[name], described(name)
    marks: list[Any] = [] if name in _OPTIONAL else [Needed()]
    if name in _DAYS:
        return DateField(label, format=DAYS, description=hint, validators=[*marks, Optional()])
    if name in _FIGURES:
        return FigureField(label, description=hint, validators=[*marks, Optional()])
    if name in _NUMBERS:
        bounds = NumberRange(min=0, max=MOST)
        return IntegerField(label, description=hint, validators=[*marks, Optional(), bounds])
    if name in ("communes", "subjects"):
        return CheckboxesField(label, description=hint, validators=marks)
    if name in _CHOICES:
        values, titles = _CHOICES[name]
        choices = [SelectChoice(value, titles[value]) for value in values]
        if name == "design":
            return RadioField(
                label, choices=choices, description=hint, validators=[*marks, Optional()]
            )
        return SelectField(label, choices=choices, description=hint, validators=marks)
    if name in LINES:
        return StringField(label, description=hint, validators=[*marks, Length(max=LINE)])
    return TextAreaField(
        label, description=hint, validators=[*marks, Length(max=TEXT)], render_kw={"rows": 4}
    )


@cache
def _form(step: str, amending: bool) -> type[EditForm]:
    names = FIELDS.get(step) or tuple(
        name for name in LISTS[step].__struct_fields__ if name != "key"
    )
    fields = {name: _field(name) for name in names}
    if amending:
        fields["reason"] = TextAreaField(
            _l("Why it is changed"),
            description=described("reason"),
            validators=[InputRequired(_l("An amendment needs its reason.")), Length(max=REASON)],
            render_kw={"rows": 3},
        )
    return type(f"{step.title()}Form", (EditForm,), {**fields, "names": names})


def step_form(
    session: Session, service_id: int, step: str, now: dict[str, Any] | None, *, amending: bool
) -> Any:
    """The form of a step, or of an item of its list, showing what stands ``now``."""
    form: Any = _form(step, amending).showing(now)
    if "communes" in FIELDS.get(step, ()):
        form.communes.choices = [
            SelectChoice(each.code, f"{each.name} ({each.postcode})") for each in communes(session)
        ]
    if "subjects" in FIELDS.get(step, ()):
        form.subjects.choices = [
            SelectChoice(each.code, each.name) for each in subjects_of(session, service_id)
        ]
    return form


def typed(form: Any) -> dict[str, Any]:
    """What was typed, by the names of the fields of a protocol."""
    values: dict[str, Any] = {}
    for name in form.names:
        value = form[name].data
        if name in ("communes", "subjects"):
            value = tuple(value or ())
        elif name not in _DAYS | _FIGURES | _NUMBERS:
            value = value or ""
        values[name] = value
    return values
