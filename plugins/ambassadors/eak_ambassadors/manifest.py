"""What the plugin says about itself."""

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from eak_core.api import Form, Plugin, _l


class SettingsForm(Form):
    """What each service decides about its ambassadors."""

    yearly = IntegerField(
        _l("Nominations that one person can make within a year"),
        default=3,
        validators=[InputRequired(), NumberRange(min=1, max=50)],
    )
    seats = IntegerField(
        _l("Seats of a jury"),
        default=5,
        validators=[InputRequired(), NumberRange(min=3, max=15)],
    )
    for_ambassadors = IntegerField(
        _l("Of these, seats for ambassadors"),
        description=_l(
            "The others are for citizens who volunteered. What one side cannot fill"
            " goes to the other."
        ),
        default=2,
        validators=[InputRequired(), NumberRange(min=0, max=15)],
    )
    badge_name = StringField(
        _l("What the badge is called"),
        default="Ambassadrice ou ambassadeur de l’innovation",
        validators=[InputRequired(), Length(max=80)],
    )
    badge_criteria = TextAreaField(
        _l("What it takes, as the badge says it"),
        default="Un agent que d’autres ont nommé pour ce qu’il a rendu possible, que des collègues"
        " d’au moins deux services soutiennent, et qu’un jury tiré au sort a reconnu.",
        validators=[InputRequired(), Length(max=600)],
    )


plugin = Plugin(
    name="ambassadors",
    title=_l("Ambassadors"),
    summary=_l("Agents who are recognised, with a badge that anyone can verify."),
    core=">=0.1,<1",
    segment="ambassadeurs",
    relations={"ambassadors.juror": _l("Juror")},
    keys={"badges": _l("The badges of ambassadors")},
    permissions={
        "ambassadors.nominate": "citizen",
        "ambassadors.volunteer": "citizen",
        "ambassadors.endorse": "agent",
        "ambassadors.ask": "agent",
        "ambassadors.judge": "ambassadors.juror",
        "ambassadors.run": "manager",
    },
    rights={
        "ambassadors.endorse": _l("Say of a colleague what they have seen"),
        "ambassadors.ask": _l("Ask a colleague to say what they have seen"),
        "ambassadors.judge": _l("Give an opinion as a juror"),
        "ambassadors.run": _l("Run the recognition: nominations, juries, badges"),
    },
    settings=SettingsForm,
)
