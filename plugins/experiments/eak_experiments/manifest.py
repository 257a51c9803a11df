"""What the plugin says about itself."""

from eak_core.api import Plugin, Stage, _l

plugin = Plugin(
    name="experiments",
    title=_l("Experiments"),
    summary=_l("Ideas are tried in the field for a limited time; what they taught is published."),
    core=">=0.1,<1",
    segment="experimentations",
    relations={
        "experiments.referent": _l("Referent of an experiment"),
        "experiments.member": _l("In the team of an experiment"),
    },
    permissions={
        "experiments.draft": "agent",
        "experiments.carry": ("manager", "experiments.referent"),
        "experiments.log": ("manager", "experiments.referent", "experiments.member"),
        "experiments.decide": "manager",
    },
    stages=(
        Stage("experimenting", _l("Being tried"), after="matchmaking"),
        Stage(
            "evaluating",
            _l("Being evaluated"),
            after="experimenting",
            outcomes=(
                Stage("generalised", _l("Generalised")),
                Stage("sustained", _l("Kept where it was tried")),
                Stage("inconclusive", _l("Not conclusive")),
            ),
            leads_to=("stopped", "experimenting"),
        ),
    ),
)
