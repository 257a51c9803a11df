"""The forms of an experiment under way."""

from typing import Any

from flask_wtf.file import FileField, FileSize
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

from eak_core.api import Form, OnceForm, _, _l
from eak_experiments import wording
from eak_experiments.drafting.saving import MOST, today
from eak_experiments.models import LINE, TEXT
from eak_experiments.pages.forms import DAYS, FigureField
from eak_experiments.protocol.document import Protocol

#: A table of figures, in characters and in bytes.
MOST_TABLE = 300_000
#: In characters, of one that is pasted: a thousand lines.
MOST_PASTED = 60_000


class EntryForm(OnceForm):
    """An entry of the logbook."""

    kind = RadioField(
        _l("What it is"),
        choices=[SelectChoice(name, title) for name, (title, _tone) in wording.ENTRY_KINDS.items()],
        validators=[InputRequired(_l("Choose what it is."))],
    )
    day = DateField(
        _l("On which day"),
        format=DAYS,
        default=today,
        validators=[InputRequired(_l("Give the day on which it was."))],
    )
    text = TextAreaField(
        _l("What happened"),
        description=_l(
            "Facts first, what you think of them after. Name nobody. Markdown is possible."
        ),
        validators=[InputRequired(_l("Write what happened.")), Length(max=TEXT)],
        render_kw={"rows": 6},
    )
    private = BooleanField(
        _l("For the team alone"),
        description=_l("The logbook is open: keep this for what would harm somebody."),
    )


class FeedbackForm(Form):
    """What an inhabitant says."""

    text = TextAreaField(
        _l("How do you find it?"),
        description=_l("What works, what does not, what you would change. Do not name anybody."
                       " The team"
                       " reads it before it is shown, without your name."),
        validators=[InputRequired(_l("Write something before you send it.")), Length(max=TEXT)],
        render_kw={"rows": 6},
    )  # fmt: skip


class MeasureForm(OnceForm):
    """One figure."""

    hypothesis = SelectField(wording.FIELDS["metric"], validators=[InputRequired()])
    day = DateField(
        _l("Measured on"),
        format=DAYS,
        validators=[InputRequired(_l("Give the day on which it was measured."))],
    )
    value = FigureField(
        _l("Figure"),
        description=_l("Write it as you like: 1 234,5 or 1234.5."),
        validators=[InputRequired(_l("Give the figure."))],
    )
    unit = StringField(
        wording.FIELDS["unit"],
        description=_l("Only if you want it compared with that of the protocol."),
        validators=[Length(max=LINE)],
    )
    size = IntegerField(
        _l("Of how many people or sites"),
        description=_l("Without this number a figure proves little."),
        validators=[Optional(), NumberRange(min=0, max=MOST)],
    )
    arm = RadioField(
        _l("Of whom"),
        choices=[SelectChoice(*each) for each in wording.ARMS.items()],
        default="trial",
        validators=[InputRequired()],
    )
    method = StringField(_l("Note on the method"), validators=[Length(max=LINE)])


def measure_form(protocol: Protocol) -> MeasureForm:
    """The form of a figure of one of the hypotheses."""
    form = MeasureForm()
    form.hypothesis.choices = [
        SelectChoice(
            each.key,
            _(
                "%(number)s. %(metric)s (%(unit)s)",
                number=number,
                metric=each.metric,
                unit=each.unit,
            ),
        )
        for number, each in enumerate(protocol.hypotheses, start=1)
    ]
    return form


class TableForm(OnceForm):
    """A table of figures: pasted, or as a file."""

    file = FileField(_l("The table as a file (CSV)"), validators=[FileSize(max_size=MOST_TABLE)])
    table = TextAreaField(
        _l("Or its lines"),
        description=_l("A line of names first: date, value, and if you have them hypothesis (h1,"
                       " h2…),"
                       " unit, n, group (trial or comparison), note."),
        validators=[Length(max=MOST_PASTED)],
        render_kw={"rows": 10},
    )  # fmt: skip

    def text(self) -> str:
        """What was given, the file first; kept in the lines, so that it stays when something is
        wrong."""
        given: Any = self.file.data
        if given:
            content = given.read()
            try:
                self.table.data = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                self.table.data = content.decode("cp1252", errors="replace")
        return self.table.data or ""


class ReviewForm(OnceForm):
    """What a review found, and how it goes on."""

    findings = TextAreaField(
        _l("What the figures and the logbook say so far"),
        validators=[InputRequired(_l("Write what you found.")), Length(max=TEXT)],
        render_kw={"rows": 6},
    )
    decision = RadioField(
        _l("How it goes on"),
        choices=[SelectChoice(*each) for each in wording.DECISIONS.items()],
        validators=[InputRequired(_l("Choose how it goes on."))],
    )


class AnswerForm(OnceForm):
    """What follows from a stop threshold that was reached."""

    decision = RadioField(
        _l("How it goes on"),
        choices=[SelectChoice(*each) for each in wording.DECISIONS.items()],
        validators=[InputRequired(_l("Choose how it goes on."))],
    )
    reason = TextAreaField(
        _l("Why"),
        description=_l(
            "It is public: readers see that the threshold was reached, and what you decided."
        ),
        validators=[InputRequired(_l("Say why: it is public.")), Length(max=TEXT)],
        render_kw={"rows": 4},
    )


class ExtendForm(OnceForm):
    """Until when an experiment goes on, and why."""

    until = DateField(
        _l("New last day"), format=DAYS, validators=[InputRequired(_l("Give the new last day."))]
    )
    reason = TextAreaField(
        _l("Why"),
        description=_l("It is public. An experiment is extended once, by three months at most."),
        validators=[InputRequired(_l("Say why: it is public.")), Length(max=TEXT)],
        render_kw={"rows": 4},
    )
