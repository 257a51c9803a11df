"""What the plugin says about itself."""

from eak_core.api import Plugin, Stage, _l

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
    stages=(Stage("matchmaking", _l("Finding a partner"), after="voting"),),
)
