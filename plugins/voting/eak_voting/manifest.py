"""What the plugin says about itself.

It stands apart from ``plugin.py`` so that events, handlers and pages can be declared on it, and the
hooks there can use them.
"""

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from eak_core.api import Form, Plugin, Stage, _l
from eak_voting.columns import IdeaColumns


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


plugin = Plugin(
    name="voting",
    title=_l("Votes"),
    segment="votes",
    summary=_l("Support for ideas, and ballots that anyone can recount."),
    core=">=0.1,<1",
    permissions={
        "voting.support": "citizen",
        "voting.vote": "citizen",
        "voting.manage": "manager",
    },
    rights={"voting.manage": _l("Prepare, open, close and count ballots")},
    # Moderators can take from nobody that they vote.
    when_suspended=("voting.support", "voting.vote"),
    keys={"log": _l("The public log of the votes")},
    stages=(Stage("voting", _l("Put to the vote")),),
    settings=SettingsForm,
    idea_columns=IdeaColumns,
)
