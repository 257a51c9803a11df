"""The forms. What a field holds is checked again by the domain functions."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from eak_ambassadors.evidence.rules import LABEL_LENGTH, Wording
from eak_ambassadors.models import ADDRESS_LENGTH, NAME_LENGTH, TEXT_LENGTH
from eak_ambassadors.sittings.drawing import SOURCE_LENGTH
from eak_core.api import (
    CheckboxesField,
    Form,
    InstantField,
    OnceForm,
    QueryForm,
    Session,
    _,
    _l,
    subjects_of,
)

#: In characters, of a badge that is pasted; as a file it may be longer.
MOST_PASTED = 60_000


class NominationForm(OnceForm):
    """Whom somebody nominates, and why."""

    name = StringField(
        _l("Who is it?"),
        description=_l("First name and name, as their colleagues know them."),
        validators=[InputRequired(), Length(max=NAME_LENGTH)],
    )
    address = EmailField(
        _l("Professional e-mail address"),
        description=_l("We write to them there, and ask whether they agree."),
        validators=[InputRequired(), Length(max=ADDRESS_LENGTH)],
    )
    examples = TextAreaField(
        _l("What did this person make possible?"),
        description=_l("At least one example: what was tried, with whom, what came of it. A trial"
                       " that was stopped and told of counts as much as a success."),
        validators=[InputRequired(), Length(max=TEXT_LENGTH)],
        render_kw={"rows": 8},
    )  # fmt: skip
    conflict = TextAreaField(
        _l("Does anything tie you to this person?"),
        description=_l("A family tie, a hierarchy, a contract: say so. Leave this empty where"
                       " nothing does."),
        validators=[Length(max=TEXT_LENGTH)],
        render_kw={"rows": 3},
    )  # fmt: skip


class EndorsementForm(OnceForm):
    """What a colleague has seen."""

    for_service = SelectField(
        _l("The service in which you work"), coerce=int, validators=[InputRequired()]
    )
    comment = TextAreaField(
        _l("What have you seen this person make possible?"),
        description=_l("It is signed, and becomes part of the badge, without your name: “somebody"
                       " of” your service."),
        validators=[InputRequired(), Length(max=TEXT_LENGTH)],
        render_kw={"rows": 6},
    )  # fmt: skip


class PoolForm(Form):
    """Which source decides the lot, and when it speaks."""

    source = StringField(
        _l("Source that everybody can read"),
        description=_l("What will be read, and where: “the five numbers of the Loto of Saturday"
                       " 5 December 2026, as the FDJ publishes them”."),
        validators=[InputRequired(), Length(max=SOURCE_LENGTH)],
    )  # fmt: skip
    speaks_at = InstantField(_l("When it speaks (Paris time)"), validators=[InputRequired()])


class DrawForm(Form):
    """What the source said."""

    said = StringField(
        _l("What the source said"),
        description=_l("In the order in which it says it, with spaces between the numbers."),
        validators=[InputRequired(), Length(max=SOURCE_LENGTH)],
    )


class VoteForm(Form):
    """What a member of a jury thinks."""

    favourable = RadioField(
        _l("Should this person be recognised?"),
        choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No, not this time"))],
        validators=[InputRequired(_l("Say yes or no."))],
    )


class ReasonsForm(OnceForm):
    """Why a jury decides as it does."""

    reasons = TextAreaField(
        _l("The reasons of the jury"),
        description=_l("For the person who was nominated: what convinced you, or what is missing."),
        validators=[InputRequired(), Length(max=TEXT_LENGTH)],
        render_kw={"rows": 8},
    )


class PresentForm(Form):
    """What the wall shows of an ambassador."""

    shown = BooleanField(
        _l("The page of ambassadors shows me, under my name"),
        description=_l("Without it nobody sees that you are one, unless you show your badge."),
    )
    words = TextAreaField(
        _l("What you made possible, in your own words"),
        description=_l("What did not work belongs there, too. You can use Markdown."),
        validators=[Length(max=TEXT_LENGTH)],
        render_kw={"rows": 8},
    )
    subjects = CheckboxesField(_l("What it is about"), default=())
    knows = TextAreaField(
        _l("What colleagues can ask you about"),
        description=_l(
            "Agents find it with your name in the directory. Their questions are passed"
            " on: neither of you learns the address of the other. Leave this empty to"
            " be asked nothing."
        ),
        validators=[Length(max=TEXT_LENGTH)],
        render_kw={"rows": 4},
    )


class CheckForm(Form):
    """A badge to verify: its file, or its address or text."""

    file = FileField(
        _l("The file of the badge"),
        description=_l("A picture (PNG), a drawing (SVG), a token or a document (JSON)."),
    )
    text = TextAreaField(
        _l("Or its address, or its text"),
        description=_l("The address below its QR code, or what is in its file."),
        validators=[Optional(), Length(max=MOST_PASTED)],
        render_kw={"rows": 4},
    )

    def validate_file(self, field: Any) -> None:
        """Refuse a form without anything in it."""
        if not field.data and not (self.text.data or "").strip():
            raise ValidationError(_l("Choose a file, or type an address."))


class AppealForm(OnceForm):
    """Why somebody appeals."""

    words = TextAreaField(
        _l("Why should it be looked at again?"),
        validators=[InputRequired(), Length(max=TEXT_LENGTH)],
        render_kw={"rows": 8},
    )


class RevokeForm(OnceForm):
    """Why a recognition is revoked."""

    reason = TextAreaField(
        _l("The reason"),
        description=_l("The person reads it, and can appeal; it is not public."),
        validators=[InputRequired(), Length(max=TEXT_LENGTH)],
        render_kw={"rows": 6},
    )


class HearForm(OnceForm):
    """The answer to an appeal."""

    upheld = RadioField(
        _l("Is the person an ambassador again?"),
        choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))],
        validators=[InputRequired(_l("Say yes or no."))],
    )
    answer = TextAreaField(
        _l("The reasons"),
        validators=[InputRequired(), Length(max=TEXT_LENGTH)],
        render_kw={"rows": 6},
    )


class RuleForm(Form):
    """Which events are evidence, of whom, and under which words."""

    event = StringField(
        _l("Event"),
        description=_l("Its name in the log, such as experiments.member_joined. “eak event types”"
                       " lists them with what they hold."),
        validators=[InputRequired(), Length(max=64)],
    )  # fmt: skip
    person = StringField(
        _l("Person"),
        description=_l("“actor” for whoever acted, or the field that names the person:"
                       " “person_id”."),
        default="actor",
        validators=[InputRequired(), Length(max=40)],
    )  # fmt: skip
    only = StringField(
        _l("Only where"),
        description=_l("A field and what it says, such as role=lead. Leave this empty for all."),
        validators=[Length(max=80)],
    )
    label = StringField(
        _l("Words"),
        description=_l("What the person did, such as “Carried an experiment”."),
        validators=[InputRequired(), Length(max=LABEL_LENGTH)],
    )

    def wording(self) -> Wording:
        """What was typed."""
        return Wording(
            self.event.data or "", self.person.data or "", self.only.data or "",
            self.label.data or "",
        )  # fmt: skip


class QuestionForm(OnceForm):
    """What somebody asks an ambassador."""

    question = TextAreaField(
        _l("Your question"),
        description=_l("It is passed on with your name."),
        validators=[InputRequired(), Length(max=TEXT_LENGTH)],
        render_kw={"rows": 6},
    )


class AnswerForm(OnceForm):
    """What an ambassador answers."""

    answer = TextAreaField(
        _l("Your answer"),
        validators=[InputRequired(), Length(max=TEXT_LENGTH)],
        render_kw={"rows": 8},
    )


class WallForm(QueryForm):
    """Which ambassadors a reader looks for."""

    sujet = SelectField(_l("What it is about"), default="")


def wall_form(session: Session, service_id: int) -> WallForm:
    """The form of the wall as the reader sent it."""
    form = WallForm()
    form.sujet.choices = [SelectChoice("", _("All subjects")), *_subjects(session, service_id)]
    return form


def present_form(session: Session, service_id: int, shown: dict[str, Any]) -> PresentForm:
    """The form of what the wall shows, with what it ``shown`` so far."""
    form = PresentForm(data=shown)
    form.subjects.choices = _subjects(session, service_id)
    return form


def _subjects(session: Session, service_id: int) -> list[SelectChoice]:
    return [SelectChoice(each.code, each.name) for each in subjects_of(session, service_id)]
