"""What the plugin says about itself.

It stands apart from ``plugin.py`` so that events, handlers and pages can be declared on it, and the
hooks there can use them.
"""

from eak_core.api import Plugin, Stage, _l
from eak_voting.forms import SettingsForm

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
    stages=(Stage("voting", _l("Put to the vote")),),
    settings=SettingsForm,
)
