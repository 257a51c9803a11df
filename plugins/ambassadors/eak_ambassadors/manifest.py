"""What the plugin says about itself."""

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from eak_core.api import Form, Plugin, _l


class SettingsForm(Form):
    """What each service decides about its ambassadors."""

    yearly = IntegerField(
        _l("Nominations that one person can make within a year"),
        default=3,
        validators=[InputRequired(), NumberRange(min=1, max=50)],
    )


plugin = Plugin(
    name="ambassadors",
    title=_l("Ambassadors"),
    summary=_l("Agents who are recognised, with a badge that anyone can verify."),
    core=">=0.1,<1",
    segment="ambassadeurs",
    permissions={
        "ambassadors.nominate": "citizen",
        "ambassadors.run": "manager",
    },
    settings=SettingsForm,
)
