"""What the plugin says about itself.

It stands apart from ``plugin.py`` so that events, handlers and pages can be declared on it, and the
hooks there can use them.
"""

from eak_core.api import Plugin, _l
from eak_discussion.columns import IdeaColumns
from eak_discussion.forms import SettingsForm

plugin = Plugin(
    name="discussion",
    title=_l("Discussion"),
    summary=_l("Comments on ideas, for, neutral or against, in threads."),
    core=">=0.1,<1",
    permissions={
        "discussion.comment": "citizen",
        "discussion.withdraw": "author",
        "discussion.moderate": "manager",
    },
    rights={"discussion.moderate": _l("Hide comments and show them again")},
    when_suspended=("discussion.withdraw",),
    settings=SettingsForm,
    idea_columns=IdeaColumns,
)
