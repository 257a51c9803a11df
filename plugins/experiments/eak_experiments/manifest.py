"""What the plugin says about itself."""

from wtforms import BooleanField

from eak_core.api import Form, Plugin, Stage, _l


class SettingsForm(Form):
    """What each service decides about experiments."""

    open_feedback = BooleanField(
        _l("Inhabitants may say how they find an experiment without an account"),
        description=_l("Whatever they write waits until somebody of the team has read it."),
        default=False,
    )


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
        "experiments.respond": "citizen",
    },
    rights={
        "experiments.draft": _l("Prepare an experiment"),
        "experiments.carry": _l("Carry it: protocol, dates, team, close"),
        "experiments.log": _l("Write its logbook and its measures"),
        "experiments.decide": _l("Decide about experiments: start, extension, outcome"),
    },
    settings=SettingsForm,
    stages=(
        Stage("experimenting", _l("Being tried"), after="matchmaking", direct=True),
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
