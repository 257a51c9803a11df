"""What the plugin says about itself."""

from typing import Any

from wtforms import BooleanField, ValidationError

from eak_core.api import Form, Plugin, Stage, _l
from eak_matchmaking import encoder


class SettingsForm(Form):
    """What each service decides about suggestions."""

    meaning = BooleanField(
        _l("Compare the meaning of texts, too"),
        description=_l("A sentence encoder on this server reads what is needed and the titles of"
                       " offers. It is worth 20 of 100 points; the page on suggestions says so."),
        default=False,
    )  # fmt: skip

    def validate_meaning(self, field: Any) -> None:
        """Refuse what this server cannot do."""
        if field.data and not encoder.installed():
            raise ValidationError(
                _l("No sentence encoder is installed on this server: its operator can add one.")
            )


plugin = Plugin(
    name="matchmaking",
    title=_l("Partners"),
    summary=_l("Partners present themselves, and offer to try the ideas of the service."),
    core=">=0.1,<1",
    segment="partenaires",
    relations={
        "matchmaking.referent": _l("Referent"),
        "matchmaking.member": _l("Member"),
    },
    permissions={
        "matchmaking.register": "citizen",
        "matchmaking.act": "matchmaking.member",
        "matchmaking.answer": ("manager", "matchmaking.referent"),
        "matchmaking.state_need": "author",
        "matchmaking.view_pilot": "author",
        "matchmaking.run": "manager",
    },
    rights={
        "matchmaking.act": _l("Make offers and proposals in its name"),
        "matchmaking.answer": _l("Answer for it, and say who belongs to it"),
        "matchmaking.run": _l("Verify partners, decide about pilots, run calls for partners"),
    },
    when_suspended=("matchmaking.view_pilot",),
    settings=SettingsForm,
    stages=(Stage("matchmaking", _l("Finding a partner"), after="voting"),),
)
