"""The forms. What a field holds is checked again by the domain functions."""

from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from eak_ambassadors.models import ADDRESS_LENGTH, NAME_LENGTH, TEXT_LENGTH
from eak_core.api import OnceForm, _l


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
