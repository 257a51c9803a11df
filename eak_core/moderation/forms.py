"""The forms of moderation. What a field holds is checked again by the domain functions."""

from typing import Any

from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, StopValidation

from eak_core.i18n import _l, lazy_ngettext
from eak_core.moderation import measures
from eak_core.moderation.grounds import GROUNDS, NAMELESS
from eak_core.people.mail.addresses import ADDRESS_LENGTH
from eak_core.people.models import NAME_LENGTH
from eak_core.web.acts import public_reason
from eak_core.web.forms import Form
from eak_core.web.text import REASON_LENGTH


class ReportForm(Form):
    """Something is reported by somebody who is signed in: they are known."""

    ground = RadioField(
        _l("What is wrong with it?"),
        choices=[SelectChoice(ground, title) for ground, title in GROUNDS.items()],
        validators=[InputRequired(_l("Choose why you report it."))],
    )
    explanation = TextAreaField(
        _l("Explain in a few words"),
        description=_l(
            "Which words or which picture, and why. Moderators alone read this; the author is not"
            " told who reports it."
        ),
        validators=[
            InputRequired(_l("Say in a few words what is wrong: moderators rely on it.")),
            Length(max=REASON_LENGTH),
        ],
    )
    good_faith = BooleanField(
        _l("I believe in good faith that what I say here is accurate and complete."),
        validators=[InputRequired(_l("Please confirm that you report this in good faith."))],
    )


class NeededUnlessNameless:
    """Whoever reports something says who they are, but where the law does not ask for it."""

    def __init__(self, message: Any) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        if not field.data and form.ground.data not in NAMELESS:
            raise StopValidation(str(self.message))


class VisitorReportForm(ReportForm):
    """As `ReportForm`, without an account."""

    name = StringField(
        _l("Your name"),
        description=_l("The law asks for it, but where minors are in danger. It is not public."),
        validators=[
            NeededUnlessNameless(_l("Please give your name.")),
            Length(max=NAME_LENGTH),
        ],
    )
    email = EmailField(
        _l("Your e-mail address"),
        description=_l("We write there what becomes of your report, and nothing else."),
        validators=[
            NeededUnlessNameless(_l("Please give an e-mail address.")),
            Length(max=ADDRESS_LENGTH),
        ],
    )


class DecisionForm(Form):
    """What becomes of something that was reported."""

    outcome = RadioField(
        _l("Your decision"),
        choices=[
            SelectChoice("hidden", _l("Hide it: everybody reads your reason in its place")),
            SelectChoice("kept", _l("Leave it: those who reported it read your reason")),
        ],
        validators=[InputRequired(_l("Choose what is decided."))],
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l(
            "Name the rule of the charter or the law, and what in the text breaks it or does not,"
            " without repeating the text and without names."
        ),
        validators=[
            InputRequired(_l("Give your reason: it is sent to those concerned.")),
            Length(max=REASON_LENGTH),
        ],
    )


#: What can be decided, by the words of the form.
MEASURE_CHOICES: dict[tuple[str, str], Any] = {
    ("warning", "content"): _l("Warn: texts of theirs had to be hidden"),
    ("suspension", "content"): _l(
        "Suspend: no ideas and no comments any more; reading, voting and taking back stay open"
    ),
    ("warning", "reports"): _l("Warn: they reported without ground"),
    ("suspension", "reports"): _l("Suspend: no reports any more; all else stays open"),
}


class MeasureForm(Form):
    """Somebody is warned or suspended."""

    choice = RadioField(
        _l("Your decision"), validators=[InputRequired(_l("Choose what is decided."))]
    )
    days = SelectField(
        _l("For how long, where you suspend"),
        choices=[
            SelectChoice(str(days), lazy_ngettext("%(num)s day", "%(num)s days", days))
            for days in measures.DAYS
        ],
        validators=[InputRequired(_l("Choose for how long."))],
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l(
            "Say what happened, how often and how grave it is, and the rule of the charter or the"
            " law. This person reads it, and nobody else."
        ),
        validators=[
            InputRequired(_l("Give your reason: it is sent to those concerned.")),
            Length(max=REASON_LENGTH),
        ],
    )

    def offer(self, possible: list[tuple[measures.Kind, Any]]) -> None:
        """Let what is ``possible`` be chosen."""
        self.choice.choices = [
            SelectChoice(":".join(each), MEASURE_CHOICES[each]) for each in possible
        ]
        if not any(kind == "suspension" for kind, _about in possible):
            del self.days


class GoneForm(Form):
    """What was reported is there no more: nothing is left to be decided."""


class AppealForm(Form):
    """Somebody contests what was decided."""

    words = TextAreaField(
        _l("Why do you contest this decision?"),
        description=_l("Somebody else than who decided reads it, and looks at everything again."),
        validators=[
            InputRequired(_l("Say why you contest it.")),
            Length(max=REASON_LENGTH),
        ],
    )


class VerdictForm(Form):
    """What becomes of an appeal."""

    verdict = RadioField(
        _l("Your decision"),
        choices=[
            SelectChoice("upheld", _l("The decision stands")),
            SelectChoice("reversed", _l("The decision is reversed")),
        ],
        validators=[InputRequired(_l("Choose what is decided."))],
    )
    reason = public_reason(
        _l("It is sent to whoever contests the decision; where you reverse it, everybody reads it.")
    )


class MeasureVerdictForm(VerdictForm):
    """What becomes of an appeal against a warning or a suspension: its reason is not public."""

    reason = TextAreaField(
        _l("Reason"),
        description=_l("It is sent to whom it concerns, and is not public."),
        validators=[
            InputRequired(_l("Give your reason: it is sent to those concerned.")),
            Length(max=REASON_LENGTH),
        ],
    )
