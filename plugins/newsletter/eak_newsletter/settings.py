"""What each service decides about its letter."""

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from eak_core.api import Form, _l


class SettingsForm(Form):
    """How a letter leaves."""

    per_minute = IntegerField(
        _l("Letters a minute to one domain, such as gmail.com"),
        description=_l(
            "Large hosts turn away who writes to many of theirs at once. 0 for no limit."
        ),
        default=0,
        validators=[InputRequired(), NumberRange(min=0, max=100_000)],
    )
