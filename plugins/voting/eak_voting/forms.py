"""The settings of the plugin, as each service decides them."""

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from eak_core.api import Form, _l


class SettingsForm(Form):
    """What each service decides about its votes."""

    support = BooleanField(
        _l("Ideas can be supported as long as they are open"),
        description=_l("One click, taken back by one click. Ballots do not depend on it."),
        default=True,
    )
    reminder_hours = IntegerField(
        _l("Hours before the close at which those who asked for it are reminded"),
        default=48,
        validators=[InputRequired(), NumberRange(min=1, max=336)],
    )
